"""The limits of an account: who sees, sets and stops, and what the pages say of jobs that wait."""

from __future__ import annotations

import html
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Membership
from jobs import limits
from jobs.engine.pausing import pause_account
from jobs.models import Attempt, Job, Limits, Price, Refresh, Usage, in_seconds
from jobs.sentences import explain_hold, explain_waiting
from tests.factories import make_account, make_job, make_membership, make_user
from tests.jobs.scene import Scene, set_scene, signed_in

pytestmark = pytest.mark.django_db
State = Job.State


@pytest.fixture
def scene() -> Scene:
    return set_scene(endpoint="mediax")


@pytest.fixture
def sender(scene: Scene) -> Client:
    """Somebody who may send jobs, but owns nothing."""
    person = make_user()
    make_membership(scene.account, person, Membership.Role.SUBMITTER)
    return signed_in(person)


def at(scene: Scene, name: str = "account_limits", *more: Any) -> str:
    return reverse(f"jobs:{name}", args=[scene.account.pk, *more])


def deeds(scene: Scene) -> list[str]:
    return list(AuditEntry.objects.filter(account=scene.account).values_list("deed", flat=True))


def test_the_page_is_a_tab_of_the_account(scene: Scene) -> None:
    there = at(scene)
    page = scene.alice.get(reverse("accounts:account_detail", args=[scene.account.pk])).text
    assert f'href="{there}"' in page
    assert 'aria-current="page">Limits' in scene.alice.get(there).text


def test_an_owner_sets_the_limits(scene: Scene) -> None:
    answer = scene.alice.post(
        at(scene), {"calls_per_second": "2.5", "jobs_in_flight": "", "jobs_per_day": "0"}, follow=True
    )
    assert "The limits hold from now on." in answer.text
    row = Limits.objects.get(account=scene.account)
    assert (row.calls_per_second, row.jobs_in_flight, row.jobs_per_day) == (2.5, None, 0)
    assert deeds(scene) == ["limited"]
    scene.alice.post(at(scene), {"calls_per_second": "2.5", "jobs_in_flight": "", "jobs_per_day": "0"})
    assert deeds(scene) == ["limited"]


def test_an_empty_limit_is_the_portals_default_said_with_its_number(scene: Scene, settings: Any) -> None:
    settings.CALLS_PER_SECOND, settings.JOBS_IN_FLIGHT, settings.JOBS_PER_DAY = 4.5, 33, 0
    page = html.unescape(scene.alice.get(at(scene)).text)
    assert "the portal's default, 4.5." in page
    assert "the portal's default, 33." in page
    assert "the portal's default, no limit." in page


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("calls_per_second", "-1"),
        ("calls_per_second", "nan"),
        ("calls_per_second", "0.000001"),
        ("jobs_in_flight", "1.5"),
        ("jobs_per_day", "99999999999999"),
        ("jobs_per_day", "many"),
    ],
)
def test_what_is_no_limit_is_refused_in_place(scene: Scene, name: str, value: str) -> None:
    given = {"calls_per_second": "", "jobs_in_flight": "", "jobs_per_day": "", name: value}
    answer = scene.alice.post(at(scene), given)
    assert answer.status_code == 422
    assert 'class="errorlist"' in answer.text
    assert not Limits.objects.filter(account=scene.account).exists()


def test_members_see_what_only_owners_change(scene: Scene, sender: Client) -> None:
    price = Price.objects.create(
        account=scene.account, capability="musicBeat", amount=1, currency="CNY", per="call",
        source="x", dated=date(2026, 1, 1),
    )  # fmt: skip
    owners_only = [at(scene), at(scene, "account_go_on"), at(scene, "account_price")]
    owners_only.append(at(scene, "price_delete", price.pk))
    for member in (sender, scene.bob):
        page = member.get(at(scene))
        assert page.status_code == 200
        assert "An owner of the account sets them." in page.text
        assert 'id="save-limits"' not in page.text
        for address in owners_only:
            assert member.post(address).status_code == 403
    assert 'id="stop-now"' in sender.get(at(scene)).text
    assert 'id="stop-now"' not in scene.bob.get(at(scene)).text
    assert scene.bob.post(at(scene, "account_stop")).status_code == 403
    assert Price.objects.filter(pk=price.pk).exists()
    assert deeds(scene) == []


def test_a_stranger_finds_nothing(scene: Scene) -> None:
    assert scene.charlie.get(at(scene)).status_code == 404
    for name in ("account_limits", "account_stop", "account_go_on", "account_price"):
        assert scene.charlie.post(at(scene, name)).status_code == 404
    assert scene.charlie.post(at(scene, "price_delete", 1)).status_code == 404


def test_a_price_of_another_account_is_not_found(scene: Scene) -> None:
    other = make_account(make_user())
    price = Price.objects.create(
        account=other, capability="musicBeat", amount=1, currency="CNY", per="call",
        source="x", dated=date(2026, 1, 1),
    )  # fmt: skip
    assert scene.alice.post(at(scene, "price_delete", price.pk)).status_code == 404
    assert Price.objects.filter(pk=price.pk).exists()


def test_whoever_sends_may_stop_and_only_an_owner_lets_it_go_on(scene: Scene, sender: Client) -> None:
    make_job(scene.account, state=State.SUBMITTING)
    answer = sender.post(at(scene, "account_stop"), follow=True)
    assert "1 call is on its way to TMP already." in answer.text
    assert "Nothing new is sent to TMP in the name of this account." in answer.text
    assert "Only an owner can let it go on." in answer.text
    assert sender.post(at(scene, "account_go_on")).status_code == 403
    assert limits.standing(scene.account).caps.is_stopped
    sender.post(at(scene, "account_stop"))
    answer = scene.alice.post(at(scene, "account_go_on"), follow=True)
    assert "The account goes on; its waiting jobs are sent." in answer.text
    assert not limits.standing(scene.account).caps.is_stopped
    assert sorted(deeds(scene)) == ["stopped", "went_on"]
    history = scene.alice.get(reverse("accounts:account_history", args=[scene.account.pk])).text
    assert "Stopped: nothing new is sent to TMP." in history


def test_a_stop_is_seen_wherever_jobs_are_sent_from(scene: Scene) -> None:
    job = make_job(scene.account)
    form = reverse("jobs:job_create", args=["musicBeat"]) + f"?account={scene.account.pk}"
    pages = [reverse("jobs:board"), form]
    mark = f'data-stopped="{scene.account.pk}"'
    for page in pages:
        assert mark not in scene.alice.get(page).text
    version = scene.alice.get(reverse("jobs:board"), headers={"HX-Request": "true"})["ETag"]
    limits.stop(scene.account, by=scene.owner)
    for page in pages:
        told = scene.alice.get(page).text
        assert mark in told
        assert "Let it go on" in told
    board = scene.bob.get(reverse("jobs:board")).text
    assert mark in board
    assert "Let it go on" not in board
    assert mark not in scene.charlie.get(reverse("jobs:board")).text
    assert scene.alice.get(reverse("jobs:board"), headers={"HX-Request": "true"})["ETag"] != version
    told = scene.alice.get(reverse("jobs:job_detail", args=[job.pk])).text
    assert mark in told
    assert "data-moves" not in told


def held(scene: Scene, why: str) -> None:
    """Make it so that the account's jobs wait."""
    if why == "stopped":
        limits.stop(scene.account, by=scene.owner)
    elif why == "paused":
        pause_account(scene.account, words="HTTP 403")
    elif why == "day_full":
        Limits.objects.create(account=scene.account, jobs_per_day=7)
        today = timezone.localdate()
        Usage.objects.create(account=scene.account, user=scene.owner, capability="x", day=today, calls=7)
    elif why == "tmp_full":
        Limits.objects.create(account=scene.account, jobs_in_flight=2)
        make_job(scene.account, state=State.SUBMITTED, tmp_id="a")
        make_job(scene.account, state=State.UNSURE)
    elif why == "silent":
        asked = make_job(scene.account, state=State.PROCESSING, tmp_id="a")
        Refresh.objects.filter(pk=asked.pk).update(unanswered=3)
    scene.account.refresh_from_db()


HELD = {
    "stopped": "A person stopped the account: the job waits until an owner lets it go on.",
    "paused": "The account is paused since TMP refused its keys; the job waits.",
    "day_full": "Today's cap of 7 calls is reached. The job goes on at midnight (UTC).",
    "tmp_full": "2 jobs are at TMP already. The job goes on when one of them ends.",
    "silent": "The service does not answer just now. The portal tries again by itself.",
}


@pytest.mark.parametrize("why", HELD)
def test_a_queued_job_says_what_it_waits_for(scene: Scene, why: str) -> None:
    job = make_job(scene.account)
    assert str(explain_waiting(job)) == "The job waits for a worker."
    held(scene, why)
    job = Job.objects.get(pk=job.pk)
    assert str(explain_waiting(job)) == HELD[why]
    assert str(explain_hold(scene.account)) == HELD[why]
    sent = make_job(scene.account, state=State.SUBMITTED, tmp_id="b")
    assert str(explain_waiting(sent)) != HELD[why]


def test_an_unsure_job_takes_no_place_for_ever(scene: Scene) -> None:
    Limits.objects.create(account=scene.account, jobs_in_flight=1)
    job = make_job(scene.account, state=State.UNSURE)
    assert limits.hold(scene.account)[0] == limits.Hold.TMP_FULL
    Job.objects.filter(pk=job.pk).update(changed_at=in_seconds(-3600))
    assert limits.hold(scene.account)[0] is None


def test_what_the_gateway_taught_is_said(scene: Scene) -> None:
    Limits.objects.create(
        account=scene.account, taught_per_second=1.5, taught_until=timezone.now() + timedelta(minutes=2)
    )
    page = scene.alice.get(at(scene)).text
    assert "TMP's gateway asked for less: at most 1.5 calls a second for now." in page
    Limits.objects.update(taught_until=timezone.now() - timedelta(minutes=2))
    assert "asked for less" not in scene.alice.get(at(scene)).text


def test_looking_changes_nothing(scene: Scene) -> None:
    scene.alice.get(at(scene))
    assert not Limits.objects.exists()


def test_an_account_that_replaces_another_begins_with_its_limits(scene: Scene) -> None:
    Limits.objects.create(account=scene.account, jobs_per_day=7)
    limits.stop(scene.account, by=scene.owner)
    renewed = make_account(scene.owner, replaces=scene.account)
    assert limits.standing(renewed).caps.is_stopped
    assert limits.standing(renewed).caps.per_day == 7
    assert limits.go_on(renewed, by=scene.owner)
    assert Limits.objects.get(account=renewed).jobs_per_day == 7
    assert limits.standing(scene.account).caps.is_stopped


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "The portal has no public address, so TMP cannot call it."),
        ("http://portal.example", "address has no https, so TMP is not told to call it."),
        ("https://portal.example", ""),
    ],
)
def test_the_form_and_the_health_page_say_why_there_is_no_callback(
    scene: Scene, settings: Any, url: str, words: str
) -> None:
    settings.PUBLIC_URL = url
    form = scene.alice.get(
        reverse("jobs:job_create", args=["musicBeat"]) + f"?account={scene.account.pk}"
    ).text
    assert ('id="no-callback"' in form) == bool(words)
    assert words in form
    assert words in scene.alice.get(reverse("jobs:account_vitals", args=[scene.account.pk])).text


def unsure(scene: Scene, **attempt: Any) -> Job:
    job = make_job(
        scene.account, state=State.UNSURE, error_kind="Unanswered", failed_in="submit", due_at=in_seconds(60)
    )
    Attempt.objects.create(job=job, number=1, destination="/x/", outcome="unsure", **attempt)
    return job


def test_an_unsure_job_that_tmp_called_about_is_sent_again_only_behind_a_stronger_warning(
    scene: Scene,
) -> None:
    called, silent = unsure(scene, called_at=timezone.now()), unsure(scene)
    page = scene.alice.get(reverse("jobs:job_detail", args=[called.pk])).text
    assert "TMP called about this job, so it has it." in page
    assert "This makes a second job at TMP for certain" in page
    assert reverse("jobs:job_send_again", args=[called.pk]) not in page
    scene.alice.post(reverse("jobs:job_send_again", args=[called.pk]))
    called.refresh_from_db()
    assert called.state == State.UNSURE
    scene.alice.post(reverse("jobs:job_send_again_although_called", args=[called.pk]))
    called.refresh_from_db()
    assert called.state == State.QUEUED
    page = scene.alice.get(reverse("jobs:job_detail", args=[silent.pk])).text
    assert "TMP called about this job" not in page
    scene.alice.post(reverse("jobs:job_send_again", args=[silent.pk]))
    silent.refresh_from_db()
    assert silent.state == State.QUEUED
