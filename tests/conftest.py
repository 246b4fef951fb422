"""Fixtures that any test may use."""

from collections.abc import Iterator

import pytest

from tests.sandbox_process import SandboxProcess
from tmpportal.translations import compile_translations


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """A running sandbox at pace instant, shared by the whole session: use keys and names of your own in
    it."""
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


def pytest_configure() -> None:
    """Pages are tested in both languages, so the catalogue is compiled before the first one is asked for."""
    compile_translations()
