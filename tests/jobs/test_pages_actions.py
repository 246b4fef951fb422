"""What people and TMP may do to a job from outside: actions, callbacks."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.links import hash_of
from jobs.models import Attempt, Job, Refresh
from jobs.views.actions import ACTIONS
from tests.factories import make_job
from tests.jobs.scene import RESULT, set_scene

pytestmark = pytest.mark.django_db
State = Job.State


@pytest.fixture
def scene():
    return set_scene()


@pytest.fixture(autouse=True)
def enqueued(monkeypatch):
    """Ids of jobs that were handed to the workers."""
    ids = []
    monkeypatch.setattr("jobs.tasks.enqueue", lambda job: ids.append(job.pk))
    return ids


def do(client, job, action):
    return client.post(reverse(f"jobs:job_{action}", args=[job.pk]), follow=True)


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("cancel", State.QUEUED, State.CANCELED),
        ("cancel", State.PROCESSING, State.CANCELED),
        ("ask_again", State.GAVE_UP, State.SUBMITTED),
        ("send_again", State.UNSURE, State.QUEUED),
        ("mark_failed", State.UNSURE, State.ERROR),
    ],
)
def test_an_action_moves_the_job_and_says_so(scene, enqueued, action, before, after):
    job = make_job(scene.account, state=before)
    page = do(scene.alice, job, action)
    job.refresh_from_db()
    assert job.state == after
    assert "notice--success" in page.text
    assert enqueued == ([job.pk] if action == "send_again" else [])


@pytest.mark.parametrize("action", ACTIONS)
def test_a_job_that_moved_on_meanwhile_is_left_alone(scene, enqueued, action):
    job = make_job(scene.account, state=State.ERROR)
    page = do(scene.alice, job, action)
    job.refresh_from_db()
    assert job.state == State.ERROR
    assert "The job has moved on meanwhile" in page.text
    assert enqueued == []


def test_a_result_can_be_read_again_from_the_stored_answer(scene):
    answer = {"outputs": [{"smartContentResult": {"musicBeat": {"beats": [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]}}}]}
    job = make_job(scene.account, state=State.COMPLETED, raw_answer=answer, result=RESULT | {"markers": []})
    page = do(scene.alice, job, "read_again")
    assert "The result was read again." in page.text
    job.refresh_from_db()
    assert [marker["time"] for marker in job.result["markers"]] == [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]


@pytest.mark.parametrize("action", ACTIONS)
def test_only_who_may_submit_may_act_and_only_by_post(scene, action):
    job = make_job(scene.account, state=State.UNSURE)
    assert do(scene.bob, job, action).status_code == 403
    assert do(scene.charlie, job, action).status_code == 404
    assert scene.alice.get(reverse(f"jobs:job_{action}", args=[job.pk])).status_code == 405
    job.refresh_from_db()
    assert job.state == State.UNSURE


def test_an_action_needs_the_forms_token(scene):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(scene.owner)
    job = make_job(scene.account)
    assert do(strict, job, "cancel").status_code == 403
    job.refresh_from_db()
    assert job.state == State.QUEUED


def knock(token, body=b"{}", **extra):
    return Client().post(f"/callbacks/{token}/", body, content_type="application/json", **extra)


def expecting(scene):
    """A job that TMP may knock for with the token "secret"."""
    job = make_job(scene.account, state=State.PROCESSING)
    Refresh.objects.update(due_at=timezone.now() + timezone.timedelta(hours=1))
    Attempt.objects.create(job=job, number=1, destination="/o/", callback_token_hash=hash_of("secret"))
    return job


@pytest.mark.parametrize("body", [b"{}", b"", b"\xff\x00 not json", b'{"state": 3}', b"x" * 64 * 1024])
def test_a_knock_brings_the_next_question_forward_whatever_it_says(scene, body):
    job = expecting(scene)
    assert knock("secret", body).status_code == 204
    job.refresh_from_db()
    assert job.refresh.due_at <= timezone.now()
    assert (job.state, job.result, job.raw_answer) == (State.PROCESSING, None, None)


def test_an_unknown_token_is_not_found_and_changes_nothing(scene):
    job = expecting(scene)
    for token in ("x", "secret2", hash_of("secret")):
        assert knock(token).status_code == 404
    job.refresh_from_db()
    assert job.refresh.due_at > timezone.now()


def test_a_knock_is_small_and_changes_no_page(scene):
    expecting(scene)
    assert knock("secret", b"x" * (64 * 1024 + 1)).status_code == 413
    assert Client().delete("/callbacks/secret/").status_code == 405
