"""What happens to a job when TMP is asked about it, whatever TMP answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now

from accounts.clients import bucket_for
from accounts.models import Account
from jobs import services
from jobs.engine import collecting, refreshing
from jobs.engine.turn import POISON_SECONDS
from jobs.models import Job, Refresh, in_seconds
from jobs.results import Result
from tests.factories import make_account, make_job
from tests.jobs.raw_gateway import RawGateway, created, http, refused, told
from tests.jobs.working import carry, finish, make_due, submit, take, work
from tests.jobs.working import work_on as ask
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
    submit(job)
    make_due(job)
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
    assert (ask(sent).state, sent.refresh.unanswered) == (State.SUBMITTED, 1)
    first = sent.refresh.due_at
    assert (ask(sent).state, sent.refresh.unanswered) == (State.SUBMITTED, 2)
    assert first is not None and sent.refresh.due_at is not None and sent.refresh.due_at > first
    assert ask(sent).state == State.COMPLETED
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
    gateway.answers["GetJob"] = [told(1), told(1), told(1), told(2), told(2)]
    for _ in range(5):
        ask(sent)
    counted = [(row.action, row.number) for row in sent.exchanges.all()]
    assert counted == [("CreateJob", 1), ("GetJob", 4)]
    assert sent.refresh.asked == 5


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
    assert Result.from_json(sent.result).values["text"] == "a\ufffdb"
    assert "\\u0000" not in str(sent.exchanges.last().exchange["request"])


@pytest.mark.parametrize("noise", ["x" * 3_000_000, [0] * 1_900_000], ids=["a text", "a list"])
def test_an_answer_of_megabytes_is_read_and_kept_whole(gateway: RawGateway, sent: Job, noise: Any) -> None:
    job = {"id": "tmp-1", "state": 3, "outputs": found(noise=noise)}
    answer = json.dumps({"getJobResponse": {"job": job}}, separators=(",", ":")).encode()
    gateway.answers["GetJob"] = [http(200, answer)]
    ask(sent)
    assert sent.state == State.COMPLETED
    assert sent.raw_answer == job
    assert len(Result.from_json(sent.result).markers) == len(BEATS)


def test_an_answer_that_swells_beyond_every_row_is_not_kept_whole(gateway: RawGateway, sent: Job) -> None:
    noise = ",".join(["1e15"] * 600_000)
    answer = json.dumps({"getJobResponse": {"job": {"id": "tmp-1", "state": 3, "noise": ["*"]}}})
    gateway.answers["GetJob"] = [http(200, answer.replace('"*"', noise).encode())]
    ask(sent)
    assert sent.state == State.COMPLETED
    assert sent.raw_answer["too_large"] > 4_000_000


def test_two_workers_at_once_do_no_harm(gateway: RawGateway, sent: Job) -> None:
    gateway.answers["GetJob"] = [told(3, outputs=found())]
    first, second = take(), take()
    assert (len(first[1].questions), second[1].questions) == (1, [])
    make_due(sent)
    second = take()
    for each in (first, second):
        carry(*each)
    finished = [finish(turn).finished for turn, _ in (first, second)]
    assert finished == [[sent.pk], []]
    work()
    sent.refresh_from_db()
    assert sent.state == State.COMPLETED
    assert [event.to_state for event in sent.events.all()].count("COLLECTING") == 1


def test_a_reader_that_dies_is_replaced(gateway: RawGateway, sent: Job) -> None:
    gateway.answers["GetJob"] = [told(3, outputs=found())]
    turn, taken = take()
    carry(turn, taken)
    assert finish(turn).finished == [sent.pk]
    dead = collecting.take(sent.pk)
    assert dead is not None
    work()
    sent.refresh_from_db()
    assert sent.state == State.COLLECTING
    Job.objects.filter(pk=sent.pk).update(lease_until=in_seconds(-1))
    work()
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
    Job.objects.filter(pk=sent.pk).update(due_at=Now(), lease_until=Now())
    work()
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
    submit(job)
    assert ask(job).state == State.COLLECTING
    key = collecting.key_of(job.attempts.get().destination, "late.csv")
    bucket_for(job.account).put(key, b"time\n0.5\n1.0\n1.5\n")
    Job.objects.filter(pk=job.pk).update(lease_until=Now())
    work()
    job.refresh_from_db()
    assert job.state == State.COMPLETED
    assert [marker.time for marker in Result.from_json(job.result).markers] == [0.5, 1.0, 1.5]


def test_one_bad_row_does_not_stop_the_others(
    gateway: RawGateway, account: Account, sent: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_job(account)
    gateway.answers["CreateJob"] = [created("tmp-2")]
    submit(other)
    gateway.answers["GetJob"] = [lambda body: told(2, job_id=body["getJobRequest"]["id"])]
    read = refreshing._move

    def poisoned(job: Job, reply: Any) -> Any:
        if job.pk == sent.pk:
            raise RuntimeError("poison")
        return read(job, reply)

    monkeypatch.setattr(refreshing, "_move", poisoned)
    make_due(sent, other)
    work()
    assert Job.objects.get(pk=other.pk).state == State.PROCESSING
    sent.refresh_from_db()
    assert sent.state == State.SUBMITTED
    assert Refresh.objects.filter(pk=sent.pk, due_at__gt=in_seconds(POISON_SECONDS - 60)).exists()
