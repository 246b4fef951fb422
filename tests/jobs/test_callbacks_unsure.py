"""A callback about a job of which nobody knew whether TMP has it: evidence, never an order."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Account
from jobs import hearing, services
from jobs.engine import taking
from jobs.engine.submitting import Submission
from jobs.models import Job
from tencent.errors import Unanswered
from tests.factories import make_job
from tests.jobs.knocking import account as account
from tests.jobs.knocking import knock, tokens
from tests.jobs.knocking import lost as lost
from tests.jobs.raw_gateway import RawGateway, http, refused, told
from tests.jobs.working import make_due, submit, work

State = Job.State


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


def test_a_call_about_one_job_says_nothing_of_another(gateway: RawGateway, lost: Job) -> None:
    other = make_job(lost.account)
    submit(other)
    knock(tokens(gateway)[0], named())
    assert [job.attempts.get().called_about for job in (lost, other)] == ["tmp-12345", ""]
    assert not hearing.is_called(other)


def test_a_call_about_an_attempt_that_was_refused_shows_nothing(gateway: RawGateway, lost: Job) -> None:
    knock(tokens(gateway)[0])
    lost.refresh_from_db()
    lost.attempts.update(outcome="refused")
    assert not hearing.is_called(lost)


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
