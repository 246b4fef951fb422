"""A gateway of bare sockets before the sandbox's store, and workers that nobody waits for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from tests.sandbox_process import SandboxProcess
from tests.tencent.wire_server import WireServer, answer


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


@pytest.fixture
def no_looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of registrations whose bucket a worker was asked to look into, instead of a worker that does."""
    from accounts import tasks

    asked: list[str] = []
    monkeypatch.setattr(tasks.look_for_demo, "delay", asked.append)
    return asked
