"""What a job's page tells of its past and of what to do: runs, attempts, advice, other jobs of the song."""

from __future__ import annotations

import html
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from jobs import limits
from jobs.actions import POSSIBLE, Action
from jobs.advice import advise
from jobs.models import Attempt, GatewayExchange, Job
from tests.factories import make_account, make_job
from tests.jobs.scene import RESULT, Scene, set_scene

pytestmark = pytest.mark.django_db
State = Job.State
REGION = {"start": 0.5, "end": 1.0, "label": "", "score": 0.9}


@pytest.fixture
def scene() -> Scene:
    return set_scene()


def page_of(person, job: Job) -> str:
    answer = person.get(reverse("jobs:job_detail", args=[job.pk]))
    assert answer.status_code == 200
    return html.unescape(answer.text)


def box(page: str) -> str:
    """What is said of trouble."""
    found = re.search(r'<div class="notice[^>]*id="trouble".*?\n</div>\n', page, re.DOTALL)
    assert found
    return found[0]


def refused(scene: Scene, **fields) -> Job:
    told = {"failed_in": "submit", "error_kind": "Refused", "error_words": "no such input", **fields}
    return make_job(scene.account, state=State.ERROR, **told)


def finished(scene: Scene, **fields) -> Job:
    result = RESULT | fields.pop("result", {})
    return make_job(scene.account, **{"state": State.COMPLETED, "result": result, "raw_answer": {}, **fields})


def test_a_job_and_its_retries_stand_side_by_side_and_lead_to_each_other(scene: Scene) -> None:
    first = refused(scene)
    second = refused(scene, follows=first)
    third = make_job(scene.account, follows=second)
    for job in (first, second, third):
        page = page_of(scene.alice, job)
        runs = re.search(r'id="runs".*?</ol>', page, re.DOTALL)[0]
        assert re.findall(r"<strong>Run (\d)</strong>", runs) == ["1", "2", "3"]
        assert re.findall(r'data-state="(\w+)"', runs) == ["ERROR", "ERROR", "QUEUED"]
        others = {each.pk for each in (first, second, third)} - {job.pk}
        assert set(re.findall(r'href="/jobs/([0-9a-f-]{36})/"', runs)) == {str(pk) for pk in others}
        assert runs.count("aria-current") == 1
    assert 'id="runs"' not in page_of(scene.alice, make_job(scene.account))


def test_every_sending_is_told_with_its_outcome_answer_and_request_id(scene: Scene) -> None:
    job = make_job(scene.account, state=State.UNSURE, error_kind="Unanswered")
    for number, (outcome, http_state, seconds) in enumerate(
        (("not_sent", None, 0.5), ("unsure", 502, 61)), 1
    ):
        attempt = Attempt.objects.create(job=job, number=number, destination=f"/o/{number}/", outcome=outcome)
        said = {"http_state": http_state, "seconds": seconds, "request_id": f"req-{number}", "error": "x"}
        GatewayExchange.objects.create(job=job, attempt=attempt, action="CreateJob", exchange=said)
    page = page_of(scene.alice, job)
    attempts = re.search(r'id="attempts".*?</ol>', page, re.DOTALL)[0]
    assert re.findall(r'data-tone="\w+">([^<]+)<', attempts) == ["Not sent", "Unsure"]
    assert [each in attempts for each in ("no answer · 0.50 s", "HTTP 502 · 1:01", "req-1", "/o/2/")] == [
        True
    ] * 4


def test_of_hundreds_of_attempts_the_newest_are_shown(scene: Scene) -> None:
    job = make_job(scene.account)
    Attempt.objects.bulk_create(
        Attempt(job=job, number=number, destination="/o/", outcome="not_sent") for number in range(1, 31)
    )
    page = page_of(scene.alice, job)
    assert re.findall(r"<strong>Attempt (\d+)</strong>", page) == ["25", "26", "27", "28", "29", "30"]
    assert "24 older attempts are not shown." in page


@pytest.mark.parametrize(
    ("kind", "best"),
    [("Refused", "duplicate"), ("Unfit", "duplicate"), ("Failed", "retry"), ("Unreachable", "retry")],
)
def test_a_failure_comes_with_one_thing_to_do_first(scene: Scene, kind: str, best: str) -> None:
    told = box(page_of(scene.alice, refused(scene, error_kind=kind)))
    assert re.findall(r'button--primary"? ?[^>]*id="([\w-]+)"', told) == [best]
    assert {"retry", "duplicate"} == set(re.findall(r'id="(retry|duplicate)"', told))
    assert page_of(scene.alice, refused(scene, error_kind=kind)).count(f'id="{best}"') == 1


def test_who_may_only_look_is_told_what_happened_and_offered_nothing(scene: Scene) -> None:
    told = box(page_of(scene.bob, refused(scene)))
    assert "no such input" in told
    assert "button--primary" not in told


def test_a_failure_that_was_retried_leads_to_its_retry(scene: Scene) -> None:
    job = refused(scene)
    after = make_job(scene.account, follows=job)
    told = box(page_of(scene.alice, job))
    assert f'href="{reverse("jobs:job_detail", args=[after.pk])}"' in told
    assert 'id="retry"' not in page_of(scene.alice, job)


def test_advice_offers_only_what_is_possible(scene: Scene) -> None:
    for state in State:
        for kind in ("", "Refused", "Unanswered", "Something new"):
            job = make_job(scene.account, state=state, error_kind=kind)
            advice = advise(job, [action for action in Action if state in POSSIBLE[action]])
            assert (advice is not None) == (state in (State.ERROR, State.GAVE_UP))
            if advice:
                assert str(advice.sentence)
                assert all(state in POSSIBLE[action] for action in (advice.best, *advice.others))


def test_an_unsure_job_says_which_way_on_fits_what_the_console_shows(scene: Scene) -> None:
    job = make_job(scene.account, state=State.UNSURE, error_kind="Unanswered", due_at=timezone.now())
    told = box(page_of(scene.alice, job))
    assert [told.index(f'id="{name}"') for name in ("adopt", "send-again", "mark-failed")] == sorted(
        told.index(f'id="{name}"') for name in ("adopt", "send-again", "mark-failed")
    )
    assert "keeps looking in the bucket" in told
    Job.objects.filter(pk=job.pk).update(due_at=None)
    assert "keeps looking in the bucket" not in page_of(scene.alice, job)


def test_nothing_moves_on_the_page_of_a_job_that_is_held_and_it_says_why(scene: Scene) -> None:
    job = make_job(scene.account)
    assert "data-moves" in page_of(scene.alice, job)
    limits.stop(scene.account, by=scene.owner)
    stopped = page_of(scene.alice, job)
    assert f'data-stopped="{scene.account.pk}"' in stopped
    assert "data-moves" not in stopped
    limits.go_on(scene.account, by=scene.owner)
    assert "data-moves" in page_of(scene.alice, job)


def test_a_job_that_waits_for_a_cap_says_which_and_stands_still(scene: Scene) -> None:
    job = make_job(scene.account)
    caps = {"calls_per_second": None, "jobs_in_flight": 1, "jobs_per_day": None}
    limits.change(scene.account, by=scene.owner, caps=caps)
    running = make_job(scene.account, state=State.PROCESSING)
    page = page_of(scene.alice, job)
    assert "1 jobs are at TMP already." in re.search(r'id="hold".*?</strong>', page, re.DOTALL)[0]
    assert "data-moves" not in page
    assert "data-moves" in page_of(scene.alice, running)


def test_the_history_comes_along_when_the_job_moves_and_stands_beside_the_facts(scene: Scene) -> None:
    job = make_job(scene.account, state=State.UNSURE, error_kind="Unanswered")
    whole = page_of(scene.alice, job)
    assert whole.index('class="split"') < whole.index('id="history"')
    part = scene.alice.get(reverse("jobs:job_detail", args=[job.pk]), headers={"HX-Request": "true"}).text
    assert re.search(r'id="history" hx-swap-oob="true"', part)


def test_no_page_needs_a_style_or_a_script_of_its_own(scene: Scene) -> None:
    job = make_job(scene.account)
    job.move(State.QUEUED, State.SUBMITTING, note="taken")
    page = page_of(scene.alice, job)
    assert " style=" not in page
    assert re.search(r"<rect [^>]*width=\"[\d.]+\"", page)


def test_other_jobs_of_the_song_are_named_but_not_those_of_other_accounts(scene: Scene) -> None:
    job, same = finished(scene), make_job(scene.account, capability="musicHighlight")
    elsewhere = make_job(make_account(scene.owner, endpoint="sandbox"))
    other_song = make_job(scene.account, source_path="uploads/other.wav")
    page = page_of(scene.alice, job)
    assert f"/jobs/{same.pk}/" in page
    assert f"/jobs/{elsewhere.pk}/" not in page
    assert f"/jobs/{other_song.pk}/" not in page


def song_of(page: str) -> str:
    return re.search(r'<script id="song" type="application/json">(.*?)</script>', page)[1]


def test_regions_are_shown_over_the_beats_of_another_job_which_is_named(scene: Scene) -> None:
    beats = finished(scene)
    nothing = {"facts": [], "markers": [], "files": [], "regions": [REGION]}
    choruses = finished(scene, capability="musicHighlight", result=nothing)
    for job, other in ((choruses, beats), (beats, choruses)):
        page = page_of(scene.alice, job)
        assert '"start": 0.5' in song_of(page)
        assert '"time": 0.5' in song_of(page)
        borrowed = re.search(r'<p class="muted borrowed">.*?</p>', page, re.DOTALL)[0]
        assert f'href="{reverse("jobs:job_detail", args=[other.pk])}"' in borrowed


def test_nothing_is_borrowed_from_an_unfinished_job_another_song_or_the_same_capability(scene: Scene) -> None:
    nothing = {"facts": [], "markers": [], "files": [], "regions": [REGION]}
    choruses = finished(scene, capability="musicHighlight", result=nothing)
    make_job(scene.account, state=State.PROCESSING)
    finished(scene, source_path="uploads/other.wav")
    finished(scene, capability="musicHighlight")
    assert '"markers": []' in song_of(page_of(scene.alice, choruses))
