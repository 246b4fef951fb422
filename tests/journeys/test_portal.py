"""`manage.py portal` at its first start: nobody owns it, and a one-time link makes the owner."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.demo_process import ROOT, clean_env, processes_of
from tmpportal.visitor import Visitor

PASSWORD = "a long enough phrase"


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    data = tmp_path_factory.mktemp("portal")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "portal", "--port", "8400"],
        cwd=ROOT,
        env=clean_env(data),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("Ctrl-C"):
            break
    yield data, "".join(said)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert processes_of(data) == []


def test_the_one_time_link_makes_the_owner_and_leads_to_the_register_form(portal):
    _, said = portal
    address = re.search(r"^open=(\S+)$", said, re.MULTILINE)[1]
    link = re.search(r"^owner=(\S+)$", said, re.MULTILINE)[1]
    visitor = Visitor(address)
    fields = {"username": "olga", "password1": PASSWORD, "password2": PASSWORD}
    page = visitor.submit(link, having="username", fields=fields)
    assert page.url.endswith("/accounts/register/")
    assert requests.get(link, timeout=10).status_code == 404
    fresh = Visitor(address)
    assert fresh.submit("/sign-in/login/", having="login", fields={"login": "olga", "password": PASSWORD}).ok


def test_the_keys_of_the_portal_are_private(portal):
    data: Path = portal[0]
    for name in ("secret.key", "field.keys"):
        assert (data / name).stat().st_mode & 0o777 == 0o600


def test_the_sandbox_is_not_offered(portal):
    address = re.search(r"^open=(\S+)$", portal[1], re.MULTILINE)[1]
    visitor = Visitor(address)
    visitor.submit("/sign-in/login/", having="login", fields={"login": "olga", "password": PASSWORD})
    assert 'value="sandbox"' not in visitor.open("/accounts/register/").text
