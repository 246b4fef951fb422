"""T39: a clock that is wrong is named where a person looks, and nothing is called again and again for it."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from accounts.models import Account
from accounts.models.account import NEEDS_X_DATE
from jobs.clocks import trouble_of
from jobs.models import Job
from tests.jobs.raw_gateway import RawGateway, created, http
from tests.jobs.scene import signed_in
from tests.jobs.working import submit, work

OUT_OF_DATE = "HMAC signature does not match or date is out of date"
TWENTY_MINUTES, DAY = 1200, 86400


def answered_at(skew: float) -> bytes:
    """The gateway's refusal of a date, by its own clock."""
    date = formatdate(time.time() + skew, usegmt=True)
    return http(401, {"message": OUT_OF_DATE}, headers=(f"Date: {date}",))


@pytest.mark.parametrize(
    ("skew", "said"),
    [
        (TWENTY_MINUTES, "clock is 20 minutes behind"),
        (-TWENTY_MINUTES, "clock is 20 minutes ahead"),
        (DAY, "clock is 1440 minutes behind"),
        (-DAY, "clock is 1440 minutes ahead"),
    ],
)
def test_a_declined_date_names_the_clock_and_is_not_sent_again(
    gateway: RawGateway, account: Account, job: Job, alice: User, skew: int, said: str
) -> None:
    """T39"""
    Account.objects.filter(pk=account.pk).update(lessons={NEEDS_X_DATE: True})
    gateway.answers["CreateJob"] = [answered_at(skew), created()]
    submit(job)
    work(turns=5)
    job.refresh_from_db()
    account.refresh_from_db()
    assert (job.state, account.paused_because) == (Job.State.QUEUED, OUT_OF_DATE)
    assert gateway.asked["CreateJob"] == 1
    page = signed_in(alice)
    for address in (reverse("jobs:job_detail", args=[job.pk]), reverse("jobs:board")):
        assert said in page.get(address).text.replace("&#x27;", "'")
    page.post(reverse("jobs:account_resume", args=[account.pk]))
    work(turns=5)
    job.refresh_from_db()
    assert job.state == Job.State.SUBMITTED
    assert gateway.asked["CreateJob"] == 2


@pytest.mark.parametrize("skew", [0, 60, -600])
def test_another_refusal_is_not_blamed_on_a_clock_that_is_right(
    gateway: RawGateway, account: Account, job: Job, skew: int
) -> None:
    """T39"""
    gateway.answers["CreateJob"] = [answered_at(skew)]
    submit(job)
    account.refresh_from_db()
    assert account.paused_because == OUT_OF_DATE
    assert trouble_of(account) == ""
