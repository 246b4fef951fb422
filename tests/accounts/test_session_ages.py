"""A session is new at every sign-in, ends with what it stands on, and grows neither old nor idle (T30)."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from accounts import session_ages
from tests.demo_process import ROOT, clean_env
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
BOARD = "/"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Call it to let that many seconds pass."""
    real, ahead = session_ages.time.time, [0.0]
    monkeypatch.setattr(session_ages.time, "time", lambda: real() + ahead[0])

    def passes(seconds: float) -> None:
        ahead[0] += seconds

    return passes


@pytest.fixture
def entered(alice: User) -> Client:
    """Alice's browser after a sign-in by name and password."""
    client = Client(headers={"Accept-Language": "en"})
    typed = {"login": "alice", "password": PASSWORD}
    assert client.post(reverse("account_login"), typed).status_code == 302
    return client


def is_in(client: Client, **headers: str) -> bool:
    return client.get(BOARD, headers=headers).status_code == 200


def test_a_session_id_that_somebody_else_knew_is_none_after_the_sign_in(alice: User) -> None:
    """T30"""
    thief, victim = Client(), Client()
    thief.post(reverse("account_login"), {"login": "alice", "password": "wrong"})
    thief.session.save()
    known = thief.session.session_key
    victim.cookies["sessionid"] = known
    victim.post(reverse("account_login"), {"login": "alice", "password": PASSWORD})
    assert victim.session.session_key != known
    thief.cookies["sessionid"] = known
    assert (is_in(victim), is_in(thief)) == (True, False)


def test_a_cookie_of_before_the_sign_out_opens_nothing(entered: Client) -> None:
    """T30"""
    kept = Client()
    kept.cookies["sessionid"] = entered.cookies["sessionid"].value
    assert is_in(kept)
    entered.post(reverse("account_logout"))
    assert not is_in(kept)


def test_a_disabled_person_is_out_at_once(entered: Client, alice: User) -> None:
    """T30"""
    alice.is_active = False
    alice.save()
    assert not is_in(entered)
    typed = {"login": "alice", "password": PASSWORD}
    assert Client().post(reverse("account_login"), typed).status_code == 200


def test_a_password_set_by_an_operator_ends_every_session(entered: Client, alice: User) -> None:
    """T30"""
    alice.set_password("quite another phrase 7")
    alice.save()
    assert not is_in(entered)


def test_nobody_doing_anything_ends_a_session(entered: Client, clock: Any, settings: Any) -> None:
    """T30"""
    clock(settings.SESSION_IDLE_SECONDS - 60)
    assert is_in(entered)
    clock(settings.SESSION_IDLE_SECONDS - 60)
    assert is_in(entered)
    clock(settings.SESSION_IDLE_SECONDS)
    answer = entered.get(BOARD, follow=True)
    assert answer.redirect_chain == [(f"/sign-in/login/?next={BOARD}", 302)]
    assert "You were signed out after a while" in answer.text
    assert not is_in(entered)


def test_a_page_that_watches_for_news_keeps_no_session_alive(
    entered: Client, clock: Any, settings: Any
) -> None:
    """T30"""
    for _ in range(4):
        clock(settings.SESSION_IDLE_SECONDS / 3)
        last = is_in(entered, **{"HX-Request": "true", session_ages.WATCHING: "1"})
    assert not last


def test_a_session_in_use_ends_too(entered: Client, clock: Any, settings: Any) -> None:
    """T30"""
    step = settings.SESSION_IDLE_SECONDS / 2
    steps = int(settings.SESSION_COOKIE_AGE / step)
    assert [bool(clock(step)) or is_in(entered) for _ in range(steps + 1)] == [True] * (steps - 1) + [
        False
    ] * 2


def test_a_session_of_an_older_version_begins_to_age(entered: Client, clock: Any, settings: Any) -> None:
    """T30"""
    session = entered.session
    del session[session_ages.BEGAN], session[session_ages.SEEN]
    session.save()
    assert is_in(entered)
    clock(settings.SESSION_IDLE_SECONDS)
    assert not is_in(entered)


def test_looking_at_pages_writes_no_session(entered: Client, django_assert_num_queries: Any) -> None:
    """T27: what a GET changes would be changed by any page that makes a browser ask."""
    before = entered.session.items()
    assert is_in(entered)
    assert entered.session.items() == before


def test_cookies_are_the_browsers_alone(entered: Client) -> None:
    """T30"""
    cookie = entered.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["domain"]) == (True, "Lax", "")
    assert entered.cookies["csrftoken"]["samesite"] == "Lax"


@pytest.mark.parametrize(
    ("env", "prefix"),
    [
        ({}, ""),
        ({"TMPPORTAL_PUBLIC_URL": "http://192.168.1.7:8000"}, ""),
        ({"TMPPORTAL_PUBLIC_URL": "https://tmp.example.com"}, "__Host-"),
        ({"TMPPORTAL_PRODUCTION": "true"}, "__Host-"),
    ],
    ids=["loopback", "plain http", "https", "production"],
)
def test_names_of_cookies_follow_the_scheme(tmp_path: Any, env: dict[str, str], prefix: str) -> None:
    """T30: browsers keep a cookie named __Host- only from https, and only for exactly this host."""
    asked = (
        "import json; from django.conf import settings as s; print(json.dumps("
        "[s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE]))"
    )
    told = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=ROOT,
        env={**clean_env(tmp_path), "DJANGO_SETTINGS_MODULE": "tmpportal.settings", **env},
        capture_output=True,
        text=True,
        check=True,
    )
    expected = [f"{prefix}sessionid", f"{prefix}csrftoken", bool(prefix)]
    assert json.loads(told.stdout) == expected
