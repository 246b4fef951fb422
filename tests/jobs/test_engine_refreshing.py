"""What happens to a job when TMP is asked about it, whatever TMP answers."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now

from accounts.clients import bucket_for
from accounts.models import Account
from jobs import services
from jobs.engine import collecting, poller, refreshing
from jobs.models import Job, in_seconds
from jobs.results import Result
from tests.factories import make_account, make_job
from tests.jobs.raw_gateway import RawGateway, created, http, refused, told
from tests.sandbox_process import SandboxProcess

State = Job.State
BEATS = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]


def found(**members: Any) -> list[dict[str, Any]]:
    """`outputs` of a finished job with its beats inline."""
    return [{"destination": "/output/x", "smartContentResult": {"musicBeat": {"beats": BEATS, **members}}}]


@pytest.fixture
def sent(gateway: RawGateway, job: Job) -> Job:
    """A job that TMP accepted and that is due."""
    gateway.answers["CreateJob"] = [created()]
    services.submit(job.pk)
    ask(job, sweeping=False)
    return job


def ask(job: Job, *, sweeping: bool = True) -> Job:
    """One sweep with the job due; never more than one question."""
    Job.objects.filter(pk=job.pk, state__in=Job.REFRESHED).update(refresh_at=Now())
    if sweeping:
        poller.sweep(taking_seconds=0.05)
    job.refresh_from_db()
    return job


def test_tmp_s_states_become_the_portal_s(gateway: RawGateway, sent: Job) -> None:
    gateway.answers["GetJob"] = [told(1), told(2), told(1), told(3, outputs=found(bpm=120))]
    assert ask(sent).state == State.SUBMITTED
    assert ask(sent).state == State.PROCESSING
    assert ask(sent).state == State.PROCESSING
    assert ask(sent).state == State.COMPLETED
    result = Result.from_json(sent.result)
    assert [marker.time for marker in result.markers] == BEATS
    assert gateway.asked == {"CreateJob": 1, "GetJob": 4}


def test_a_failed_job_keeps_the_words_of_tmp(gateway: RawGateway, sent: Job) -> None:
    gateway.answers["GetJob"] = [told(4, message="10004 Engine Error")]
    ask(sent)
    assert (sent.state, sent.failed_in, sent.error_words) == (State.ERROR, "processing", "10004 Engine Error")
    assert sent.raw_answer["state"] == 4


def test_a_job_that_tmp_canceled_is_canceled(gateway: RawGateway, sent: Job) -> None:
    gateway.answers["GetJob"] = [told(5)]
    assert ask(sent).state == State.CANCELED


def test_a_state_that_nobody_documented_is_asked_about_again(gateway: RawGateway, sent: Job) -> None:
    gateway.answers["GetJob"] = [told(99), told(3, outputs=found())]
    assert (ask(sent).state, sent.tmp_state) == (State.SUBMITTED, 99)
    assert ask(sent).state == State.COMPLETED


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        http(500, {"message": "x"}),
        http(200, b"<html>"),
        http(200, b'{"a":', claim=9),
        told(1, job_id="other"),
    ],
)
def test_a_question_without_an_answer_only_makes_the_next_one_later(
    answer: bytes, gateway: RawGateway, sent: Job
) -> None:
    gateway.answers["GetJob"] = [answer, answer, told(3, outputs=found())]
    assert (ask(sent).state, sent.unanswered) == (State.SUBMITTED, 1)
    first = sent.refresh_at
    assert (ask(sent).state, sent.unanswered) == (State.SUBMITTED, 2)
    assert first is not None and sent.refresh_at is not None and sent.refresh_at > first
    assert (ask(sent).state, sent.unanswered) == (State.COMPLETED, 0)
    assert gateway.asked["CreateJob"] == 1


def test_a_job_that_tmp_does_not_know_is_believed_the_fifth_time(gateway: RawGateway, sent: Job) -> None:
    gateway.answers["GetJob"] = [refused("job not found")]
    for _ in range(4):
        assert ask(sent).state == State.SUBMITTED
    ask(sent)
    assert (sent.state, sent.failed_in, sent.error_words) == (State.ERROR, "refresh", "job not found")


def test_refusals_count_only_in_a_row(gateway: RawGateway, sent: Job) -> None:
    gateway.answers["GetJob"] = [*[refused("job not found")] * 4, told(1), refused("job not found")]
    for _ in range(9):
        assert ask(sent).state == State.SUBMITTED


def test_refused_keys_pause_the_account_and_harm_no_job(
    gateway: RawGateway, sent: Job, account: Account
) -> None:
    gateway.answers["GetJob"] = [http(403, {"message": "HMAC apikey is invalid for API"})]
    for _ in range(6):
        assert ask(sent).state == State.SUBMITTED
    assert gateway.asked["GetJob"] == 1
    account.refresh_from_db()
    assert account.paused_because == "HMAC apikey is invalid for API"
    gateway.answers["GetJob"] = [told(2)]
    assert services.resume_account(account) == 1
    assert ask(sent).state == State.PROCESSING


def test_equal_answers_are_counted_and_not_repeated(gateway: RawGateway, sent: Job) -> None:
    gateway.answers["GetJob"] = [told(1), told(1), told(1), told(2)]
    for _ in range(4):
        ask(sent)
    counted = [(row.action, row.times) for row in sent.exchanges.all()]
    assert counted == [("CreateJob", 1), ("GetJob", 3), ("GetJob", 1)]


def test_a_job_that_never_ends_is_given_up_and_can_be_asked_about_again(
    gateway: RawGateway, sent: Job, settings: Any
) -> None:
    gateway.answers["GetJob"] = [told(2)]
    ask(sent)
    Job.objects.filter(pk=sent.pk).update(changed_at=in_seconds(-settings.GIVE_UP_SECONDS - 1))
    assert ask(sent).state == State.GAVE_UP
    assert ask(sent).state == State.GAVE_UP
    assert services.ask_again(sent)
    assert ask(sent).state == State.PROCESSING
    assert sent.ended_at is None


def test_answers_that_databases_choke_on_are_kept_all_the_same(gateway: RawGateway, sent: Job) -> None:
    odd = {"text": "a\x00b", "half": "\ud800"}
    gateway.answers["GetJob"] = [told(3, outputs=found(**odd), message="nul \x00")]
    ask(sent)
    assert sent.state == State.COMPLETED
    assert Result.from_json(sent.result).values["text"] == "ab"
    assert "\\u0000" not in str(sent.exchanges.last().exchange["request"])


def test_an_answer_of_megabytes_is_read_but_not_kept_whole(gateway: RawGateway, sent: Job) -> None:
    gateway.answers["GetJob"] = [told(3, outputs=found(noise="x" * 1_500_000))]
    ask(sent)
    assert sent.state == State.COMPLETED
    assert sent.raw_answer["too_large"] > 1_500_000
    assert len(Result.from_json(sent.result).markers) == len(BEATS)


def test_two_sweeps_at_once_do_no_harm(gateway: RawGateway, sent: Job) -> None:
    gateway.answers["GetJob"] = [told(3, outputs=found())]
    first = refreshing.take_due(9)
    assert refreshing.take_due(9) == []
    ask(sent, sweeping=False)
    second = refreshing.take_due(9)
    answers = [work.call() for work in (*first, *second)]
    follows = [work.settle(answer) for work, answer in zip((*first, *second), answers, strict=True)]
    assert [follow is not None for follow in follows] == [True, False]
    assert follows[0] is not None
    follows[0].settle(follows[0].call())
    sent.refresh_from_db()
    assert sent.state == State.COMPLETED
    assert [event.to_state for event in sent.events.all()].count("COLLECTING") == 1


def test_a_reader_that_dies_is_replaced(gateway: RawGateway, sent: Job) -> None:
    gateway.answers["GetJob"] = [told(3, outputs=found())]
    (work,) = refreshing.take_due(9)
    dead = work.settle(work.call())
    assert dead is not None
    poller.sweep()
    sent.refresh_from_db()
    assert sent.state == State.COLLECTING
    Job.objects.filter(pk=sent.pk).update(lease_until=in_seconds(-1))
    poller.sweep()
    sent.refresh_from_db()
    assert sent.state == State.COMPLETED
    before = sent.changed_at
    dead.settle(dead.call())
    sent.refresh_from_db()
    assert sent.changed_at == before


def test_a_file_that_never_comes_is_waited_for_and_then_said(gateway: RawGateway, sent: Job) -> None:
    outputs = [{"smartContentResult": {"musicBeat": {"beatFileName": "beats.json"}}}]
    gateway.answers["GetJob"] = [told(3, outputs=outputs)]
    ask(sent)
    assert sent.state == State.COLLECTING
    Job.objects.filter(pk=sent.pk).update(changed_at=in_seconds(-60), lease_until=Now())
    poller.sweep()
    sent.refresh_from_db()
    assert sent.state == State.COMPLETED
    result = Result.from_json(sent.result)
    assert result.note == "file_missing"
    assert result.files[0].path == f"output/musicBeat/{sent.pk}-1/beats.json"


def test_a_file_that_comes_late_is_read(
    alice: User, gateway: RawGateway, sandbox: SandboxProcess, settings: Any
) -> None:
    settings.SANDBOX = {**settings.SANDBOX, "store": sandbox.store}
    job = make_job(make_account(alice, sandbox))
    outputs = [{"smartContentResult": {"musicBeat": {"beatFileName": "late.csv"}}}]
    gateway.answers |= {"CreateJob": [created()], "GetJob": [told(3, outputs=outputs)]}
    services.submit(job.pk)
    assert ask(job).state == State.COLLECTING
    key = collecting.key_of(job.attempts.get().destination, "late.csv")
    bucket_for(job.account).put(key, b"time\n0.5\n1.0\n1.5\n")
    Job.objects.filter(pk=job.pk).update(lease_until=Now())
    poller.sweep()
    job.refresh_from_db()
    assert job.state == State.COMPLETED
    assert [marker.time for marker in Result.from_json(job.result).markers] == [0.5, 1.0, 1.5]


def test_one_bad_row_does_not_stop_the_others(
    gateway: RawGateway, account: Account, sent: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_job(account)
    gateway.answers["CreateJob"] = [created("tmp-2")]
    services.submit(other.pk)
    gateway.answers["GetJob"] = [lambda body: told(2, job_id=body["getJobRequest"]["id"])]
    settle = refreshing.Refresh.settle

    def poisoned(self: refreshing.Refresh, answer: Any) -> Any:
        if self.job.pk == sent.pk:
            raise RuntimeError("poison")
        return settle(self, answer)

    monkeypatch.setattr(refreshing.Refresh, "settle", poisoned)
    Job.objects.update(refresh_at=Now())
    poller.sweep(taking_seconds=0.05)
    assert Job.objects.get(pk=other.pk).state == State.PROCESSING
    assert Job.objects.get(pk=sent.pk).state == State.SUBMITTED
