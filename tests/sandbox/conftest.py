"""Sandboxes in this process, on free ports, with performers that need no time."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.assembly import Sandbox
from sandbox.dialects import Dialect
from sandbox.platform import stage
from sandbox.platform.pace import PACES, Pace
from tests.sandbox.client import Bucket, Caller, register

FAKE = Path(__file__).with_name("fake_performer.py")
INSTANT = PACES["instant"]


@pytest.fixture(scope="module")
def fake_performers() -> Iterator[None]:
    """Sandboxes in this process hear no music."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "PERFORMERS", (sys.executable, str(FAKE)))
        yield


@pytest.fixture
def start(tmp_path: Path, fake_performers: None) -> Iterator[Callable[..., Sandbox]]:
    """Starts a sandbox over the test's own data folder; stops whatever still runs at the end."""
    running: list[Sandbox] = []

    def begin(pace: Pace = INSTANT, **more: object) -> Sandbox:
        running.append(Sandbox(tmp_path / "data", pace=pace, buckets=2, **more).start())
        return running[-1]

    yield begin
    for sandbox in running:
        sandbox.stop()


@pytest.fixture
def start_seeded(fake_performers: None) -> Iterator[Callable[[Path, int], Sandbox]]:
    """Starts a sandbox over a folder with a seed for its dice; stops all of them at the end."""
    running: list[Sandbox] = []

    def begin(data: Path, seed: int) -> Sandbox:
        running.append(Sandbox(data, pace=INSTANT, seed=seed).start())
        return running[-1]

    yield begin
    for sandbox in running:
        sandbox.stop()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory, fake_performers: None) -> Iterator[Sandbox]:
    """A running sandbox with the instant pace, shared by the tests of a file."""
    running = Sandbox(tmp_path_factory.mktemp("sandbox"), pace=INSTANT, buckets=2).start()
    yield running
    running.stop()


@pytest.fixture
def speaking(start: Callable[..., Sandbox]) -> Callable[..., Caller]:
    """An account at a sandbox of this dialect, with quick ears."""

    def begin(**chosen: str) -> Caller:
        named = {name.replace("_", "-"): setting for name, setting in chosen.items()}
        return caller_of(start(dialect=Dialect(named), ears="quick"))

    return begin


def bucket_of(sandbox: Sandbox, number: int = 0) -> Bucket:
    """A ready bucket of the sandbox."""
    credential = sandbox.credentials[number]
    return Bucket(sandbox.store.url, credential.bucket, credential.secret_id, credential.secret_key)


def caller_of(sandbox: Sandbox) -> Caller:
    """An account registered for the ready bucket, which then holds `song.mp3`."""
    own = bucket_of(sandbox)
    assert own.ask("PUT", "song.mp3", body=b"la la la").status == 200
    return register(sandbox.gateway.url, own)


@pytest.fixture
def bucket(sandbox: Sandbox) -> Bucket:
    """The ready bucket."""
    return bucket_of(sandbox)


@pytest.fixture
def other_bucket(sandbox: Sandbox) -> Bucket:
    """A second bucket, with keys of its own."""
    return bucket_of(sandbox, 1)


@pytest.fixture
def caller(sandbox: Sandbox) -> Caller:
    """A registered account."""
    return caller_of(sandbox)
