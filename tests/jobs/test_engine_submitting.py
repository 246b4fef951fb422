"""What happens to a job when the gateway answers CreateJob with anything but yes."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Account
from jobs import services
from jobs.engine import submitting
from jobs.engine.pausing import pause_account
from jobs.models import Job, Limits, in_seconds
from tencent.errors import Unanswered
from tests.factories import make_job
from tests.jobs.raw_gateway import RawGateway, created, http, refused, told
from tests.jobs.working import answer_to, make_due, submit, take_to_send, work, work_on

State = Job.State

AMBIGUOUS = {
    "server error": http(500, {"message": "Internal Server Error"}),
    "bad gateway": http(502, b"<html>Bad Gateway</html>"),
    "web page": http(200, b"<html>welcome</html>"),
    "nothing": b"",
    "half an answer": http(200, b'{"createJobResponse": {"job": {"id": "t', claim=30),
    "cut headers": b"HTTP/1.1 200 OK\r\nContent-Le",
    "no id": http(200, {"createJobResponse": {"job": {"state": 1}}}),
    "an array": http(200, []),
    "redirect": http(307, b"", headers=("Location: http://127.0.0.1:9/",)),
    "not a number": http(200, b'{"createJobResponse": {"job": {"id": "x", "state": NaN}}}'),
}


def sweeps(job: Job, count: int = 3) -> None:
    """All that a worker does, several times, each as if a long time had passed."""
    for _ in range(count):
        work_on(job)


@pytest.mark.parametrize("case", AMBIGUOUS)
def test_an_unclear_answer_is_never_followed_by_a_second_call(
    case: str, gateway: RawGateway, job: Job
) -> None:
    gateway.answers["CreateJob"] = [AMBIGUOUS[case]]
    submit(job)
    submit(job)
    sweeps(job)
    assert job.state == State.UNSURE
    assert job.failed_in == "submit"
    assert job.error_kind in ("Unanswered", "Garbled")
    assert gateway.asked["CreateJob"] == 1
    assert job.attempts.get().outcome == "unsure"
    assert job.exchanges.get().exchange["error"]


def test_a_refused_job_fails_in_the_words_of_tmp(gateway: RawGateway, job: Job) -> None:
    gateway.answers["CreateJob"] = [refused("drumType out of range")]
    submit(job)
    sweeps(job)
    assert (job.state, job.failed_in, job.error_words) == (State.ERROR, "submit", "drumType out of range")
    assert gateway.asked["CreateJob"] == 1
    assert job.ended_at is not None


def test_a_paused_account_keeps_the_words_that_paused_it(account: Account) -> None:
    for words in ("HMAC signature does not match", "HTTP 403"):
        pause_account(account, words=words)
    account.refresh_from_db()
    assert account.paused_because == "HMAC signature does not match"


def test_refused_keys_pause_the_account_until_a_person_resumes_it(
    gateway: RawGateway, account: Account, job: Job
) -> None:
    words = "HMAC signature does not match"
    gateway.answers["CreateJob"] = [http(401, {"message": words}), created()]
    submit(job)
    other = make_job(account)
    sweeps(other)
    account.refresh_from_db()
    assert account.paused_because == words
    job.refresh_from_db()
    assert (job.state, other.state) == (State.QUEUED, State.QUEUED)
    assert [event.note for event in job.events.all()][-1] == "keys_refused"
    assert gateway.asked["CreateJob"] == 1
    services.resume_account(account)
    work()
    assert not Job.objects.filter(state=State.QUEUED).exists()
    assert [attempt.outcome for attempt in job.attempts.all()] == ["refused", "accepted"]
    assert gateway.asked["CreateJob"] == 3


def test_a_throttled_job_is_sent_again_later(gateway: RawGateway, job: Job) -> None:
    busy = http(429, {"message": "API rate limit exceeded"}, headers=("Retry-After: 60",))
    gateway.answers["CreateJob"] = [busy, created()]
    gateway.answers["GetJob"] = [told(1)]
    submit(job)
    assert (work_on(job).state, job.error_kind) == (State.QUEUED, "Throttled")
    assert gateway.asked["CreateJob"] == 1
    Limits.objects.update(next_call_at=None)
    assert (work_on(job).state, job.error_kind) == (State.SUBMITTED, "")
    assert [attempt.outcome for attempt in job.attempts.all()] == ["throttled", "accepted"]


def test_throttling_slows_the_whole_account(gateway: RawGateway, account: Account, job: Job) -> None:
    gateway.answers["CreateJob"] = [http(429, {"message": "API rate limit exceeded"})]
    submit(job)
    others = [make_job(account) for _ in range(3)]
    work()
    assert gateway.asked["CreateJob"] == 1
    assert all(Job.objects.get(pk=other.pk).state == State.QUEUED for other in others)


def test_an_unreachable_gateway_leaves_the_job_queued(
    gateway: RawGateway, account: Account, settings: Any
) -> None:
    job = make_job(account)
    working = settings.SANDBOX
    settings.SANDBOX = {**working, "gateway": "http://127.0.0.1:9"}
    sweeps(job)
    assert (job.state, job.error_kind, job.unanswered) == (State.QUEUED, "Unreachable", 3)
    assert {attempt.outcome for attempt in job.attempts.all()} == {"not_sent"}
    settings.SANDBOX = working
    gateway.answers["CreateJob"] = [created()]
    make_due(job)
    submit(job)
    assert (job.state, job.unanswered) == (State.SUBMITTED, 0)
    assert gateway.asked["CreateJob"] == 1


def test_a_sandbox_that_is_not_running_leaves_the_job_queued(account: Account, settings: Any) -> None:
    job = make_job(account)
    settings.SANDBOX = {**settings.SANDBOX, "gateway": "", "store": ""}
    submit(job)
    assert (job.state, job.error_kind) == (State.QUEUED, "Unreachable")


def test_a_job_that_could_not_be_sent_for_days_fails(job: Job, settings: Any) -> None:
    settings.SANDBOX = {**settings.SANDBOX, "gateway": "http://127.0.0.1:9"}
    Job.objects.filter(pk=job.pk).update(created_at=in_seconds(-timedelta(days=3).total_seconds()))
    submit(job)
    assert (job.state, job.failed_in, job.error_kind) == (State.ERROR, "submit", "Unreachable")


def test_a_capability_that_is_gone_fails_without_a_call(gateway: RawGateway, job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(capability="musicMagic")
    submit(job)
    assert (job.state, job.error_kind) == (State.ERROR, "Unfit")
    assert gateway.asked.total() == 0


def test_a_worker_that_dies_while_sending_leaves_an_unsure_job(gateway: RawGateway, job: Job) -> None:
    assert take_to_send(job) is not None
    Job.objects.filter(pk=job.pk).update(lease_until=in_seconds(-1))
    sweeps(job)
    assert (job.state, job.error_kind) == (State.UNSURE, "Abandoned")
    assert job.attempts.get().outcome == "unsure"
    assert gateway.asked.total() == 0


def test_a_held_row_is_left_alone_while_its_lease_runs(job: Job) -> None:
    assert take_to_send(job) is not None
    assert take_to_send(job) is None
    work()
    job.refresh_from_db()
    assert job.state == State.SUBMITTING


def test_the_late_answer_of_a_slow_worker_resolves_an_unsure_job(gateway: RawGateway, job: Job) -> None:
    gateway.answers["CreateJob"] = [created("tmp-late")]
    slow = take_to_send(job)
    assert slow is not None
    answer = answer_to(slow)
    Job.objects.filter(pk=job.pk).update(lease_until=in_seconds(-1))
    assert submitting.repair() == 1
    slow.settle(answer)
    job.refresh_from_db()
    assert (job.state, job.tmp_id) == (State.SUBMITTED, "tmp-late")
    assert (job.failed_in, job.error_kind, job.error_words) == ("", "", "")


def test_the_doubt_of_a_slow_worker_takes_no_evidence_back(gateway: RawGateway, job: Job) -> None:
    slow = take_to_send(job)
    assert slow is not None
    Job.objects.filter(pk=job.pk).update(lease_until=in_seconds(-1))
    submitting.repair()
    job.refresh_from_db()
    job.attempts.update(outcome="accepted")
    assert job.move(State.UNSURE, State.COLLECTING, lease=0.0, note="found_output")
    slow.settle(Unanswered(cause="timeout"))
    job.refresh_from_db()
    assert (job.state, job.attempts.get().outcome) == (State.COLLECTING, "accepted")


def test_the_answer_of_an_older_attempt_cannot_overwrite_a_newer_one(gateway: RawGateway, job: Job) -> None:
    gateway.answers["CreateJob"] = [created("tmp-old"), created("tmp-new")]
    slow = take_to_send(job)
    assert slow is not None
    answer = answer_to(slow)
    Job.objects.filter(pk=job.pk).update(lease_until=in_seconds(-1))
    submitting.repair()
    job.refresh_from_db()
    assert services.send_again(job)
    submit(job)
    slow.settle(answer)
    job.refresh_from_db()
    assert (job.state, job.tmp_id) == (State.SUBMITTED, "tmp-new")
    assert [attempt.tmp_id for attempt in job.attempts.all()] == ["tmp-old", "tmp-new"]


@pytest.mark.parametrize(("answer", "state"), [(created("tmp-new"), "SUBMITTED"), (b"", "UNSURE")])
def test_an_older_attempt_answered_while_a_newer_one_is_out_decides_nothing(
    gateway: RawGateway, job: Job, answer: bytes, state: str
) -> None:
    gateway.answers["CreateJob"] = [created("tmp-old"), answer]
    slow = take_to_send(job)
    assert slow is not None
    late = answer_to(slow)
    Job.objects.filter(pk=job.pk).update(lease_until=in_seconds(-1))
    submitting.repair()
    job.refresh_from_db()
    assert services.send_again(job)
    newer = take_to_send(job)
    assert newer is not None
    slow.settle(late)
    job.refresh_from_db()
    assert (job.state, job.tmp_id) == (State.SUBMITTING, "")
    newer.settle(answer_to(newer))
    slow.settle(late)
    job.refresh_from_db()
    assert (job.state, job.tmp_id) == (state, "tmp-new" if state == State.SUBMITTED else "")


def test_the_attempt_is_on_the_wire_as_it_is_in_the_database(gateway: RawGateway, job: Job) -> None:
    gateway.answers["CreateJob"] = [created()]
    submit(job)
    asked = gateway.bodies[0]["createJobRequest"]
    assert asked["customId"] == f"{job.pk}-1"
    assert "callback" not in asked
    output = asked["outputs"][0]
    assert output["destination"] == f"/output/musicBeat/{job.pk}-1/"
    assert output["destination"] == job.attempts.get().destination
    assert output["smartContentDescriptor"] == {
        "musicBeat": {"outputType": 3, "drumType": 2, "enlargeLevel": 3}
    }


def test_only_a_person_sends_an_unsure_job_again(gateway: RawGateway, job: Job) -> None:
    gateway.answers["CreateJob"] = [b"", created()]
    gateway.answers["GetJob"] = [told(1)]
    submit(job)
    assert services.send_again(job)
    assert not services.send_again(job)
    submit(job)
    assert job.state == State.SUBMITTED
    assert [attempt.destination[-2] for attempt in job.attempts.all()] == ["1", "2"]


def test_a_person_may_let_an_unsure_job_go(gateway: RawGateway, job: Job) -> None:
    gateway.answers["CreateJob"] = [b""]
    submit(job)
    assert services.mark_failed(job)
    assert (job.state, job.failed_in) == (State.ERROR, "submit")


def test_what_was_rolled_back_before_it_was_sent_is_given_back_without_a_word(job: Job) -> None:
    """As when the database goes away while a job is taken."""
    with suppress(RuntimeError), transaction.atomic():
        submission = take_to_send(job)
        raise RuntimeError
    assert submission
    submission.settle(submitting.NotSent(kind=submitting.HELD_UP))
    job.refresh_from_db()
    assert (job.state, job.attempts.count()) == (State.QUEUED, 0)


def test_a_job_that_was_canceled_is_never_sent(gateway: RawGateway, job: Job) -> None:
    assert services.cancel(job)
    assert not services.cancel(job)
    submit(job)
    work()
    job.refresh_from_db()
    assert job.state == State.CANCELED
    assert gateway.asked.total() == 0


def test_canceling_while_the_call_is_out_keeps_the_evidence(gateway: RawGateway, job: Job) -> None:
    gateway.answers["CreateJob"] = [created("tmp-gone")]
    taken = take_to_send(job)
    assert taken is not None
    job.refresh_from_db()
    assert services.cancel(job)
    taken.settle(answer_to(taken))
    job.refresh_from_db()
    assert job.state == State.CANCELED
    assert job.attempts.get().tmp_id == "tmp-gone"
