"""What the engine writes down of each answer: the note in the history, the branch, when it goes on."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account
from jobs.engine import refreshing
from jobs.engine.claiming import Claim
from jobs.engine.refreshing import settle
from jobs.engine.roster import Entry
from jobs.models import Job, Refresh, in_seconds
from tests.factories import make_job
from tests.jobs.raw_gateway import RawGateway, created, http, refused, told
from tests.jobs.test_engine_asking import entry as entry
from tests.jobs.test_engine_asking import put
from tests.jobs.working import submit, work_on

State = Job.State
INTERVAL = 20.0
BUSY = http(429, {"message": "API rate limit exceeded"}, headers=("Retry-After: 120",))


@pytest.fixture
def sent(gateway: RawGateway, job: Job) -> Job:
    """A job that TMP accepted."""
    gateway.answers["CreateJob"] = [created()]
    submit(job)
    return job


def notes(job: Job) -> list[tuple[str, str]]:
    return [(event.to_state, event.note) for event in job.events.all()]


def seconds_until(moment: Any) -> float:
    assert moment is not None
    return float((moment - timezone.now()).total_seconds())


def test_an_accepted_job_is_asked_about_after_half_an_interval(sent: Job) -> None:
    assert notes(sent)[-1] == ("SUBMITTED", "accepted")
    assert (sent.tmp_id, sent.tmp_state) == ("tmp-1", 1)
    assert seconds_until(sent.refresh.due_at) == pytest.approx(INTERVAL / 2, abs=2)


@pytest.mark.parametrize(
    ("answers", "note", "kind"),
    [
        ([told(3)], ("COLLECTING", "finished_at_tmp"), None),
        ([told(4, message="no")], ("ERROR", "failed_at_tmp"), "Failed"),
        ([told(5)], ("CANCELED", "by_tmp"), ""),
        ([refused("job not found")] * 5, ("ERROR", "refused"), "Refused"),
    ],
)
def test_the_history_says_why_a_job_went_on(
    gateway: RawGateway, sent: Job, answers: list[Any], note: tuple[str, str], kind: str | None
) -> None:
    gateway.answers["GetJob"] = [*answers]
    for _ in answers:
        work_on(sent)
    assert note in notes(sent)
    assert kind is None or sent.error_kind == kind


def test_the_history_says_that_a_job_was_too_old(gateway: RawGateway, sent: Job) -> None:
    other = make_job(sent.account, state=State.SUBMITTED, tmp_id="tmp-2")
    ended = make_job(sent.account, state=State.ERROR)
    Job.objects.exclude(pk=other.pk).update(changed_at=in_seconds(-100))
    assert refreshing.give_up_old(9, 90.0) == 1
    assert notes(sent)[-1] == ("GAVE_UP", "too_old")
    assert set(Job.objects.exclude(pk=sent.pk).values_list("pk", "state")) == {
        (other.pk, "SUBMITTED"),
        (ended.pk, "ERROR"),
    }


def test_of_failures_in_a_row_the_first_second_fourth_and_eighth_are_kept(
    gateway: RawGateway, sent: Job
) -> None:
    gateway.answers["GetJob"] = [http(500, {}), *[http(404, {"message": "x"})] * 2, http(500, {})]
    for _ in range(10):
        work_on(sent)
    kept = [row.number for row in sent.exchanges.filter(action="GetJob")]
    # The count is of whichever kind has more: 500 404 404 500 500 500 500 500 500 500.
    assert kept == [1, 2, 3, 4, 6, 10]
    assert (sent.refresh.unanswered, sent.refresh.refused) == (8, 2)


def test_each_failure_doubles_the_wait_and_one_after_a_pause_begins_with_the_interval(
    gateway: RawGateway, sent: Job
) -> None:
    gateway.answers["GetJob"] = [http(500, {}), http(404, {"message": "x"}), http(500, {})]
    waits = []
    for _ in range(3):
        work_on(sent)
        waits.append(seconds_until(sent.refresh.due_at))
    assert waits == [pytest.approx(INTERVAL * factor, rel=0.1) for factor in (1, 2, 4)]


def test_who_is_told_to_wait_waits_as_long(gateway: RawGateway, sent: Job) -> None:
    gateway.answers["GetJob"] = [BUSY]
    work_on(sent)
    assert 115 < seconds_until(sent.refresh.due_at) < 130


def test_in_an_outage_the_breaker_says_when_and_not_the_row(gateway: RawGateway, entry: Entry) -> None:
    job = make_job(entry.account, state=State.SUBMITTED, tmp_id="tmp-1")
    gateway.answers["GetJob"] = [http(500, {})]
    asked = put(entry, Claim(job.pk, job.account_id, "tmp-1", 1, 0, 0, ""))
    settle([asked], is_outage=True)
    assert -5 < seconds_until(Refresh.objects.get().due_at) <= 0


def test_a_number_that_nobody_documented_is_kept_with_its_job_alone(
    gateway: RawGateway, account: Account, sent: Job
) -> None:
    other = make_job(account, state=State.SUBMITTED, tmp_id="tmp-2", tmp_state=1)
    Refresh.objects.filter(pk=other.pk).update(due_at=in_seconds(60))
    gateway.answers["GetJob"] = [told(99)]
    work_on(sent)
    assert dict(Job.objects.values_list("pk", "tmp_state")) == {sent.pk: 99, other.pk: 1}
