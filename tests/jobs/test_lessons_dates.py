"""A gateway that wants X-Date teaches it by its refusal; nothing of the refused call was accepted."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from accounts.clients import gateway_for
from accounts.models import Account
from jobs.models import Job
from tests.factories import make_account, make_job
from tests.jobs.engines import eventually, running
from tests.jobs.raw_gateway import RawGateway, created, http, told
from tests.jobs.working import submit
from tests.jobs.working import work_on as ask

State = Job.State
NEEDED = "HMAC signature cannot be verified, a valid x-date header is required for HMAC Authentication"
EITHER = "HMAC signature cannot be verified, a valid date or x-date header is required"


def declined(words: str, status: int = 401) -> bytes:
    return http(status, {"message": words})


@pytest.mark.parametrize("status", [401, 403])
def test_a_job_declined_for_its_date_is_sent_with_x_date(
    gateway: RawGateway, account: Account, job: Job, status: int
) -> None:
    gateway.answers["CreateJob"] = [declined(NEEDED, status), created()]
    submit(job)
    account.refresh_from_db()
    assert (job.state, account.paused_because, account.date_header) == (State.QUEUED, "", "X-Date")
    assert ask(job).state == State.SUBMITTED
    assert gateway.asked["CreateJob"] == 2
    assert [attempt.outcome for attempt in job.attempts.order_by("number")] == ["not_sent", "accepted"]


@pytest.mark.usefixtures("many_connections")
def test_an_engine_at_work_sends_it_once_more(gateway: RawGateway, alice: User, settings: Any) -> None:
    settings.POLL_SECONDS_SANDBOX = 0.2
    gateway.answers |= {"CreateJob": [declined(NEEDED), created()], "GetJob": [told(2)]}
    job = make_job(make_account(alice, endpoint="sandbox"))
    with running():
        assert eventually(lambda: Job.objects.get(pk=job.pk).tmp_id)
    assert gateway.asked["CreateJob"] == 2


def test_a_question_declined_for_its_date_is_put_again(
    gateway: RawGateway, account: Account, job: Job
) -> None:
    gateway.answers |= {"CreateJob": [created()], "GetJob": [declined(NEEDED), told(2)]}
    submit(job)
    assert ask(job).state == State.SUBMITTED
    assert ask(job).state == State.PROCESSING
    account.refresh_from_db()
    assert (account.paused_because, account.date_header) == ("", "X-Date")


def test_a_second_refusal_pauses_as_ever(gateway: RawGateway, account: Account, job: Job) -> None:
    gateway.answers["CreateJob"] = [declined(NEEDED)]
    submit(job)
    assert ask(job).state == State.QUEUED
    account.refresh_from_db()
    assert account.paused_because == NEEDED
    assert gateway.asked["CreateJob"] == 2


@pytest.mark.parametrize(
    "words", [EITHER, "HMAC signature does not match", NEEDED.replace("required", "old")]
)
def test_other_refusals_teach_nothing_about_dates(
    gateway: RawGateway, account: Account, job: Job, words: str
) -> None:
    gateway.answers["CreateJob"] = [declined(words)]
    submit(job)
    account.refresh_from_db()
    assert (account.paused_because, account.date_header) == (words, "Date")


def test_x_date_is_signed_in_place_of_date(account: Account) -> None:
    account.lessons = {"needs_x_date": True}
    gateway = gateway_for(account)
    headers: dict[str, Any] = gateway.signed(gateway.job_question("tmp-1"))
    assert "Date" not in headers
    assert headers["X-Date"].endswith(" GMT")
    assert 'headers="x-date source"' in headers["Authorization"]


def test_a_known_no_to_a_job_is_none_to_the_keys(gateway: RawGateway, account: Account, job: Job) -> None:
    known = {"wrong_key_words": "key is wrong", "unknown_job_words": "no such job"}
    Account.objects.filter(pk=account.pk).update(lessons=known)
    gateway.answers |= {"CreateJob": [created()], "GetJob": [declined("no such job", 403)]}
    submit(job)
    assert ask(job).state == State.ERROR
    account.refresh_from_db()
    assert account.paused_because == ""
