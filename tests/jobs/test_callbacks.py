"""A callback is a hint: it brings one question forward, whatever it says and however often it comes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from accounts.links import hash_of
from accounts.models import Account
from jobs import hearing, services
from jobs.models import Job, Refresh, in_seconds
from tests.factories import make_job
from tests.jobs.connections import at_once
from tests.jobs.knocking import FAR, knock, tokens
from tests.jobs.knocking import account as account
from tests.jobs.knocking import lost as lost
from tests.jobs.raw_gateway import RawGateway, created, told
from tests.jobs.working import submit, work

State = Job.State


@pytest.fixture
def sent(gateway: RawGateway, account: Account) -> Job:
    """A job that TMP has, not due for long."""
    gateway.answers |= {"CreateJob": [created()], "GetJob": [told(2)]}
    job = make_job(account)
    submit(job)
    put_off(job)
    return job


def put_off(job: Job) -> None:
    Refresh.objects.filter(pk=job.pk).update(due_at=in_seconds(FAR))


def is_due(job: Job) -> bool:
    return Refresh.objects.filter(pk=job.pk, due_at__lte=Now()).exists()


def long_ago(job: Job) -> None:
    """The last knock was before the time in which several count as one."""
    earlier = timezone.now() - timedelta(seconds=2 * hearing.HINT_SECONDS)
    job.attempts.update(called_at=earlier)


def test_a_secret_of_256_bits_is_kept_as_its_hash_alone(gateway: RawGateway, sent: Job) -> None:
    (token,) = tokens(gateway)
    attempt = sent.attempts.get()
    assert len(token) >= 43
    assert attempt.callback_token_hash == hash_of(token)
    assert token not in str(list(sent.exchanges.values())) + str(list(sent.attempts.values()))


@pytest.mark.parametrize("url", ["", "http://portal.example"])
def test_without_a_public_https_address_tmp_is_told_none(
    gateway: RawGateway, account: Account, settings: Any, url: str
) -> None:
    settings.PUBLIC_URL = url
    gateway.answers["CreateJob"] = [created()]
    job = make_job(account)
    submit(job)
    assert "callback" not in gateway.bodies[0]["createJobRequest"]
    assert job.attempts.get().callback_token_hash == ""
    assert knock(hash_of("")) == 404


def test_a_knock_brings_the_next_question_forward_and_nothing_else(gateway: RawGateway, sent: Job) -> None:
    (token,) = tokens(gateway)
    assert not is_due(sent)
    assert knock(token, b'{"getJobResponse": {"job": {"id": "tmp-1", "state": 3}}}') == 204
    assert is_due(sent)
    sent.refresh_from_db()
    assert (sent.state, sent.result, sent.raw_answer) == (State.SUBMITTED, None, None)
    attempt = sent.attempts.get()
    assert (attempt.called_at is not None, attempt.called_about) == (True, "")


def test_a_knock_is_about_one_job(gateway: RawGateway, sent: Job) -> None:
    others = [make_job(sent.account, state=State.SUBMITTED, tmp_id="tmp-2")]
    others.append(make_job(sent.account, state=State.UNSURE, due_at=in_seconds(FAR)))
    for other in others:
        put_off(other)
    assert knock(tokens(gateway)[0]) == 204
    assert is_due(sent)
    assert not any(is_due(other) for other in others)
    assert not Job.objects.filter(state=State.UNSURE, due_at__lte=in_seconds(FAR / 2)).exists()


def test_a_knock_about_an_unsure_job_brings_no_other_forward(gateway: RawGateway, lost: Job) -> None:
    other = make_job(lost.account, state=State.UNSURE, due_at=in_seconds(FAR))
    assert knock(tokens(gateway)[0]) == 204
    due = Job.objects.filter(due_at__lte=Now())
    assert [job.pk for job in due] == [lost.pk] != [other.pk]


def test_a_hundred_parallel_copies_lead_to_at_most_two_questions(
    many_connections: None, gateway: RawGateway, sent: Job, settings: Any
) -> None:
    settings.POLL_SECONDS_SANDBOX = FAR
    put_off(sent)
    (token,) = tokens(gateway)
    states: list[int] = []
    with at_once(20, lambda: states.extend(knock(token) for _ in range(5))):
        for _ in range(5):
            work(sweeps=False)
    for _ in range(5):
        work(sweeps=False)
    assert states == [204] * 100
    assert 1 <= gateway.asked["GetJob"] <= 2


def test_a_knock_soon_after_the_last_is_asked_about_at_the_end_of_that_time(
    gateway: RawGateway, sent: Job
) -> None:
    (token,) = tokens(gateway)
    knock(token)
    first = sent.attempts.get().called_at
    put_off(sent)
    assert knock(token) == 204
    assert not is_due(sent)
    soon = Refresh.objects.get(pk=sent.pk).due_at
    assert first is not None
    assert soon == first + timedelta(seconds=hearing.HINT_SECONDS)
    assert sent.attempts.get().called_at == first
    put_off(sent)
    long_ago(sent)
    earlier = sent.attempts.get().called_at
    knock(token)
    assert is_due(sent)
    assert sent.attempts.get().called_at > earlier


def test_a_knock_sets_no_paused_account_going(gateway: RawGateway, sent: Job) -> None:
    Refresh.objects.filter(pk=sent.pk).update(due_at=None)
    assert knock(tokens(gateway)[0]) == 204
    assert Refresh.objects.get(pk=sent.pk).due_at is None


@pytest.mark.parametrize("state", Job.FINAL)
def test_a_knock_for_an_ended_job_finds_nothing_and_changes_nothing(
    gateway: RawGateway, sent: Job, state: str
) -> None:
    assert sent.move(State.SUBMITTED, state, note="by_tmp")
    story = list(sent.events.values())
    assert knock(tokens(gateway)[0], b'{"id": "tmp-other", "state": 2}') == 404
    sent.refresh_from_db()
    assert (sent.state, list(sent.events.values())) == (state, story)
    assert not Refresh.objects.filter(pk=sent.pk).exists()


def test_a_knock_for_a_deleted_job_finds_nothing(gateway: RawGateway, sent: Job) -> None:
    Job.objects.filter(pk=sent.pk).delete()
    assert knock(tokens(gateway)[0]) == 404


def test_a_knock_for_an_older_attempt_changes_nothing_of_the_newer_one(
    gateway: RawGateway, lost: Job
) -> None:
    gateway.answers["CreateJob"] = [created("tmp-2")]
    assert services.send_again(lost)
    submit(lost)
    put_off(lost)
    first, second = tokens(gateway)
    assert knock(first, b'{"id": "tmp-forged"}') == 404
    lost.refresh_from_db()
    assert (lost.state, lost.tmp_id, is_due(lost)) == (State.SUBMITTED, "tmp-2", False)
    assert knock(second) == 204
    assert is_due(lost)


def test_bad_old_and_unknown_tokens_get_one_answer_by_the_same_statements(
    gateway: RawGateway, sent: Job, django_assert_num_queries: Any
) -> None:
    (old,) = tokens(gateway)
    sent.move(State.SUBMITTED, State.COMPLETED)
    answers = []
    for token in (old, old[:-1] + "!", "x" * 43, "x", hash_of(old), "%00", "名"):
        with django_assert_num_queries(2):
            answers.append(Client().post(f"/callbacks/{token}/", b"{}", content_type="text/plain"))
    assert {(each.status_code, each.content, each["Cache-Control"]) for each in answers} == {
        (404, b"", answers[0]["Cache-Control"])
    }


@pytest.mark.parametrize("method", ["get", "put"])
def test_tmp_may_knock_by_other_methods_too(gateway: RawGateway, sent: Job, method: str) -> None:
    (token,) = tokens(gateway)
    assert getattr(Client(), method)(f"/callbacks/{token}/?id=tmp-1&state=3").status_code == 204
    assert is_due(sent)


@pytest.mark.parametrize("method", ["head", "delete", "patch", "options"])
def test_nothing_else_is_a_knock(gateway: RawGateway, sent: Job, method: str) -> None:
    (token,) = tokens(gateway)
    assert getattr(Client(), method)(f"/callbacks/{token}/").status_code == 405
    assert not is_due(sent)
