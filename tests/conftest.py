"""Fixtures that any test may use: the cast, the running sandbox, and real servers."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import hypothesis
import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.utils import translation

from tests.factories import make_user
from tests.sandbox_process import SandboxProcess
from tests.servers import PostgresServer, RedisServer
from tmpportal.translations import compile_translations

# The same draws in every run: what is to find new ones has a word of its own (make fuzz and its kin).
hypothesis.settings.register_profile("fixed", derandomize=True, deadline=None)
hypothesis.settings.load_profile("fixed")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test logged may hold halves of characters, over which xdist would end the whole run."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Sentences that no page is asked for are English; a page leaves its reader's language behind."""
    with translation.override("en"):
        yield


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


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """A running sandbox at pace instant, shared by the whole session: use keys and names of your own in
    it."""
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def at_sandbox(sandbox: SandboxProcess, settings: LazySettings) -> SandboxProcess:
    """The running sandbox, known to the portal."""
    names = ("gateway", "store", "bucket", "region", "secret_id", "secret_key")
    settings.SANDBOX = {name: getattr(sandbox, name) for name in names}
    return sandbox


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A running PostgreSQL, shared by the session: make databases of your own in it, let it live."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A running Redis, shared by the session: a test that stops or fills one starts its own."""
    with RedisServer() as server:
        yield server


def pytest_configure() -> None:
    """Pages are tested in both languages, so the catalogue is compiled before the first one is asked for."""
    compile_translations()
