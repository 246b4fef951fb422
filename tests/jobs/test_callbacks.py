"""A callback is a hint: it brings one question forward, whatever it says and however often it comes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from jobs import hearing, services
from jobs.engine import taking
from jobs.engine.submitting import Submission
from jobs.engine.wire import hash_of
from jobs.models import Job, Refresh, in_seconds
from tencent.errors import Unanswered
from tests.factories import make_job
from tests.jobs.connections import at_once
from tests.jobs.raw_gateway import RawGateway, created, http, refused, told
from tests.jobs.working import make_due, submit, work

State = Job.State
FAR = 3600.0


@pytest.fixture
def account(account: Account, settings: Any) -> Account:
    """An account of a portal that TMP can call."""
    settings.PUBLIC_URL = "https://portal.example"
    return account


@pytest.fixture
def sent(gateway: RawGateway, account: Account) -> Job:
    """A job that TMP has, not due for long."""
    gateway.answers |= {"CreateJob": [created()], "GetJob": [told(2)]}
    job = make_job(account)
    submit(job)
    put_off(job)
    return job


@pytest.fixture
def lost(gateway: RawGateway, account: Account) -> Job:
    """An UNSURE job: the answer never came."""
    gateway.answers |= {"CreateJob": [b""], "GetJob": [told(2)]}
    job = make_job(account)
    submit(job)
    assert job.state == State.UNSURE
    Job.objects.filter(pk=job.pk).update(due_at=in_seconds(FAR))
    return job


def put_off(job: Job) -> None:
    Refresh.objects.filter(pk=job.pk).update(due_at=in_seconds(FAR))


def tokens(gateway: RawGateway) -> list[str]:
    """The secrets that TMP was given, in the order of the sendings."""
    asked = [body["createJobRequest"] for body in gateway.bodies if body["action"] == "CreateJob"]
    return [each["callback"].rstrip("/").rpartition("/")[2] for each in asked]


def knock(token: str, body: bytes = b"{}", **extra: Any) -> int:
    return Client().post(
        f"/callbacks/{token}/", body, content_type="application/json", **extra
    ).status_code  # fmt: skip


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
    knock(token)
    assert is_due(sent)


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


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "patch", "options"])
def test_only_a_post_is_a_knock(gateway: RawGateway, sent: Job, method: str) -> None:
    (token,) = tokens(gateway)
    assert getattr(Client(), method)(f"/callbacks/{token}/").status_code == 405
    assert not is_due(sent)


BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "XML": b'<?xml version="1.0"?><job><id>tmp-9</id></job>',
    "deep JSON": b'{"a":' * 10_000,
    "brackets": b"[" * 60_000,
    "a huge number": b'{"id": ' + b"9" * 6_000 + b"}",
    "NUL": b'{"id": "tmp\\u0000-12345", "state": 3}',
    "a lone surrogate": b'{"id": "tmp\\ud800-12345", "state": 3}',
    "no UTF-8": b"\xff\xfe\x00id: 12345678",
    "a long id": b'{"id": "' + b"x" * 500 + b'", "state": 3}',
    "an id that is an address": b'{"id": "https://evil.example/?a=b", "state": 3}',
    "an id that is SQL": b'{"id": "x\'); DROP TABLE jobs_job;--", "state": 3}',
    "a list of jobs": b'{"id": ["tmp-1"], "job": [], "getJobResponse": 4}',
    "64 KiB": b"x" * 64 * 1024,
}


@pytest.mark.parametrize("case", BODIES)
def test_whatever_is_said_of_an_unsure_job_is_heard_without_an_error(
    gateway: RawGateway, lost: Job, case: str
) -> None:
    assert knock(tokens(gateway)[0], BODIES[case]) == 204
    about = lost.attempts.get().called_about
    assert about == "" or (about.isascii() and len(about) <= 128)
    lost.refresh_from_db()
    assert lost.state == State.UNSURE


@pytest.mark.parametrize("of_ours", [True, False])
def test_a_body_that_announces_too_much_is_not_read(gateway: RawGateway, lost: Job, of_ours: bool) -> None:
    token = tokens(gateway)[0] if of_ours else "x" * 43
    assert knock(token, b"x" * (2**20 + 1)) == 413
    assert lost.attempts.get().called_at is None


def test_a_call_about_an_unsure_job_shows_that_tmp_has_it(gateway: RawGateway, lost: Job) -> None:
    assert not hearing.is_called(lost)
    assert knock(tokens(gateway)[0]) == 204
    lost.refresh_from_db()
    assert hearing.is_called(lost)
    assert lost.state == State.UNSURE
    assert Job.objects.unsure_due().filter(pk=lost.pk).exists()
    assert not services.send_again(lost)
    assert services.send_again(lost, although_called=True)


def ours(job: Job, job_id: str = "tmp-12345", **members: Any) -> bytes:
    return told(2, job_id, **{"customId": f"{job.pk}-1", **members})


def named(job_id: str = "tmp-12345") -> bytes:
    return f'{{"getJobResponse": {{"job": {{"id": "{job_id}", "state": 3}}}}}}'.encode()


def test_an_id_that_tmp_itself_gives_to_the_attempt_is_believed(gateway: RawGateway, lost: Job) -> None:
    knock(tokens(gateway)[0], named())
    lost.refresh_from_db()
    assert (lost.tmp_id, lost.attempts.get().called_about) == ("", "tmp-12345")
    gateway.answers["GetJob"] = [ours(lost)]
    work()
    lost.refresh_from_db()
    assert (lost.state in Job.REFRESHED, lost.tmp_id, lost.error_kind) == (True, "tmp-12345", "")
    attempt = lost.attempts.get()
    assert (attempt.outcome, attempt.tmp_id) == ("accepted", "tmp-12345")
    assert "confirmed" in [event.note for event in lost.events.all()]
    assert gateway.asked["CreateJob"] == 1
    asked = [body["getJobRequest"]["id"] for body in gateway.bodies if body["action"] == "GetJob"]
    assert set(asked) == {"tmp-12345"}


FORGED = {
    "another job of ours": told(3, "tmp-12345", customId="00000000-0000-4000-8000-000000000000-1"),
    "another attempt": told(3, "tmp-12345", customId="{job}-2"),
    "no custom id": told(3, "tmp-12345"),
    "another id": told(3, "tmp-other", customId="{job}-1"),
    "unknown job": refused("job not found"),
    "a page": http(200, b"<html></html>"),
}


@pytest.mark.parametrize("case", FORGED)
def test_an_id_that_tmp_does_not_bear_out_is_dropped(gateway: RawGateway, lost: Job, case: str) -> None:
    knock(tokens(gateway)[0], named())
    answer = FORGED[case].replace(b"{job}", str(lost.pk).encode())
    gateway.answers["GetJob"] = [with_length(answer)]
    work()
    lost.refresh_from_db()
    assert (lost.state, lost.tmp_id) == (State.UNSURE, "")
    assert lost.attempts.get().called_about == ""
    make_due(lost)
    work()
    assert gateway.asked["GetJob"] == 1


def with_length(answer: bytes) -> bytes:
    """The answer with the length that it has by now."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length")]
    return b"\r\n".join([*lines, f"Content-Length: {len(body)}".encode(), b"", body])


def test_an_id_is_asked_about_again_while_tmp_does_not_answer(gateway: RawGateway, lost: Job) -> None:
    knock(tokens(gateway)[0], named())
    gateway.answers["GetJob"] = [http(500, {}), ours(lost)]
    work()
    lost.refresh_from_db()
    assert lost.state == State.UNSURE
    make_due(lost)
    work()
    lost.refresh_from_db()
    assert lost.tmp_id == "tmp-12345"


def test_a_flood_of_ids_is_worth_one_question(gateway: RawGateway, lost: Job) -> None:
    (token,) = tokens(gateway)
    gateway.answers["GetJob"] = [refused("job not found")]
    for number in range(50):
        knock(token, named(f"tmp-guess-{number}"))
        work()
    assert gateway.asked["GetJob"] <= 1


def test_an_id_that_comes_before_the_answer_is_lost_is_kept(gateway: RawGateway, account: Account) -> None:
    job = make_job(account)
    gateway.answers |= {"CreateJob": [b""], "GetJob": [ours(job)]}
    taken: list[Submission] = []
    taking.take(account, 1, taken)
    assert taken[0].request is not None
    token = taken[0].request.callback.rstrip("/").rpartition("/")[2]
    assert knock(token, named()) == 204
    taken[0].settle(Unanswered())
    make_due(job)
    work()
    job.refresh_from_db()
    assert (job.state in Job.REFRESHED, job.tmp_id) == (True, "tmp-12345")
