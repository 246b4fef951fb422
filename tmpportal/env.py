"""Typed readers of the environment, and of the key files that the first start writes."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env", overwrite=False)


def data_dir() -> Path:
    """The folder of everything this portal keeps: database, keys, broker; readable by its owner only."""
    path = Path(env.str("TMPPORTAL_DATA", default=str(BASE_DIR / "var" / "portal"))).resolve()
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def write_private(path: Path, text: str) -> None:
    """Create `path` with mode 0600; raises FileExistsError rather than overwrite a key."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def secret_from(name: str, path: Path, make: str) -> str:
    """The secret in the variable `name`, else the one in the file `path`, which the first start makes."""
    if given := env.str(name, default=""):
        return str(given)
    if not path.exists():
        # Another process of the same first start may be quicker: then its key is the key.
        with contextlib.suppress(FileExistsError):
            write_private(path, make)
    return path.read_text().strip()


def new_field_key() -> str:
    """One line of the keyring: a key id and 32 random bytes in base64."""
    return f"k{secrets.token_hex(3)}:{base64.b64encode(secrets.token_bytes(32)).decode()}"
