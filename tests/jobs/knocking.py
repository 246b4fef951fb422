"""Calls the portal as TMP does when it has news of a job."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from jobs.models import Job, in_seconds
from tests.factories import make_job
from tests.jobs.raw_gateway import RawGateway, told
from tests.jobs.working import submit

State = Job.State
FAR = 3600.0


@pytest.fixture
def account(account: Account, settings: Any) -> Account:
    """An account of a portal that TMP can call."""
    settings.PUBLIC_URL = "https://portal.example"
    return account


@pytest.fixture
def lost(gateway: RawGateway, account: Account) -> Job:
    """An UNSURE job: the answer never came."""
    gateway.answers |= {"CreateJob": [b""], "GetJob": [told(2)]}
    job = make_job(account)
    submit(job)
    assert job.state == State.UNSURE
    Job.objects.filter(pk=job.pk).update(due_at=in_seconds(FAR))
    return job


def tokens(gateway: RawGateway) -> list[str]:
    """The secrets that TMP was given, in the order of the sendings."""
    asked = [body["createJobRequest"] for body in gateway.bodies if body["action"] == "CreateJob"]
    return [each["callback"].rstrip("/").rpartition("/")[2] for each in asked]


def knock(token: str, body: bytes = b"{}", **extra: Any) -> int:
    return Client().post(
        f"/callbacks/{token}/", body, content_type="application/json", **extra
    ).status_code  # fmt: skip
