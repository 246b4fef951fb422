"""The running sandbox, or a gateway of bare sockets before its store, as the portal's own sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User

from tests.factories import make_user
from tests.sandbox_process import SandboxProcess
from tests.tencent.wire_server import WireServer, answer


@pytest.fixture
def alice(db: None) -> User:
    """Owns things."""
    return make_user(username="alice")


@pytest.fixture
def bob(db: None) -> User:
    """A member of what alice lets him into."""
    return make_user(username="bob")


@pytest.fixture
def charlie(db: None) -> User:
    """A stranger."""
    return make_user(username="charlie")


@pytest.fixture
def at_sandbox(sandbox: SandboxProcess, settings: LazySettings) -> SandboxProcess:
    """The running sandbox, known to the portal."""
    names = ("gateway", "store", "bucket", "region", "secret_id", "secret_key")
    settings.SANDBOX = {name: getattr(sandbox, name) for name in names}
    return sandbox


@pytest.fixture
def wire(at_sandbox: SandboxProcess, settings: LazySettings) -> Iterator[WireServer]:
    """A gateway that answers what a test wants; the store before it is the sandbox's."""
    with WireServer(answer(500)) as server:
        settings.SANDBOX = {**settings.SANDBOX, "gateway": server.url}
        yield server


@pytest.fixture
def no_network_tasks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids handed to workers, instead of handing them over."""
    from accounts import tasks

    sent: list[str] = []
    monkeypatch.setattr(tasks.register_account, "delay", sent.append)
    return sent


@pytest.fixture
def own_data_dir(tmp_path: Path, settings: Any) -> Path:
    """A data folder of this test's own."""
    settings.DATA_DIR = tmp_path
    return tmp_path
