"""Typed readers of the environment, and of the key files that the first start writes."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

BASE_DIR = Path(__file__).resolve().parent.parent

FIELD_KEYS = "TMPPORTAL_FIELD_KEYS"
FIELD_KEYS_FILE = "field.keys"
# What every start leaves in its data folder.
TRACES_OF_A_START = ("secret.key", "portal.sqlite3")


class FromFiles(FileAwareMapping):  # type: ignore[misc]
    """The environment, where any variable may stand in a file instead: `<NAME>_FILE` names it.

    Raises ImproperlyConfigured for a file that cannot be read.
    """

    def __getitem__(self, key: str) -> str:
        try:
            return str(super().__getitem__(key)).strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{key}_FILE names a file that cannot be read: {error}") from error


class Environment(environ.Env):  # type: ignore[misc]
    """django-environ's typed readers over it."""

    ENVIRON = FromFiles(cache=False)


env = Environment()
environ.Env.read_env(BASE_DIR / ".env", overwrite=False)


def data_dir() -> Path:
    """The folder of everything this portal keeps: database, keys, broker; readable by its owner only."""
    path = Path(env.str("TMPPORTAL_DATA", default=str(BASE_DIR / "var" / "portal"))).resolve()
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def write_private(path: Path, text: str) -> None:
    """Create `path` with mode 0600, whole or not at all; raises FileExistsError rather than overwrite."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a renaming, never takes the place of a key that another process made meanwhile.
        os.link(draft, path)
    finally:
        draft.unlink()


def is_given(name: str) -> bool:
    """Whether the variable `name` says something, so that no file is read instead."""
    return bool(env.str(name, default=""))


def one_of(name: str, choices: tuple[str, ...], *, default: str) -> str:
    """What the variable `name` says, one of `choices`; raises ImproperlyConfigured for anything else."""
    said = str(env.str(name, default="")).strip().lower() or default
    if said not in choices:
        raise ImproperlyConfigured(f"{name} is {said!r}: it may be {', '.join(choices)}.")
    return said


def insist_on_all(found: Mapping[str, Any], names: tuple[str, ...], variable: str) -> None:
    """Raises ImproperlyConfigured when some of `names`, not all, are given; `variable` spells them."""
    missing = [variable.format(name.upper()) for name in names if not found[name]]
    if missing and len(missing) < len(names):
        raise ImproperlyConfigured(f"{', '.join(missing)} must be given too.")


def secret_from(name: str, path: Path, make: str) -> str:
    """The secret in the variable `name`, else the one in the file `path`, which the first start makes."""
    if is_given(name):
        return str(env.str(name))
    if not path.exists():
        # Another process of the same first start may be quicker: then its key is the key.
        with contextlib.suppress(FileExistsError):
            write_private(path, make)
    return path.read_text().strip()


def field_keys_from(folder: Path) -> str:
    """Where the field keys are read, in words for a person: the variable, else the file in `folder`."""
    if in_file := os.environ.get(f"{FIELD_KEYS}_FILE"):
        return in_file
    return FIELD_KEYS if is_given(FIELD_KEYS) else str(folder / FIELD_KEYS_FILE)


def field_keys(folder: Path) -> str:
    """The keyring in TMPPORTAL_FIELD_KEYS, else the one in `folder`, which the first start makes.

    "" when the file is gone although this is no first start: a new key would hide that the old one is lost.
    Read it before anything else is made in `folder`.
    """
    is_first_start = not any((folder / name).exists() for name in TRACES_OF_A_START)
    if is_given(FIELD_KEYS) or is_first_start or (folder / FIELD_KEYS_FILE).exists():
        return make_field_keys(folder)
    return ""


def make_field_keys(folder: Path) -> str:
    """The keyring, made in `folder` where there is none: only right while nothing is sealed."""
    return secret_from(FIELD_KEYS, folder / FIELD_KEYS_FILE, new_field_key())


def new_field_key() -> str:
    """One line of the keyring: a key id and 32 random bytes in base64."""
    return f"k{secrets.token_hex(3)}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def log_format() -> str:
    """How the log is written: `json` where machines are to read it, `line` where a person is likelier to.

    Raises ImproperlyConfigured for any other word.
    """
    usual = "json" if env.bool("TMPPORTAL_PRODUCTION", default=False) else "line"
    wanted = str(env.str("TMPPORTAL_LOG_FORMAT", default="")) or usual
    if wanted not in ("line", "json"):
        raise ImproperlyConfigured(f"TMPPORTAL_LOG_FORMAT is {wanted!r}: it may be line or json.")
    return wanted


def hosts_of(public_url: str) -> list[str]:
    """The names that a portal answers to: this machine's own, and the one that people type."""
    named = urlsplit(public_url).hostname
    return ["127.0.0.1", "localhost", "[::1]", *([named] if named else [])]


def postgres_manners(database: Mapping[str, Any], statement_seconds: float) -> dict[str, Any]:
    """Settings of a PostgreSQL connection with which nothing waits for ever; what the address says wins.

    A statement may take `statement_seconds`, a lock is waited for half of that (behind another waiter twice:
    for the place in the queue, then for the row), and a transaction in which nothing happens, so that it only
    holds locks, is ended after twice of it.
    """
    milliseconds = {
        "statement_timeout": statement_seconds * 1000,
        "lock_timeout": statement_seconds * 500,
        "idle_in_transaction_session_timeout": statement_seconds * 2000,
    }
    options = {
        "options": " ".join(f"-c {name}={value:.0f}" for name, value in milliseconds.items()),
        "connect_timeout": 3,
        # A server that is cut off, rather than ended, says nothing: noticed within 20 seconds.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        "tcp_user_timeout": 20_000,
    }
    return {
        # gunicorn's and the worker's threads live long, so each keeps its connection.
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        **{key: database[key] for key in ("CONN_MAX_AGE", "CONN_HEALTH_CHECKS") if key in database},
        "OPTIONS": {**options, **database.get("OPTIONS", {})},
    }
