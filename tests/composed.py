"""docker/compose.yaml as data, and its services as processes without Docker."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.demo_process import ROOT

DOCKER = ROOT / "docker"
PORTAL = ("migrate", "web", "worker", "scheduler")


def compose() -> dict[str, Any]:
    """The parsed file."""
    found: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    return found


def make_secrets(folder: Path) -> Path:
    """What docker/secrets.sh makes, in `folder`; returns where the files lie."""
    shutil.copy(DOCKER / "secrets.sh", folder)
    subprocess.run([folder / "secrets.sh"], check=True, capture_output=True)
    return folder / "secrets"


def environment_of(service: str, secrets: Path) -> dict[str, str]:
    """Its variables, with the secrets where they lie here."""
    named: dict[str, str] = compose()["services"][service]["environment"]
    return {name: value.replace("/run/secrets", str(secrets)) for name, value in named.items()}


def words_of(service: str, *, port: int = 0) -> list[str]:
    """Its command for this machine: our Python, and 127.0.0.1:`port` where it listens."""
    first, *rest = compose()["services"][service]["command"]
    words = ["-m", first, *rest] if first in ("gunicorn", "celery") else [first, *rest]
    if first == "sh":
        return [word.replace("python ", f"{sys.executable} ") for word in words]
    return [sys.executable, *(word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in words)]
