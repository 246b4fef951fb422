"""People, accounts and gateways for the tests of jobs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import Account
from jobs.models import Job
from tests.jobs import rows
from tests.jobs.raw_gateway import RawGateway
from tests.sandbox_process import SandboxProcess


@pytest.fixture
def ann(db: None) -> Any:
    """A person."""
    return rows.person()


@pytest.fixture
def gateway(settings: Any) -> Iterator[RawGateway]:
    """A gateway that answers as told; the portal takes it for its sandbox. Its store does not exist."""
    with RawGateway() as listening:
        settings.SANDBOX = {**settings.SANDBOX, "gateway": listening.url, "store": "http://127.0.0.1:9"}
        yield listening


@pytest.fixture
def account(ann: Any, gateway: RawGateway) -> Account:
    """An account at that gateway."""
    return rows.account_of(ann)


@pytest.fixture
def job(ann: Any, account: Account) -> Job:
    """A queued job at that gateway."""
    return rows.wish(ann, account)


@pytest.fixture
def sandbox_account(ann: Any, sandbox: SandboxProcess, settings: Any) -> Account:
    """An account of the running sandbox, with a song in its bucket."""
    settings.SANDBOX = {**settings.SANDBOX, "gateway": sandbox.gateway, "store": sandbox.store}
    return rows.registered_account(ann, sandbox)
