"""T35, T15, T34, T9: what strangers could use of a portal is named before they reach it, with the way out."""

from __future__ import annotations

import base64
import json
import secrets
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as live
from django.contrib.auth.models import User
from django.test import Client

from accounts.endpoints import SANDBOX, all_endpoints
from tests.composed import environment_of, make_secrets
from tests.demo_process import ROOT, clean_env
from tmpportal import production
from tmpportal.env import new_field_key

NO_SANDBOX = dict.fromkeys(("gateway", "store", "bucket", "region", "secret_id", "secret_key"), "")
POSTGRES = {"HOST": "db.example.com", "OPTIONS": {"sslmode": "verify-full"}}


def key_of(data: bytes) -> str:
    return f"k1:{base64.b64encode(data).decode()}"


@pytest.fixture
def posture(settings, monkeypatch, tmp_path):
    """Judges a portal with nothing to find but what is `changed`; returns ids and sentences."""
    for name in ("TMPPORTAL_FIELD_KEYS", "TMPPORTAL_SECRET_KEY"):
        monkeypatch.setenv(name, "given")
    good = {
        "PRODUCTION": True,
        "PUBLIC_URL": "https://tmp.example.com",
        "ALLOWED_HOSTS": ["tmp.example.com"],
        "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
        "PLAIN_HTTP": False,
        "COS_DOMAINS": [".myqcloud.com", "songs.example.com"],
        "DEBUG": False,
        "SECOND_STEP": "demanded",
        "LOG_LEVEL": "INFO",
        "SANDBOX": NO_SANDBOX,
        "SECRET_KEY": secrets.token_hex(40),
        "FIELD_KEYS": new_field_key(),
        "REDIS_URL": "rediss://:pass@queue.example.com:6379/0",
        "PRIVATE_HOSTS": [],
        "DATA_DIR": tmp_path,
    }

    def judge(vendor: str = "postgresql", database: dict[str, Any] = POSTGRES, **changed: Any) -> set[str]:
        tmp_path.chmod(changed.pop("mode", 0o700))
        for name, value in {**good, **changed}.items():
            setattr(settings, name, value)
        # As it is configured, not as it is: nobody connects.
        configured = SimpleNamespace(vendor=vendor, settings_dict=database)
        monkeypatch.setattr(production, "connection", configured)
        found = production.check_production(None)
        assert all(message.hint for message in found)
        return {message.id.removeprefix("tmpportal.") for message in found}

    return judge


def test_a_portal_that_lacks_nothing_hears_nothing(posture):
    assert posture() == set()


def test_a_portal_that_is_not_set_up_for_strangers_says_only_that(posture):
    assert posture(PRODUCTION=False, DEBUG=True) == {"W001"}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"SANDBOX": {**NO_SANDBOX, "gateway": "http://127.0.0.1:1"}}, {"E002"}),
        ({"ALLOWED_HOSTS": ["*"]}, {"E003"}),
        ({"ALLOWED_HOSTS": [".com"]}, {"E003"}),
        ({"ALLOWED_HOSTS": [".example.com"]}, set()),
        ({"ALLOWED_HOSTS": ["other.example.com"]}, {"E010"}),
        ({"PUBLIC_URL": ""}, {"E005"}),
        ({"PUBLIC_URL": "http://tmp.example.com"}, {"E005"}),
        ({"DEBUG": True}, {"E006"}),
        ({"LOG_LEVEL": "debug"}, {"W010"}),
        ({"SECOND_STEP": "offered"}, {"I001"}),
        ({"PLAIN_HTTP": True}, {"W011"}),
        ({"COS_DOMAINS": [".myqcloud.com", ".com"]}, {"E012"}),
        ({"COS_DOMAINS": ["redis"]}, {"E012"}),
        ({"ALLAUTH_TRUSTED_PROXY_COUNT": 0}, {"W006"}),
        ({"mode": 0o750}, {"E013"}),
        ({"mode": 0o704}, {"E013"}),
    ],
)
def test_what_strangers_could_use_is_named(posture, changed, expected):
    assert posture(**changed) == expected


@pytest.mark.parametrize(
    "key", ["short" * 3, "a1" * 40, "please-change-me-" + "0123456789abcdefghijklmnop" * 2]
)
def test_a_secret_key_that_can_be_guessed_is_refused(posture, key):
    assert posture(SECRET_KEY=key) == {"E008"}


@pytest.mark.parametrize(
    "data",
    [bytes(32), bytes(range(32)), bytes(range(100, 132)), b"0123456789abcdef0123456789abcdef", b"k" * 32],
)
def test_a_field_key_that_does_not_come_from_chance_is_refused_by_its_id(posture, settings, data):
    assert posture(FIELD_KEYS=f"{new_field_key()},{key_of(data)}") == {"E009"}
    (found,) = production.check_production(None)
    assert found.msg.endswith(": k1.")
    assert key_of(data).partition(":")[2] not in f"{found.msg} {found.hint}"


def test_keys_from_chance_are_never_refused(posture):
    for _ in range(300):
        assert (
            posture(FIELD_KEYS=key_of(secrets.token_bytes(32)), SECRET_KEY=secrets.token_urlsafe(50)) == set()
        )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://:pass@queue.example.com:6379/0", {"W009"}),
        ("rediss://:pass@queue.example.com:6379/0?ssl_cert_reqs=none", {"W009"}),
        ("rediss://queue.example.com:6379/0", {"E011"}),
        ("redis://queue.example.com:6379/0", {"E011", "W009"}),
        ("redis://10.0.0.7:6379/0", {"E011", "W009"}),
        ("redis://:pass@redis:6379/0", {"W009"}),
        ("redis://127.0.0.1:6379/0", set()),
        ("redis://[::1]:6379/0", set()),
        ("redis://localhost:6379/0", set()),
        ("redis+socket:///run/redis.sock", set()),
        ("", set()),
    ],
)
def test_a_queue_that_others_could_write_to_or_read_is_named(posture, url, expected):
    assert posture(REDIS_URL=url) == expected


@pytest.mark.parametrize(
    ("database", "expected"),
    [
        ({"HOST": "db.example.com", "OPTIONS": {}}, {"W008"}),
        ({"HOST": "10.0.0.7", "OPTIONS": {"sslmode": "prefer"}}, {"W008"}),
        ({"HOST": "db.example.com", "OPTIONS": {"sslmode": "require"}}, {"W008"}),
        ({"HOST": "db.example.com", "OPTIONS": {"sslmode": "verify-ca"}}, set()),
        ({"HOST": "127.0.0.1", "OPTIONS": {}}, set()),
        ({"HOST": "", "OPTIONS": {"host": "/var/run/postgresql"}}, set()),
        ({"HOST": "", "OPTIONS": {"host": "db.example.com"}}, {"W008"}),
    ],
)
def test_a_way_to_the_database_that_others_could_read_is_named(posture, database, expected):
    assert posture(database=database) == expected


def test_a_network_of_ones_own_needs_no_tls_but_a_password_all_the_same(posture):
    database = {"HOST": "postgres", "OPTIONS": {}}
    own = {"PRIVATE_HOSTS": ["postgres", "redis"], "database": database}
    assert posture(REDIS_URL="redis://:pass@redis:6379/0", **own) == set()
    assert posture(REDIS_URL="redis://redis:6379/0", **own) == {"E011"}


def test_several_hosts_cannot_share_a_sqlite_file(posture):
    assert posture(vendor="sqlite") == {"W005", "E007"}
    assert posture(vendor="sqlite", REDIS_URL="redis://127.0.0.1:6379/0") == {"W005"}
    assert posture(vendor="sqlite", REDIS_URL="") == {"W005"}


def test_keys_that_are_in_the_data_folder_only_are_to_be_backed_up(posture, monkeypatch):
    for name in ("TMPPORTAL_FIELD_KEYS", "TMPPORTAL_SECRET_KEY"):
        monkeypatch.delenv(name)
    assert posture() == {"W002", "W003"}


def test_there_is_no_sandbox_in_production_even_where_one_is_configured(settings):
    settings.SANDBOX = {**NO_SANDBOX, "gateway": "http://127.0.0.1:1"}
    assert SANDBOX in all_endpoints()
    settings.PRODUCTION = True
    assert SANDBOX not in all_endpoints()


@pytest.mark.django_db
def test_people_are_led_to_https_and_programs_are_not(settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = said_in_production("SECURE_REDIRECT_EXEMPT")
    client = Client()
    assert client.get("/sign-in/login/?next=/")["Location"] == "https://testserver/sign-in/login/?next=/"
    assert client.get("/healthz").status_code == 200
    assert client.post("/callbacks/unknown/").status_code == 404


def said_in_production(name: str) -> Any:
    """What a setting is in production, which a running test run cannot become."""
    code = f"import json; from tmpportal import settings; print(json.dumps(settings.{name}))"
    done = run("-c", code, env={**clean_env(live.DATA_DIR), "TMPPORTAL_PRODUCTION": "true"})
    return json.loads(done.stdout)


def run(*words: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)


def check(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return run("manage.py", "check", "--deploy", "--fail-level", "WARNING", env=env)


def test_the_shipped_compose_file_passes_the_check_for_strangers(tmp_path: Path) -> None:
    """Django's own warnings and ours, none of them, in the environment that docker/compose.yaml makes."""
    env = {
        **clean_env(tmp_path / "data"),
        **environment_of("web", make_secrets(tmp_path)),
        "TMPPORTAL_PUBLIC_URL": "https://tmp.example.com",
        "TMPPORTAL_SECOND_STEP": "demanded",
    }
    passed = check(env)
    assert passed.returncode == 0, passed.stderr
    assert "no issues" in passed.stdout
    refused = check({**env, "TMPPORTAL_SANDBOX_GATEWAY": "http://127.0.0.1:1", "TMPPORTAL_PROXIES": "0"})
    assert refused.returncode == 1
    assert {"tmpportal.E002", "tmpportal.W006"} == {
        word.strip("():") for word in refused.stderr.split() if word.startswith("(tmpportal.")
    }


@pytest.mark.django_db
def test_every_cookie_is_for_https_and_this_host_alone(settings):
    """T30: that of the language and that of messages are no exceptions."""
    for name in ("LANGUAGE_COOKIE_NAME", "MESSAGE_STORAGE", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME"):
        setattr(settings, name, said_in_production(name))
    for name in ("LANGUAGE_COOKIE_SECURE", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"):
        assert said_in_production(name) is True
        setattr(settings, name, True)
    client = Client()
    User.objects.create_user("mei", password="a-long-good-password")
    client.get("/sign-in/login/", secure=True)
    client.post("/sign-in/login/", {"login": "mei", "password": "a-long-good-password"}, secure=True)
    client.post("/language/", {"language": "en"}, secure=True)
    password = {
        "oldpassword": "a-long-good-password",
        "password1": "another-long-one",
        "password2": "another-long-one",
    }
    client.post("/sign-in/password/change/", password, secure=True)
    names = {"__Host-sessionid", "__Host-csrftoken", "__Host-language", "__Host-messages"}
    assert set(client.cookies) == names
    for cookie in client.cookies.values():
        assert (cookie["secure"], cookie["path"], cookie["domain"], cookie["samesite"]) == (
            True,
            "/",
            "",
            "Lax",
        )
        assert bool(cookie["httponly"]) is (cookie.key != "__Host-csrftoken")
