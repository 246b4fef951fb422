"""T10: what somebody who did not sign in meets first."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_signed_out_the_front_page_leads_to_sign_in(client: Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/login/")


def test_health_answers_everybody_and_says_nothing_more(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_sign_up_is_closed_unless_a_setting_opens_it(client: Client, settings: Any) -> None:
    assert b'name="password1"' not in client.get(reverse("account_signup")).content
    settings.SIGN_UP = "open"
    assert b'name="password1"' in client.get(reverse("account_signup")).content


def test_the_browser_decides_the_language_and_chinese_is_the_default(client: Client) -> None:
    assert 'lang="zh-hans"' in client.get("/sign-in/login/").text.lower()
    assert 'lang="en"' in client.get("/sign-in/login/", headers={"Accept-Language": "en-GB,en"}).text.lower()
    client.post("/language/", {"language": "en", "next": "/sign-in/login/"})
    assert 'lang="en"' in client.get("/sign-in/login/").text.lower()
