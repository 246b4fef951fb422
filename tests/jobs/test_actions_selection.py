"""One thing done to the ticked jobs of the dashboard, or to one on its own page, once it was confirmed."""

from __future__ import annotations

import html
import re

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, Membership
from jobs import services
from jobs.actions import SELECTABLE, Action
from jobs.models import Job, Price
from tests.factories import make_account, make_job, make_membership, make_user
from tests.jobs.scene import set_scene, signed_in

pytestmark = pytest.mark.django_db
State = Job.State
SELECTION = reverse("jobs:selection")
# A state in which each action is possible, and what becomes of it.
FIT = {
    Action.RETRY: (State.ERROR, State.ERROR),
    Action.DUPLICATE: (State.COMPLETED, State.COMPLETED),
    Action.CANCEL: (State.QUEUED, State.CANCELED),
    Action.GIVE_UP: (State.SUBMITTED, State.GAVE_UP),
    Action.ASK_AGAIN: (State.GAVE_UP, State.SUBMITTED),
    Action.DELETE: (State.COMPLETED, None),
}


@pytest.fixture
def scene():
    return set_scene()


@pytest.fixture(autouse=True)
def enqueued(monkeypatch):
    """Ids of jobs that were handed to the workers."""
    ids = []
    monkeypatch.setattr("jobs.tasks.enqueue", lambda job: ids.append(job.pk))
    return ids


def tick(client, action, *jobs, **more):
    """What the dashboard's bar sends."""
    return client.post(SELECTION, {"action": action, "job": [job.pk for job in jobs], **more}, follow=True)


def confirm(client, page):
    """Press the button of the page that asks."""
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    data: dict[str, list[str]] = {}
    for name, value in fields:
        data.setdefault(name, []).append(html.unescape(value))
    action = re.search(r'name="action" value="(\w+)" id="confirm"', page.text)
    return client.post(SELECTION, data | {"action": action[1]}, follow=True)


def now(job):
    return Job.objects.filter(pk=job.pk).values_list("state", flat=True).first()


@pytest.mark.parametrize("action", SELECTABLE)
def test_nothing_happens_before_it_is_confirmed_and_then_it_does(scene, enqueued, action):
    state, after = FIT[action]
    jobs = [make_job(scene.account, state=state) for _ in range(2)]
    other = make_job(scene.account, state=State.QUEUED if action == Action.DELETE else State.UNSURE)
    before = Job.objects.count()
    page = tick(scene.alice, action, *jobs, other)
    assert page.status_code == 200
    assert "2 jobs" in re.search(r"<h1>(.*?)</h1>", page.text)[1]
    assert [now(job) for job in jobs] == [state, state]
    done = confirm(scene.alice, page)
    assert done.redirect_chain[-1][0] == "/"
    assert [now(job) for job in jobs] == [after, after]
    assert "notice--success" in done.text
    made = Job.objects.filter(state=State.QUEUED).exclude(pk__in=[job.pk for job in (*jobs, other)])
    if action in (Action.RETRY, Action.DUPLICATE):
        assert Job.objects.count() == before + 2
        assert enqueued == [made.get(pk=enqueued[0]).pk]
    else:
        assert enqueued == []


@pytest.mark.parametrize("action", SELECTABLE)
def test_confirmed_twice_it_is_done_once(scene, action):
    jobs = [make_job(scene.account, state=FIT[action][0]) for _ in range(2)]
    page = tick(scene.alice, action, *jobs)
    confirm(scene.alice, page)
    rows = list(Job.objects.order_by("pk").values_list("pk", "state"))
    again = confirm(scene.alice, page)
    assert again.status_code == 200
    assert list(Job.objects.order_by("pk").values_list("pk", "state")) == rows


@pytest.mark.parametrize("action", SELECTABLE)
def test_who_may_not_submit_can_do_nothing_to_a_selection(scene, action):
    job = make_job(scene.account, state=FIT[action][0])
    for client in (scene.bob, scene.charlie):
        for more in ({}, {"confirmed": "1"}):
            answer = tick(client, action, job, **more)
            assert answer.status_code == 404 or answer.redirect_chain[-1][0] == "/"
    assert now(job) == FIT[action][0]
    assert Job.objects.count() == 1


def test_jobs_of_others_are_passed_over_in_silence(scene):
    theirs = make_job(set_scene().account)
    looked_at = make_account(make_user(), name="only looked at")
    make_membership(looked_at, scene.owner, Membership.Role.VIEWER)
    seen, mine = make_job(looked_at), make_job(scene.account)
    page = tick(scene.alice, "cancel", mine, theirs, seen)
    assert "Cancel 1 job?" in page.text
    assert str(theirs.pk) not in page.text
    assert "left alone" not in page.text
    tick(scene.alice, "cancel", mine, theirs, seen, confirmed="1")
    assert (now(mine), now(theirs), now(seen)) == (State.CANCELED, State.QUEUED, State.QUEUED)


def test_nothing_ticked_is_said_and_unknown_actions_are_not_found(scene):
    job = make_job(scene.account)
    page = tick(scene.alice, "cancel", back="?state=QUEUED")
    assert "Tick at least one job first." in page.text
    assert page.redirect_chain[-1][0] == "/?state=QUEUED"
    for action in ("", "explode", "send_again", "read_again"):
        assert tick(scene.alice, action, job).status_code == 404
    assert scene.alice.post(SELECTION, {"action": "cancel", "job": "no id"}, follow=True).status_code == 200
    assert scene.alice.get(SELECTION).status_code == 405


def test_a_selection_needs_the_forms_token(scene):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(scene.owner)
    job = make_job(scene.account)
    assert tick(strict, "cancel", job, confirmed="1").status_code == 403
    assert now(job) == State.QUEUED


def test_all_of_the_page_is_ticked_without_scripts(scene):
    for number in range(3):
        make_job(scene.account, source_name=f"{number}.mp3")
    board = scene.alice.get("/").text
    shown = re.search(r'name="shown" form="selection" value="([^"]*)"', board)[1]
    page = scene.alice.post(SELECTION, {"action": "cancel", "all": "1", "shown": shown}, follow=True)
    assert "Cancel 3 jobs?" in page.text
    confirm(scene.alice, page)
    assert set(Job.objects.values_list("state", flat=True)) == {State.CANCELED}


def test_the_way_back_is_the_dashboard_with_its_filter_and_nowhere_else(scene):
    job = make_job(scene.account)
    page = tick(scene.alice, "cancel", job, back="?state=QUEUED&text=song")
    assert 'href="/?state=QUEUED&amp;text=song">Leave as it is' in page.text
    assert confirm(scene.alice, page).redirect_chain[-1][0] == "/?state=QUEUED&text=song"
    for hostile in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "\r\nX: y"):
        assert 'href="/">Leave as it is' in tick(scene.alice, "delete", job, back=hostile).text


def test_those_that_moved_on_between_the_question_and_the_click_are_counted(scene):
    jobs = [make_job(scene.account) for _ in range(3)]
    page = tick(scene.alice, "cancel", *jobs)
    jobs[0].move(State.QUEUED, State.CANCELED)
    Job.objects.filter(pk=jobs[1].pk).update(state=State.COMPLETED)
    done = confirm(scene.alice, page)
    assert "1 job was canceled here." in done.text
    assert "2 jobs had moved on meanwhile and were left alone." in done.text
    assert now(jobs[1]) == State.COMPLETED


def test_one_that_fails_stops_no_other(scene, monkeypatch):
    jobs = [make_job(scene.account) for _ in range(3)]
    real = services.cancel

    def cancel(job):
        if job.pk == jobs[1].pk:
            raise DatabaseError("lock timeout")
        return real(job)

    monkeypatch.setattr("jobs.services.cancel", cancel)
    done = tick(scene.alice, "cancel", *jobs, confirmed="1")
    assert "2 jobs were canceled here." in done.text
    assert "1 job could not be changed just now." in done.text
    assert [now(job) for job in jobs] == [State.CANCELED, State.QUEUED, State.CANCELED]


def test_a_stale_page_gets_a_sentence(scene):
    job = make_job(scene.account, state=State.COMPLETED)
    page = tick(scene.alice, "cancel", job)
    assert "Nothing was done: as they stand now, this is not possible for these jobs." in page.text


def test_before_a_retry_of_real_jobs_the_page_says_how_many_calls_and_that_they_may_cost(scene):
    Account.objects.update(endpoint="mediax")
    jobs = [
        make_job(scene.account, state=State.ERROR, source_seconds=90.0),
        make_job(scene.account, state=State.CANCELED, source_seconds=None),
        make_job(scene.account, state=State.COMPLETED),
    ]
    text = " ".join(tick(scene.alice, "retry", *jobs).text.split())
    assert "This makes 2 calls to TMP." in text
    assert "Each may cost money." in text
    assert "2 songs, 1.5 minutes and 1 of unknown length" in text
    assert "1 ticked job is left alone" in text
    assert "CNY" not in text


def test_money_is_told_only_by_a_typed_price(scene):
    Account.objects.update(endpoint="mediax")
    Price.objects.create(
        account=scene.account,
        capability="musicBeat",
        amount="0.25",
        currency="CNY",
        per=Price.Per.CALL,
        source="offer of May",
        dated=timezone.now().date(),
    )
    jobs = [make_job(scene.account, state=State.ERROR) for _ in range(2)]
    text = tick(scene.alice, "retry", *jobs).text
    assert re.search(r"\b0\.50* CNY", text)
    assert "by the price that was typed: offer of May" in text


def test_at_the_sandbox_calls_cost_nothing(scene):
    page = tick(scene.alice, "retry", make_job(scene.account, state=State.ERROR))
    assert "cost nothing" in page.text
    assert "may cost money" not in page.text


def test_an_account_that_makes_no_new_jobs_retries_none_of_a_selection(scene):
    job = make_job(scene.account, state=State.ERROR)
    page = tick(scene.alice, "retry", job)
    Account.objects.update(disabled_at=timezone.now())
    assert "Nothing was done" in confirm(scene.alice, page).text
    assert Job.objects.count() == 1


def test_unsure_jobs_are_deleted_only_where_the_box_is_ticked(scene):
    unsure, ended = make_job(scene.account, state=State.UNSURE), make_job(scene.account, state=State.ERROR)
    page = tick(scene.alice, "delete", unsure, ended)
    assert "Delete 1 job?" in page.text
    assert "Delete also 1 unsure job" in page.text
    assert "The files in the bucket stay." in page.text
    done = confirm(scene.alice, page)
    assert "1 job was deleted." in done.text
    assert "1 unsure job was kept." in done.text
    assert (now(unsure), now(ended)) == (State.UNSURE, None)
    tick(scene.alice, "delete", unsure, confirmed="1", although_unsure="1")
    assert not Job.objects.exists()


def on_page(client, job):
    return client.get(reverse("jobs:job_detail", args=[job.pk])).text


def test_one_failed_job_of_the_sandbox_is_retried_by_one_click(scene, enqueued):
    job = make_job(scene.account, state=State.ERROR)
    assert 'id="retry"' in on_page(scene.alice, job)
    done = tick(scene.alice, "retry", job, back="job")
    new = Job.objects.get(follows=job)
    assert done.redirect_chain[-1][0] == reverse("jobs:job_detail", args=[new.pk])
    assert enqueued == [new.pk]
    again = tick(scene.alice, "retry", job, back="job")
    assert again.redirect_chain[-1][0] == reverse("jobs:job_detail", args=[new.pk])
    assert "This job was retried already" in again.text
    page = on_page(scene.alice, job)
    assert 'id="retry"' not in page
    assert 'id="followed-by"' in page
    assert reverse("jobs:job_detail", args=[job.pk]) in on_page(scene.alice, new)


def test_one_real_job_is_retried_after_a_question(scene):
    Account.objects.update(endpoint="mediax")
    job = make_job(scene.account, state=State.ERROR)
    page = tick(scene.alice, "retry", job, back="job")
    assert "This makes 1 call to TMP." in page.text
    assert reverse("jobs:job_detail", args=[job.pk]) in page.text
    assert Job.objects.count() == 1
    confirm(scene.alice, page)
    assert Job.objects.filter(follows=job).count() == 1


def test_one_deleted_job_leads_to_the_dashboard_also_for_the_second_click(scene):
    job = make_job(scene.account, state=State.COMPLETED)
    assert 'id="delete"' in on_page(scene.alice, job)
    page = tick(scene.alice, "delete", job, back="job")
    assert confirm(scene.alice, page).redirect_chain[-1][0] == "/"
    again = confirm(scene.alice, page)
    assert again.redirect_chain[-1][0] == "/"
    assert "There is nothing left to delete." in again.text


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        (State.QUEUED, {"cancel", "duplicate"}),
        (State.SUBMITTING, {"cancel", "duplicate"}),
        (State.UNSURE, {"send-again", "mark-failed", "duplicate", "delete"}),
        (State.SUBMITTED, {"cancel", "give-up", "duplicate"}),
        (State.PROCESSING, {"cancel", "give-up", "duplicate"}),
        (State.COLLECTING, {"cancel", "duplicate"}),
        (State.COMPLETED, {"read-again", "duplicate", "delete"}),
        (State.ERROR, {"retry", "duplicate", "delete"}),
        (State.CANCELED, {"retry", "duplicate", "delete"}),
        (State.GAVE_UP, {"ask-again", "retry", "duplicate", "delete"}),
    ],
)
def test_a_page_offers_what_is_possible_and_nothing_else(scene, state, buttons):
    unsure = {"error_kind": "Unanswered"} if state == State.UNSURE else {}
    job = make_job(scene.account, state=state, raw_answer={}, **unsure)
    ids = r'id="(cancel|duplicate|send-again|mark-failed|delete|give-up|read-again|retry|ask-again)"'
    assert set(re.findall(ids, on_page(scene.alice, job))) == buttons
    assert not re.findall(ids, on_page(scene.bob, job))


def test_a_person_gives_up_a_job_and_may_ask_again(scene):
    job = make_job(scene.account, state=State.PROCESSING, tmp_id="x")
    page = scene.alice.post(reverse("jobs:job_give_up", args=[job.pk]), follow=True)
    assert "TMP may finish and bill it" in page.text
    assert "A person told the portal to stop asking TMP." in page.text
    assert now(job) == State.GAVE_UP
    scene.alice.post(reverse("jobs:job_ask_again", args=[job.pk]))
    assert now(job) == State.SUBMITTED


def test_a_viewer_sees_no_boxes_and_a_submitter_does(scene):
    make_job(scene.account)
    submitter = make_user()
    make_membership(scene.account, submitter, Membership.Role.SUBMITTER)
    assert 'name="job"' in signed_in(submitter).get("/").text
    board = scene.bob.get("/").text
    assert 'name="job"' not in board
    assert "selection-bar" not in board
