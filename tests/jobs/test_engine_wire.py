"""What exactly a submission says to TMP, for how long it waits, and in which order jobs are sent."""

from __future__ import annotations

import time
from typing import Any

import pytest

from accounts.models import Account
from jobs.models import Job
from tests.factories import make_job
from tests.jobs.raw_gateway import RawGateway, created
from tests.jobs.working import submit, taken_to_send

State = Job.State


def test_what_a_person_set_for_one_job_is_sent_with_it(gateway: RawGateway, account: Account) -> None:
    gateway.answers["CreateJob"] = [created()]
    submit(make_job(account, timeout=90, output_prefix="mix_"))
    asked = gateway.bodies[0]["createJobRequest"]
    assert asked["timeout"] == 90
    assert asked["outputs"][0]["smartContentDescriptor"]["outputPrefix"] == "mix_"


def test_what_nobody_set_is_not_sent(gateway: RawGateway, job: Job) -> None:
    gateway.answers["CreateJob"] = [created()]
    submit(job)
    asked = gateway.bodies[0]["createJobRequest"]
    assert "timeout" not in asked
    assert "outputPrefix" not in asked["outputs"][0]["smartContentDescriptor"]


@pytest.mark.parametrize("public_url", ["", "http://portal.example"])
def test_a_portal_without_a_safe_address_asks_for_no_callback(
    gateway: RawGateway, job: Job, settings: Any, public_url: str
) -> None:
    settings.PUBLIC_URL = public_url
    gateway.answers["CreateJob"] = [created()]
    submit(job)
    assert "callback" not in gateway.bodies[0]["createJobRequest"]
    assert job.attempts.get().callback_token_hash == ""


def test_nobody_waits_for_an_answer_longer_than_the_row_is_held(
    gateway: RawGateway, job: Job, settings: Any
) -> None:
    settings.LEASE_SECONDS = 1

    def slow(body: dict[str, Any]) -> bytes:
        time.sleep(1.0)
        return created()

    gateway.answers["CreateJob"] = [slow]
    submit(job)
    assert (job.state, job.error_words) == (State.UNSURE, "deadline")


def test_the_oldest_job_is_sent_first(gateway: RawGateway, account: Account) -> None:
    first, second, third = (make_job(account) for _ in range(3))
    assert [work.job.pk for work in taken_to_send(account, 2)] == [first.pk, second.pk]
    assert [work.job.pk for work in taken_to_send(account, 2)] == [third.pk]
