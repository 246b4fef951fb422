"""Accounts and gateways for the tests of jobs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from accounts.clients import bucket_for
from accounts.models import Account
from jobs.models import Job
from tests.accounts.contacting import registered_account
from tests.factories import SONG_BPM, SONG_PATH, SONG_SECONDS, make_account, make_job
from tests.jobs.connections import many_connections as many_connections
from tests.jobs.raw_gateway import RawGateway
from tests.sandbox_process import SandboxProcess
from tests.songs import clicks


@pytest.fixture
def gateway(settings: Any) -> Iterator[RawGateway]:
    """A gateway that answers as told; the portal takes it for its sandbox. Its store does not exist."""
    with RawGateway() as listening:
        settings.SANDBOX = {**settings.SANDBOX, "gateway": listening.url, "store": "http://127.0.0.1:9"}
        # Nothing falls due by itself while a test looks.
        settings.POLL_SECONDS_SANDBOX = 20.0
        yield listening


@pytest.fixture
def account(alice: User, gateway: RawGateway) -> Account:
    """An account at that gateway."""
    return make_account(alice, endpoint="sandbox")


@pytest.fixture
def job(account: Account) -> Job:
    """A queued job at that gateway."""
    return make_job(account)


@pytest.fixture
def sandbox_account(alice: User, at_sandbox: SandboxProcess) -> Account:
    """An account that the running sandbox knows, with a song in its bucket."""
    account = registered_account(alice, at_sandbox)
    bucket_for(account).put(SONG_PATH, clicks(SONG_SECONDS, SONG_BPM))
    return account
