"""`manage.py portal` at its first start: nobody owns it, and a one-time link makes the owner."""

from __future__ import annotations

import re

import pytest
import requests

from tests.demo_process import processes_of
from tests.portal_process import PASSWORD, USER, PortalProcess
from tmpportal.visitor import Visitor

# What a phone in the network would type.
IN_THE_NETWORK = "192.0.2.9"


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    data = tmp_path_factory.mktemp("portal")
    # As a version that did not think of it left them, under the umask of its operator.
    (data / "logs").mkdir(mode=0o755)
    (data / "logs" / "worker.log").touch(mode=0o644)
    data.chmod(0o755)
    hosts = f"127.0.0.1,{IN_THE_NETWORK}"
    words = ("--bind", "0.0.0.0")
    running = PortalProcess(data, port=8400, words=words, TMPPORTAL_ALLOWED_HOSTS=hosts).start()
    yield running
    assert running.stop() == 0
    assert processes_of(data) == []


def test_the_one_time_link_makes_the_owner_and_leads_to_the_register_form(portal):
    link = re.search(r"^owner=(\S+)$", portal.said, re.MULTILINE)[1]
    portal.own()
    assert portal.led_to.endswith("/accounts/register/")
    assert requests.get(link, timeout=10).status_code == 404
    fresh = Visitor(portal.url)
    assert fresh.submit("/sign-in/login/", having="login", fields={"login": USER, "password": PASSWORD}).ok


def test_the_keys_of_the_portal_are_private(portal):
    for name in ("secret.key", "field.keys"):
        assert (portal.data / name).stat().st_mode & 0o777 == 0o600


def test_what_an_older_version_left_open_is_closed_at_the_start(portal):
    """T9"""
    for path in (portal.data, portal.data / "logs", portal.data / "logs" / "worker.log"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_sandbox_is_not_offered(portal):
    visitor = Visitor(portal.url)
    visitor.submit("/sign-in/login/", having="login", fields={"login": USER, "password": PASSWORD})
    assert 'value="sandbox"' not in visitor.open("/accounts/register/").text


def test_a_phone_in_the_network_reaches_it_by_a_name_that_it_was_told(portal):
    assert "Listening at: http://0.0.0.0:8400" in (portal.data / "logs" / "web.log").read_text()
    for host, answers in ((f"{IN_THE_NETWORK}:8400", 200), ("192.0.2.10:8400", 400)):
        found = requests.get(f"{portal.url}sign-in/login/", headers={"Host": host}, timeout=10)
        assert found.status_code == answers
        assert "Strict-Transport-Security" not in found.headers
