"""TMP knocks at the real web server, with bodies as no browser sends them."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.demo_process import ROOT, clean_env
from tests.portal_process import PortalProcess

TOKEN = "a-secret-of-the-only-attempt-of-this-portal"
MAKE = f"""
from accounts.links import hash_of
from jobs.models import Attempt, in_seconds
from tests.factories import make_account, make_job, make_user
job = make_job(make_account(make_user()), state="UNSURE", due_at=in_seconds(3600))
Attempt.objects.create(
    job=job, number=1, destination="/o/", outcome="unsure", callback_token_hash=hash_of("{TOKEN}")
)
"""
BODY = b'{"getJobResponse": {"job": {"id": "tmp-12345", "state": 3}}}'


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """A portal with a public address, and one UNSURE job in it."""
    data = tmp_path_factory.mktemp("callbacks")
    with PortalProcess(data, port=8650, TMPPORTAL_PUBLIC_URL="https://portal.example") as running:
        command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", MAKE]
        subprocess.run(command, cwd=ROOT, env=clean_env(data), check=True, timeout=60)
        yield running


def row(portal: PortalProcess, column: str) -> str | None:
    with sqlite3.connect(portal.data / "portal.sqlite3", timeout=20) as database:
        found: str | None = database.execute(f"SELECT {column} FROM jobs_attempt").fetchone()[0]
    database.close()
    return found


def said(portal: PortalProcess, *parts: bytes, method: str = "POST", token: str = TOKEN, head: str) -> int:
    """The answer's status; a server that hangs up before it heard everything has answered already."""
    with socket.create_connection(("127.0.0.1", urlsplit(portal.url).port or 0), timeout=20) as connection:
        lines = [f"{method} /callbacks/{token}/ HTTP/1.1", "Host: 127.0.0.1", "Connection: close", head]
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        try:
            for part in parts:
                connection.sendall(part)
        except OSError:
            pass
        answer = connection.recv(4096)
    return int(answer.split()[1])


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


CHUNKED = "Transfer-Encoding: chunked"
END = b"0\r\n\r\n"


def test_odd_bodies_are_answered_and_never_break_anything(portal: PortalProcess) -> None:
    assert said(portal, b"x" * 2**21, head=f"Content-Length: {2**21}") == 413
    assert said(portal, head="Content-Length: 2000000000") == 413
    assert said(portal, chunk(b"x"), END, token="unknown", head=CHUNKED) == 404
    assert said(portal, head="Content-Length: 0", method="DELETE") == 405
    assert row(portal, "called_at") is None
    assert said(portal, *[chunk(b"x" * 2**16)] * 32, END, head=CHUNKED) == 204
    assert row(portal, "called_at") is not None
    assert said(portal, b"zz\r\nno chunk\r\n", head=CHUNKED) in (204, 400)
    assert TOKEN not in logs(portal.data)


def test_an_id_in_a_body_without_a_length_is_heard(portal: PortalProcess) -> None:
    with sqlite3.connect(portal.data / "portal.sqlite3", timeout=20) as database:
        database.execute("UPDATE jobs_attempt SET called_at = NULL, called_about = ''")
    database.close()
    assert said(portal, chunk(BODY[:20]), chunk(BODY[20:]), END, head=CHUNKED) == 204
    assert row(portal, "called_about") == "tmp-12345"


def logs(data: Path) -> str:
    return "".join(file.read_text(errors="replace") for file in (data / "logs").iterdir())
