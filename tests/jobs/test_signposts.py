"""A person points at the times once, and all answers of the account are read there until it is forgotten."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from jobs import signposts
from jobs.engine import collecting
from jobs.models import Job, Signpost, in_seconds
from jobs.results import Result
from tests.factories import make_account, make_job
from tests.jobs.scene import Scene, set_scene

pytestmark = pytest.mark.django_db
State = Job.State

# Nothing in it looks like times to the portal: names of other numbers, in a unit of their own.
TICKS = [12000, 24480, 36000, 48000, 60480, 72000]
TIMES = [0.5, 1.02, 1.5, 2.0, 2.52, 3.0]
PLACE = {"member": json.dumps(["", ".volumes", "*"]), "unit": "samples", "rate": "24000"}


@pytest.fixture
def scene() -> Scene:
    return set_scene()


def answer(**members: Any) -> dict[str, Any]:
    held = {"volumes": TICKS, **members}
    return {"id": "tmp-1", "state": 3, "outputs": [{"smartContentResult": {"musicBeat": held}}]}


def unrecognised(scene: Scene, **fields: Any) -> Job:
    job = make_job(
        scene.account, state=State.COMPLETED, raw_answer=answer(), result={"note": "no_times"}, **fields
    )
    assert collecting.read_again(job)
    assert (job.result["markers"], job.result["note"]) == ([], "no_times")
    return job


def address(job: Job, name: str = "job_times") -> str:
    return reverse(f"jobs:{name}", args=[job.pk])


def times(job: Job) -> list[float]:
    job.refresh_from_db()
    return [marker.time for marker in Result.from_json(job.result).markers]


def point(scene: Scene, job: Job, **changed: str) -> Any:
    return scene.alice.post(address(job), {**PLACE, **changed})


def test_the_page_of_a_result_without_times_leads_to_the_members(scene: Scene) -> None:
    job = unrecognised(scene)
    assert address(job) in scene.alice.get(address(job, "job_detail")).text
    page = scene.alice.get(address(job)).text
    assert "volumes[]" in page
    assert "12000 · 24480 · 36000 · 48000" in page
    assert re.search(r'<button[^>]*id="save-times" disabled', page)


def test_the_chosen_member_is_shown_as_times_before_anything_is_kept(scene: Scene) -> None:
    job = unrecognised(scene)
    page = scene.alice.get(address(job), PLACE).text
    assert "6 times, shown above on the waveform." in page
    assert "0:00.500 · 0:01.020 · 0:01.500 · 0:02.000" in page
    song = json.loads(re.search(r'<script id="pointed" type="application/json">(.*?)</script>', page)[1])
    assert [marker["time"] for marker in song["markers"]] == TIMES
    assert times(job) == []
    assert not Signpost.objects.exists()


def test_what_is_kept_is_read_at_once_remembered_and_on_the_audit_log(scene: Scene) -> None:
    job = unrecognised(scene)
    page = scene.alice.post(address(job), PLACE, follow=True)
    assert "The portal remembers the place for this account." in page.text
    assert times(job) == TIMES
    assert "These times were read where a person pointed" in page.text
    entry = AuditEntry.objects.get(deed="pointed")
    assert (entry.user, entry.account) == (scene.owner, scene.account)
    assert entry.detail == {"capability": "musicBeat", "spot": "volumes[], samples 24000"}


def test_later_results_of_the_account_are_read_there_and_nobody_elses(scene: Scene) -> None:
    point(scene, unrecognised(scene))
    jobs = [
        make_job(account, state=State.COLLECTING, raw_answer=answer(), lease_until=in_seconds(-1))
        for account in (scene.account, set_scene().account)
    ]
    for job in jobs:
        collecting.collect(job.pk)
    assert [times(job) for job in jobs] == [TIMES, []]


def test_an_answer_without_that_member_is_read_as_ever(scene: Scene) -> None:
    point(scene, unrecognised(scene))
    other = {"id": "t", "state": 3, "outputs": [{"smartContentResult": {"musicBeat": {"beats": TIMES}}}]}
    job = make_job(scene.account, state=State.COLLECTING, raw_answer=other, lease_until=in_seconds(-1))
    collecting.collect(job.pk)
    assert times(job) == TIMES
    assert Result.from_json(job.result).is_pointed is False


def test_old_results_without_times_are_read_again_and_good_ones_are_left_alone(scene: Scene) -> None:
    old = [unrecognised(scene) for _ in range(3)]
    good = make_job(
        scene.account,
        state=State.COMPLETED,
        raw_answer=answer(),
        result={"markers": [{"time": 9.0}], "note": ""},
    )
    point(scene, old[0])
    assert [times(job) for job in old] == [TIMES, [], []]
    signposts.spread(Signpost.objects.get().pk)
    assert [times(job) for job in old] == [TIMES] * 3
    assert times(good) == [9.0]
    assert Signpost.objects.get().is_spread


def test_reading_old_results_goes_on_where_it_was_stopped(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = sorted((unrecognised(scene) for _ in range(4)), key=lambda job: job.pk)
    point(scene, old[0])
    signpost = Signpost.objects.get()
    monkeypatch.setattr(signposts, "SPREAD_SECONDS", 0.0)
    signposts.spread(signpost.pk)
    signposts.spread(signpost.pk)
    assert [bool(times(job)) for job in old] == [True, True, False, False]
    signpost.refresh_from_db()
    assert (signpost.is_spread, signpost.cursor) == (False, old[1].pk)
    monkeypatch.undo()
    Signpost.objects.update(lease_until=in_seconds(60))
    signposts.spread(signpost.pk)
    assert not times(old[3]), "somebody else is at it"
    Signpost.objects.update(lease_until=in_seconds(-1))
    signposts.spread(signpost.pk)
    assert [times(job) for job in old] == [TIMES] * 4


def test_another_place_takes_the_first_one_back(scene: Scene) -> None:
    old = [unrecognised(scene) for _ in range(2)]
    point(scene, old[0])
    signposts.spread(Signpost.objects.get().pk)
    point(scene, old[0], rate="48000")
    signposts.spread(Signpost.objects.get().pk)
    assert [times(job) for job in old] == [[time / 2 for time in TIMES]] * 2
    assert Signpost.objects.count() == 1


def test_a_forgotten_place_is_taken_back_everywhere(scene: Scene) -> None:
    old = [unrecognised(scene) for _ in range(2)]
    point(scene, old[0])
    signposts.spread(Signpost.objects.get().pk)
    page = scene.alice.get(address(old[1])).text
    assert "hold their times at <code>volumes[]</code>, in samples." in page
    scene.alice.post(address(old[1], "job_times_forget"))
    signposts.spread(Signpost.objects.get().pk)
    assert [times(job) for job in old] == [[], []]
    assert AuditEntry.objects.filter(deed="unpointed").count() == 1
    scene.alice.post(address(old[1], "job_times_forget"))
    assert AuditEntry.objects.filter(deed="unpointed").count() == 1, "there is nothing left to forget"


def test_an_account_that_took_anothers_place_keeps_its_signpost(scene: Scene) -> None:
    point(scene, unrecognised(scene))
    successor = make_account(scene.owner, replaces=scene.account, endpoint="sandbox")
    assert Signpost.objects.of(successor, "musicBeat") == Signpost.objects.get()
    assert Signpost.objects.of(successor, "musicHighlight") is None


@pytest.mark.parametrize(
    "changed",
    [
        {"member": ""},
        {"member": "nothing"},
        {"member": "[" * 9000},
        {"member": json.dumps([])},
        {"member": json.dumps(["", 5])},
        {"member": json.dumps(["", ".volumes\x00"])},
        {"member": json.dumps(["", *["*"] * 100])},
        {"member": json.dumps(["", ".absent", "*"])},
        {"unit": "parsecs"},
        {"unit": "ms", "rate": ""},
        {"rate": ""},
        {"rate": "0"},
        {"rate": "nan"},
        {"rate": "1e99"},
        {"rate": "many"},
    ],
    ids=str,
)
def test_what_makes_no_times_is_refused_in_words_and_not_kept(scene: Scene, changed: dict[str, str]) -> None:
    job = unrecognised(scene)
    page = point(scene, job, **changed)
    assert page.status_code == 422
    assert "volumes[]" in page.text
    assert scene.alice.get(address(job), {**PLACE, **changed}).status_code == 200
    assert not Signpost.objects.exists()


def test_only_who_may_submit_points_and_only_at_a_finished_job(scene: Scene) -> None:
    job = unrecognised(scene)
    for name in ("job_times", "job_times_forget"):
        assert scene.bob.post(address(job, name), PLACE).status_code == 403
        assert scene.charlie.post(address(job, name), PLACE).status_code == 404
    assert scene.bob.get(address(job)).status_code == 403
    assert scene.charlie.get(address(job)).status_code == 404
    assert scene.alice.get(address(job, "job_times_forget")).status_code == 405
    assert scene.alice.get(address(make_job(scene.account))).status_code == 404
    assert address(job) not in scene.bob.get(address(job, "job_detail")).text
    assert not Signpost.objects.exists()


def test_an_answer_full_of_markup_and_absurd_numbers_is_a_page(scene: Scene) -> None:
    held = {"<script>alert(1)</script>": [1e308, -1e308, 5e-324], "q": [10**400, 1, 2], "deep": [[[[1, 2]]]]}
    job = unrecognised(scene)
    Job.objects.filter(pk=job.pk).update(raw_answer=json.loads(json.dumps(answer(**{**held, "q": [1, 2]}))))
    for unit in ("s", "us"):
        page = scene.alice.get(address(job), {"member": json.dumps(["", ".q", "*"]), "unit": unit})
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "beyond the song" in page.text
