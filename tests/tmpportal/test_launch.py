"""What a start finds of an older version becomes private (T9)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tmpportal import launch, production


@pytest.fixture
def data(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A data folder as an operator's loose umask made it; this process keeps its own."""
    settings.DATA_DIR = tmp_path / "data"
    umask = os.umask(0o022)
    for name in ("portal.sqlite3", "portal.sqlite3-wal", "field.keys", "logs/web.log", "broker/messages/1"):
        path = settings.DATA_DIR / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    yield settings.DATA_DIR
    os.umask(umask)


def modes(folder: Path) -> set[int]:
    return {path.stat().st_mode & 0o777 for path in (folder, *folder.rglob("*"))}


def kept_in(monkeypatch: pytest.MonkeyPatch, database: Path) -> None:
    configured = SimpleNamespace(vendor="sqlite", settings_dict={"NAME": database})
    monkeypatch.setattr(launch, "connection", configured)


def test_everything_in_the_data_folder_is_closed(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """T9: the database with its journals, logs, keys and messages; what the user may is left as it is."""
    kept_in(monkeypatch, data / "portal.sqlite3")
    assert modes(data) == {0o755, 0o644}
    launch.keep_private()
    assert modes(data) == {0o700, 0o600}
    (data / "later").touch()
    assert modes(data) == {0o700, 0o600}


def test_a_database_elsewhere_is_closed_too_and_its_neighbours_are_not(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T9"""
    elsewhere = tmp_path / "db"
    elsewhere.mkdir(mode=0o755)
    for name in ("songs.db", "songs.db-wal", "songs.db-shm", "other.db"):
        (elsewhere / name).touch(mode=0o644)
    kept_in(monkeypatch, elsewhere / "songs.db")
    launch.keep_private()
    open_still = {path.name for path in (elsewhere, *elsewhere.iterdir()) if path.stat().st_mode & 0o077}
    assert open_still == {"db", "other.db"}


def test_a_link_out_of_the_folder_leads_to_nothing_that_is_changed(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside"
    outside.touch(mode=0o644)
    (data / "link").symlink_to(outside)
    (data / "nowhere").symlink_to(tmp_path / "gone")
    kept_in(monkeypatch, data / "portal.sqlite3")
    launch.keep_private()
    assert outside.stat().st_mode & 0o777 == 0o644


def test_what_is_open_although_nothing_starts_is_named(data: Path, settings: Any) -> None:
    """T9: web and worker may be started by something else than `manage.py portal`."""
    settings.PRODUCTION = True
    data.chmod(0o700)
    told = {found.msg for found in production.check_production(None) if found.id == "tmpportal.E013"}
    assert {name for name in ("field.keys", "portal.sqlite3-wal") if any(name in msg for msg in told)} == {
        "field.keys",
        "portal.sqlite3-wal",
    }
