"""What is written down of a submission: the note in the history, the branch, the attempt, when it goes on."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError

from accounts.log_context import known
from jobs.engine import submitting
from jobs.models import Attempt, Job, Limits, in_seconds
from tencent.streaming import Streaming
from tests.factories import make_job
from tests.jobs.raw_gateway import RawGateway, created, http, refused
from tests.jobs.test_engine_telling import BUSY, INTERVAL, notes, seconds_until
from tests.jobs.test_lessons_dates import NEEDED
from tests.jobs.working import answer_to, make_due, submit, take_to_send

State = Job.State


def let_the_lease_run_out(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=in_seconds(-1))
    assert submitting.repair() == 1


def test_a_process_that_slept_with_a_job_in_hand_sends_nothing(gateway: RawGateway, job: Job) -> None:
    taken = take_to_send(job)
    assert taken is not None
    slept = replace(taken, taken_at=time.monotonic() - submitting.deadline() - 1)
    answer = answer_to(slept)
    assert answer == submitting.NotSent(kind="HeldUp")
    slept.settle(answer)
    job.refresh_from_db()
    assert (job.state, job.error_kind, gateway.asked) == (State.QUEUED, "HeldUp", {})
    assert (notes(job)[-1], job.attempts.get().outcome) == (("QUEUED", "not_sent"), "not_sent")


@pytest.mark.parametrize("lacking", ["gateway", "request"])
def test_without_a_gateway_or_a_request_nothing_is_sent(gateway: RawGateway, job: Job, lacking: str) -> None:
    taken = take_to_send(job)
    assert taken is not None
    changes: dict[str, Any] = {lacking: None}

    async def send() -> Any:
        async with Streaming(at_once=1) as transport:
            return await replace(taken, **changes).send(transport)

    assert asyncio.run(send()) == submitting.NotSent(kind="Unfit")
    assert gateway.asked == {}


def test_an_unreachable_gateway_is_named_by_its_cause(job: Job, settings: Any) -> None:
    settings.SANDBOX = {**settings.SANDBOX, "gateway": "http://127.0.0.1:9"}
    submit(job)
    assert (job.error_kind, job.error_words) == ("Unreachable", "refused")
    assert seconds_until(job.due_at) == pytest.approx(INTERVAL * 2, rel=0.1)


def test_a_throttled_job_waits_as_long_as_it_is_told(gateway: RawGateway, job: Job) -> None:
    gateway.answers["CreateJob"] = [BUSY]
    submit(job)
    assert (job.state, job.error_kind, job.attempts.get().outcome) == (State.QUEUED, "Throttled", "throttled")
    assert 115 < seconds_until(job.due_at) < 130


def test_a_refusal_is_told_with_its_branch_and_where_it_happened(gateway: RawGateway, job: Job) -> None:
    gateway.answers["CreateJob"] = [refused("no")]
    submit(job)
    assert (job.error_kind, job.failed_in, job.tmp_state) == ("Refused", "submit", None)
    assert notes(job)[-1] == ("ERROR", "refused")
    assert job.exchanges.get().attempt == job.attempts.get()


def test_an_accepted_job_has_nothing_left_of_what_went_wrong_before(gateway: RawGateway, job: Job) -> None:
    gateway.answers["CreateJob"] = [http(429, {"message": "slower"}), created()]
    submit(job)
    assert (job.error_words, job.unanswered, job.submitted_at) == ("slower", 1, None)
    Limits.objects.update(next_call_at=None)
    make_due(job)
    submit(job)
    assert (job.state, job.error_kind, job.error_words, job.unanswered) == (State.SUBMITTED, "", "", 0)
    assert job.due_at is None
    assert -5 < seconds_until(job.submitted_at) <= 0


def test_a_refused_job_has_a_refused_attempt(gateway: RawGateway, job: Job) -> None:
    gateway.answers["CreateJob"] = [refused("no")]
    submit(job)
    assert job.attempts.get().outcome == "refused"


def test_the_call_of_an_attempt_says_how_long_it_took(gateway: RawGateway, job: Job) -> None:
    gateway.answers["CreateJob"] = [created()]
    began = time.monotonic()
    submit(job)
    assert 0 < job.exchanges.get().exchange["seconds"] <= time.monotonic() - began


def test_refused_keys_leave_the_job_without_a_time(gateway: RawGateway, job: Job) -> None:
    gateway.answers["CreateJob"] = [http(401, {"message": "HMAC signature does not match"})]
    submit(job)
    assert (notes(job)[-1], job.due_at) == (("QUEUED", "keys_refused"), None)
    assert job.attempts.get().outcome == "refused"


def test_a_job_declined_for_its_date_waits_until_every_worker_has_heard(
    gateway: RawGateway, job: Job, settings: Any
) -> None:
    settings.POLL_SECONDS_SANDBOX = 0.1
    gateway.answers["CreateJob"] = [http(401, {"message": NEEDED})]
    submit(job)
    assert notes(job)[-1] == ("QUEUED", "not_sent")
    assert 1.5 < seconds_until(job.due_at) <= submitting.HEARD_SECONDS


def test_a_job_that_could_not_be_sent_for_days_gives_up(gateway: RawGateway, job: Job) -> None:
    gateway.answers["CreateJob"] = [BUSY]
    Job.objects.filter(pk=job.pk).update(created_at=in_seconds(-3 * 86400))
    submit(job)
    assert notes(job)[-1] == ("ERROR", "gave_up")
    assert (job.failed_in, job.error_words) == ("submit", "API rate limit exceeded")


@pytest.mark.parametrize(
    ("answer", "words"),
    [(http(500, {"message": "out of order"}), {"out of order"}), (b"", {"closed", "reset"})],
)
def test_an_unclear_answer_is_told_in_its_words_and_the_bucket_is_looked_at_soon(
    gateway: RawGateway, job: Job, answer: bytes, words: set[str]
) -> None:
    gateway.answers["CreateJob"] = [answer]
    submit(job)
    assert notes(job)[-1] == ("UNSURE", "no_clear_answer")
    assert job.error_words in words
    assert seconds_until(job.due_at) == pytest.approx(INTERVAL, rel=0.1)


def test_what_writes_no_files_is_never_looked_for_in_the_bucket(gateway: RawGateway, job: Job) -> None:
    gateway.answers["CreateJob"] = [b""]
    Job.objects.filter(pk=job.pk).update(capability="musicHighlight", params={})
    submit(job)
    assert (job.state, job.due_at) == (State.UNSURE, None)


def test_a_lease_that_ran_out_is_told_and_earlier_attempts_keep_their_outcome(
    gateway: RawGateway, job: Job
) -> None:
    gateway.answers["CreateJob"] = [http(503, {"message": "Service unavailable"}), created()]
    other = make_job(job.account, state=State.SUBMITTED, tmp_id="tmp-2")
    Job.objects.filter(pk=other.pk).update(lease_until=in_seconds(-1))
    Attempt.objects.create(job=job, number=1, outcome="throttled")
    assert take_to_send(job) is not None
    let_the_lease_run_out(job)
    job.refresh_from_db()
    assert notes(job)[-1] == ("UNSURE", "lease_ran_out")
    assert (job.failed_in, job.error_kind, job.error_words) == ("submit", "Abandoned", "")
    assert -5 < seconds_until(job.due_at) <= 0
    assert dict(job.attempts.values_list("number", "outcome")) == {1: "throttled", 2: "unsure"}
    assert Job.objects.get(pk=other.pk).state == State.SUBMITTED


def test_after_a_lease_that_ran_out_no_bucket_is_looked_at_where_no_files_are_written(job: Job) -> None:
    assert take_to_send(job) is not None
    Job.objects.filter(pk=job.pk).update(capability="musicHighlight")
    let_the_lease_run_out(job)
    job.refresh_from_db()
    assert (job.state, job.due_at) == (State.UNSURE, None)


def test_a_late_word_that_the_keys_were_refused_leaves_no_trace_of_the_doubt(
    gateway: RawGateway, job: Job
) -> None:
    gateway.answers["CreateJob"] = [http(403, {"message": "HMAC signature does not match"})]
    slow = take_to_send(job)
    assert slow is not None
    answer = answer_to(slow)
    let_the_lease_run_out(job)
    slow.settle(answer)
    job.refresh_from_db()
    assert (job.state, job.failed_in, job.error_kind, job.error_words) == (State.QUEUED, "", "", "")


def test_who_sends_must_hold_the_row_for_twice_as_long(settings: Any) -> None:
    settings.SEND_SECONDS, settings.LEASE_SECONDS = 60, 10
    assert submitting.deadline() == 5
    settings.LEASE_SECONDS = 200
    assert submitting.deadline() == 60


def test_the_log_names_the_job_its_account_and_the_id_of_the_call(gateway: RawGateway, job: Job) -> None:
    reply = {"createJobResponse": {"job": {"id": "tmp-1", "state": 1}}}
    gateway.answers["CreateJob"] = [http(200, reply, headers=("X-Api-RequestId: r-7",))]
    taken = take_to_send(job)
    assert taken is not None
    ids = {"job_id": str(job.pk), "attempt": "1", "account_id": str(job.account_id)}
    with taken.in_log():
        assert {name: str(value) for name, value in known().items()} == ids
    with taken.in_log(answer_to(taken)):
        assert {name: str(value) for name, value in known().items()} == {**ids, "tmp_request_id": "r-7"}


@pytest.mark.django_db(transaction=True)
def test_an_answer_about_a_job_that_was_deleted_is_dropped_and_any_other_fault_is_heard(
    gateway: RawGateway, job: Job
) -> None:
    gateway.answers["CreateJob"] = [created()]
    taken = take_to_send(job)
    assert taken is not None
    answer = answer_to(taken)
    with pytest.raises(IntegrityError):
        replace(taken, attempt=Attempt(pk=4_000_000, job=job, number=9)).settle(answer)
    Job.objects.filter(pk=job.pk).delete()
    taken.settle(answer)
    assert not Job.objects.exists()
