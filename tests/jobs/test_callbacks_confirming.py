"""What TMP says about an id that a callback named decides, and how a callback may bring one."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from jobs.engine.pausing import pause_account
from jobs.models import Attempt, Job, Limits, Usage, in_seconds
from jobs.views.callbacks import MOST_BYTES
from tests.factories import make_job
from tests.jobs.knocking import FAR, knock, tokens
from tests.jobs.knocking import account as account
from tests.jobs.knocking import lost as lost
from tests.jobs.raw_gateway import RawGateway, http, told
from tests.jobs.test_callbacks_unsure import named, ours
from tests.jobs.working import make_due, submit, work

State = Job.State
ID = "tmp-12345"


def ask(gateway: RawGateway, lost: Job, answer: bytes) -> Job:
    """A callback names ID, TMP is asked about it and answers; the job as it stands then."""
    knock(tokens(gateway)[0], named(ID))
    gateway.answers["GetJob"] = [answer]
    make_due(lost)
    work()
    lost.refresh_from_db()
    return lost


def test_a_confirmed_job_stands_as_if_its_answer_had_come(gateway: RawGateway, lost: Job) -> None:
    job = ask(gateway, lost, ours(lost))
    assert (job.failed_in, job.error_kind, job.error_words, job.due_at) == ("", "", "", None)
    assert job.submitted_at is not None
    [kept] = [each for each in job.exchanges.all() if each.action == "GetJob"][:1]
    assert kept.attempt == job.attempts.get()
    usage = Usage.objects.get()
    assert (usage.calls, usage.songs, usage.seconds) == (1, 1, job.source_seconds)


def test_too_many_calls_silence_the_account_and_keep_the_question(gateway: RawGateway, lost: Job) -> None:
    job = ask(gateway, lost, http(429, {}, headers=("Retry-After: 60",)))
    assert (job.state, job.attempts.get().called_about) == (State.UNSURE, ID)
    held = Limits.objects.get(account=job.account).next_call_at
    assert held is not None
    assert held > timezone.now()
    # And nothing is asked meanwhile.
    make_due(job)
    work()
    assert gateway.asked["GetJob"] == 1


def test_refused_keys_pause_the_account_in_the_gateways_words(gateway: RawGateway, lost: Job) -> None:
    job = ask(gateway, lost, http(401, {"message": "HMAC signature does not match"}))
    assert Account.objects.get(pk=job.account_id).paused_because == "HMAC signature does not match"
    assert (job.state, job.attempts.get().called_about) == (State.UNSURE, ID)


def test_nothing_is_asked_in_the_name_of_a_paused_account(gateway: RawGateway, lost: Job) -> None:
    pause_account(lost.account, words="no")
    assert ask(gateway, lost, ours(lost)).state == State.UNSURE
    assert gateway.asked["GetJob"] == 0


def test_the_job_of_the_guide_is_never_confirmed_by_its_label(gateway: RawGateway, lost: Job) -> None:
    Job.objects.filter(pk=lost.pk).update(is_verification=True)
    job = ask(gateway, lost, ours(lost))
    assert (job.state, job.tmp_id) == (State.UNSURE, "")


def test_of_two_attempts_the_newer_one_that_was_named_is_asked_about(gateway: RawGateway, lost: Job) -> None:
    Attempt.objects.create(job=lost, number=2, destination="/x", outcome="unsure", called_about="tmp-2222222")
    Attempt.objects.filter(job=lost, number=1).update(called_about=ID)
    gateway.answers["GetJob"] = [told(2, "tmp-2222222", customId=f"{lost.pk}-2")]
    make_due(lost)
    work()
    lost.refresh_from_db()
    assert lost.tmp_id == "tmp-2222222"
    assert dict(lost.attempts.values_list("number", "outcome")) == {1: "unsure", 2: "accepted"}


@pytest.mark.parametrize(("length", "code"), [(MOST_BYTES, 204), (MOST_BYTES + 1, 413)])
def test_a_body_may_be_64_kib_and_no_more(gateway: RawGateway, lost: Job, length: int, code: int) -> None:
    assert MOST_BYTES == 65_536
    assert knock(tokens(gateway)[0], b"x" * length) == code


def test_a_length_that_is_no_number_is_none(gateway: RawGateway, lost: Job) -> None:
    assert knock(tokens(gateway)[0], named(ID), CONTENT_LENGTH="many") == 204


@pytest.mark.parametrize("method", ["get", "put"])
def test_an_id_may_come_in_the_query(gateway: RawGateway, lost: Job, method: str) -> None:
    path = f"/callbacks/{tokens(gateway)[0]}/?id={ID}&state=3"
    assert getattr(Client(), method)(path).status_code == 204
    assert lost.attempts.get().called_about == ID


def in_chunks(token: str, stream: Any, query: str = "") -> int:
    """A POST whose body has no length, as gunicorn hands it on."""
    extra = {"wsgi.input": stream, "wsgi.input_terminated": True, "QUERY_STRING": query}
    path = f"/callbacks/{token}/"
    return Client().generic("POST", path, b"", "application/json", **extra).status_code  # type: ignore[arg-type]


def test_an_id_may_come_in_chunks_and_no_more_of_them_is_read_than_of_a_whole_body(
    gateway: RawGateway, lost: Job
) -> None:
    stream = io.BytesIO(named(ID) + b" " * 2 * MOST_BYTES)
    assert in_chunks(tokens(gateway)[0], stream) == 204
    assert stream.tell() == MOST_BYTES
    assert lost.attempts.get().called_about == ID


class Broken(io.RawIOBase):
    """A client that went away in the middle."""

    def read(self, size: int = -1) -> bytes:
        raise OSError("gone")


def test_of_a_body_that_breaks_off_the_query_still_counts(gateway: RawGateway, lost: Job) -> None:
    assert in_chunks(tokens(gateway)[0], Broken(), f"id={ID}&state=3") == 204
    assert lost.attempts.get().called_about == ID


def test_a_knock_concerns_its_own_job_alone(gateway: RawGateway, lost: Job) -> None:
    other = make_job(lost.account)
    submit(other)
    Job.objects.filter(pk=other.pk).update(due_at=in_seconds(FAR))
    # A higher number, but of another job.
    Attempt.objects.create(job=other, number=2, destination="/x", outcome="unsure")
    assert knock(tokens(gateway)[0], named(ID)) == 204
    assert lost.attempts.get().called_about == ID
    assert list(Job.objects.unsure_due().values_list("pk", flat=True)) == [lost.pk]
    assert not other.attempts.exclude(called_at=None).exists()
