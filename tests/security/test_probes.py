"""T37, T15, T16: what is tried at every portal on the internet, and what it is told."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client

from accounts.links import hash_of
from accounts.models import Account
from jobs.models import Attempt, Job, Refresh
from tests.factories import make_account, make_job
from tests.jobs.raw_gateway import RawGateway, created
from tests.jobs.scene import RESULT
from tests.jobs.working import submit
from tests.security.header_rules import faults_of
from tests.security.walking import alike

pytestmark = pytest.mark.django_db
FOLDERS = ("", "static/", "media/", "admin/", "accounts/", "jobs/", "api/", "var/", "library/")
FILES = (
    *(".git/config", ".git/HEAD", ".env", ".env.production", ".svn/entries", ".DS_Store", ".htaccess"),
    *("portal.sqlite3", "field.keys", "secret.key", "backup.sql", "dump.rdb", "id_rsa", "settings.py"),
    *("server-status", "phpinfo.php", "wp-login.php", "config.json", "docker-compose.yml", "debug/pprof/"),
)
OTHERS = (
    *("static/", "static/admin/", "static/../manage.py", "static/%2e%2e/manage.py", "static//etc/passwd"),
    *("..%2f..%2fetc/passwd", "%2e%2e/%2e%2e/etc/passwd", "__debug__/", "silk/", "actuator/env", "graphql"),
    *("metrics/", "prometheus", "healthz/", "readyz/x", "console", "_profiler", "trace.axd", "swagger.json"),
    *("robots.txt/x", "login", "register", "users/1", "job", "gateway", "sandbox/", "control", "tmp-portal/"),
)
PATHS = [f"/{folder}{file}" for folder, file in product(FOLDERS, FILES)] + [f"/{path}" for path in OTHERS]
EVIL = "evil.example"


def test_two_hundred_addresses_that_are_tried_everywhere_lead_nowhere(alice: Any) -> None:
    """T37: signed in or not, each gets our page for what does not exist."""
    signed_in = Client()
    signed_in.force_login(alice)
    assert len(PATHS) >= 200
    wrong = {}
    for client in (Client(), signed_in):
        for path in PATHS:
            answer = client.get(path)
            is_door = answer.status_code == 302 and answer.headers["Location"].startswith(
                ("/sign-in/", "/admin/")
            )
            is_ours = answer.status_code == 404 and b"TMP Portal" in answer.content
            if not (is_ours or (is_door and path.startswith("/admin/"))) or faults_of(answer):
                wrong[path] = (answer.status_code, faults_of(answer))
    assert wrong == {}


@pytest.mark.parametrize("path", ["/", "/healthz", "/sign-in/login/", "/nowhere/"])
def test_trace_sends_nothing_back(path: str) -> None:
    """T37: with it a script could read cookies that are not for it."""
    answer = Client().trace(path, headers={"X-Canary": "canary-value", "Cookie": "a=canary-cookie"})
    assert answer.status_code in (302, 404, 405)
    assert b"canary" not in answer.content


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_tells_no_version_host_or_address(path: str, settings: Any) -> None:
    """T37: strangers may ask whether the portal is well, not what it is made of."""
    settings.VERSION = "9.8.7-canary"
    answer = Client().get(path)
    told = answer.content.decode() + str(answer.headers)
    names = [str(value) for value in configured.DATABASES["default"].values() if isinstance(value, str)]
    for secret in ("canary", "gunicorn", "Python", "sqlite", "postgres", str(settings.DATA_DIR), *names):
        assert not secret or secret not in told


def poisoned() -> Iterator[dict[str, str]]:
    """Ways to name another host."""
    yield {"Host": EVIL}
    for name in ("X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-Host"):
        yield {name: f"host={EVIL}" if name == "Forwarded" else EVIL}


@pytest.mark.parametrize("headers", list(poisoned()))
def test_a_host_that_a_stranger_names_gets_into_no_page(headers: dict[str, str], settings: Any) -> None:
    """T15: it is refused, or it is not looked at."""
    settings.ALLOWED_HOSTS = ["tmp.example.com"]
    answer = Client().get("/sign-in/login/", headers={"Host": "tmp.example.com", **headers})
    assert answer.status_code == (400 if "Host" in headers else 200)
    assert EVIL not in answer.text + str(answer.headers)


def test_links_and_callback_addresses_come_from_the_setting_alone(
    alice: Any, settings: Any, gateway: RawGateway
) -> None:
    """T15: also where the host that a request names is one of several allowed ones."""
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://tmp.example.com", ["tmp.example.com", EVIL]
    account = make_account(alice, endpoint="sandbox")
    job = make_job(account, state=Job.State.COMPLETED, result=RESULT)
    client = Client(headers={"Host": EVIL, "X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "http"})
    client.force_login(alice)
    page = client.post(f"/jobs/{job.pk}/shares/", {"lasts": "1d"})
    assert re.search(r"https://tmp\.example\.com/s/", page.text)
    assert EVIL not in page.text
    gateway.answers["CreateJob"] = [created("tmp-1")]
    submit(make_job(account))
    assert gateway.bodies[0]["createJobRequest"]["callback"].startswith("https://tmp.example.com/callbacks/")


def test_hundreds_of_guesses_hit_no_callback_address(alice: Any) -> None:
    """T16: all get one answer, and nothing is asked about; `make fuzz` knocks 10,000 times."""
    account: Account = make_account(alice, endpoint="sandbox")
    job = make_job(account, state=Job.State.SUBMITTED, tmp_id="tmp-1")
    known = secrets.token_urlsafe(32)
    Attempt.objects.create(job=job, number=1, destination="/o", callback_token_hash=hash_of(known))
    before = list(Refresh.objects.values())
    client = Client()
    answers = {repr(alike(client.post(f"/callbacks/{guess}/"))) for guess in guesses(known)}
    assert len(answers) == 1
    assert answers.pop().startswith("(404, b''")
    assert list(Refresh.objects.values()) == before
    assert client.post(f"/callbacks/{known}/").status_code == 204


def guesses(known: str) -> Iterator[str]:
    """Random ones, and neighbours of a real one."""
    yield from (known[:-1], known + "A", known.swapcase(), hash_of(known))
    for _ in range(500):
        yield secrets.token_urlsafe(32)
