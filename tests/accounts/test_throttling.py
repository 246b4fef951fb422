"""Guessing passwords is slowed down before anything is hashed, and locks nobody else out (T29)."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.core import context
from allauth.mfa.base.internal.flows import check_rate_limit
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.accounts import hashing
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
LOGIN = "/sign-in/login/"
BEFORE_REFUSAL = 5


@pytest.fixture(autouse=True)
def nobody_was_here(db: None, settings: Any) -> None:
    settings.PASSWORD_HASHERS = [hashing.NAME]
    cache.clear()


def tried(
    name: str = "alice", password: str = "wrong", *, address: str = "203.0.113.1", **headers: str
) -> HttpResponse:
    """What the sign-in answers to a browser at that address."""
    client = Client(headers={"Accept-Language": "en", **headers})
    answer: Any = client.post(LOGIN, {"login": name, "password": password}, REMOTE_ADDR=address)
    return answer


def lock(name: str = "alice", **where: str) -> None:
    """Use up the tries of a name from one address."""
    states = [tried(name, **where).status_code for _ in range(BEFORE_REFUSAL + 1)]
    assert states == [200] * BEFORE_REFUSAL + [429]


def test_fifty_bad_passwords_come_to_five_hashes(alice: User) -> None:
    """T29"""
    hashing.Counting.hashed = 0
    answers = [tried() for _ in range(50)]
    assert [answer.status_code for answer in answers] == [200] * BEFORE_REFUSAL + [429] * 45
    assert hashing.Counting.hashed == BEFORE_REFUSAL
    assert int(answers[-1]["Retry-After"]) > 0


def test_a_name_that_nobody_has_is_told_nothing_else(alice: User) -> None:
    """T29"""
    make_user(username="gone", is_active=False)
    pages = {}
    for number, name in enumerate(("alice", "nobody", "gone")):
        address = f"203.0.113.{number}"
        hashing.Counting.hashed = 0
        answers = [tried(name, address=address) for _ in range(7)]
        pages[name] = [(answer.status_code, sentences(answer)) for answer in answers]
        assert hashing.Counting.hashed == BEFORE_REFUSAL, name
    assert pages["alice"] == pages["nobody"] == pages["gone"]


def sentences(answer: HttpResponse) -> Any:
    """What the form, or the page without one, says."""
    form = (answer.context or {}).get("form")
    return form.errors if form else "Wait a few minutes" in answer.text


def test_strangers_lock_nobody_out(alice: User) -> None:
    """T29"""
    lock()
    assert tried(password=PASSWORD).status_code == 429
    assert tried(password=PASSWORD, address="198.51.100.7").status_code == 302
    assert tried(password=PASSWORD, address="2001:db8::7").status_code == 302


def test_a_refused_name_leaves_its_neighbours_their_tries(alice: User, bob: User) -> None:
    """T29"""
    lock()
    for _ in range(20):
        tried()
    assert tried("bob", PASSWORD).status_code == 302


def test_one_address_does_not_try_a_password_on_all_names(alice: User) -> None:
    """T29"""
    hashing.Counting.hashed = 0
    states = [tried(f"person{number}").status_code for number in range(20)]
    assert states == [200] * 10 + [429] * 10
    assert hashing.Counting.hashed == 10


def test_addresses_of_one_ipv6_network_are_one(alice: User) -> None:
    """T29"""
    states = [tried(address=f"2001:db8:0:1::{number:x}").status_code for number in range(1, 8)]
    assert states == [200] * BEFORE_REFUSAL + [429] * 2


def test_a_made_up_x_forwarded_for_resets_nothing(alice: User, settings: Any) -> None:
    """T29: with and without a proxy in front."""
    lock()
    for forged in ("198.51.100.9", "127.0.0.1", "rubbish", "1.2.3.4, 5.6.7.8"):
        assert tried(**{"X-Forwarded-For": forged}).status_code == 429
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    behind = [tried(**{"X-Forwarded-For": f"10.0.0.{number}, 203.0.113.1"}) for number in range(3)]
    assert [answer.status_code for answer in behind] == [429] * 3
    assert tried(password=PASSWORD, **{"X-Forwarded-For": "198.51.100.7"}).status_code == 302


def test_who_comes_past_the_proxies_gets_a_page(alice: User, settings: Any) -> None:
    """T29"""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    assert tried(**{"X-Forwarded-For": "10.0.0.1"}).status_code == 200
    assert tried(address="").status_code == 200


def test_right_passwords_are_not_counted(alice: User) -> None:
    """T29"""
    assert [tried(password=PASSWORD).status_code for _ in range(12)] == [302] * 12
    lock()


def test_a_right_code_gives_nobody_more_passwords_to_guess(alice: User) -> None:
    """T29: allauth forgets all counts of its own action after a right second step."""
    for number in range(10):
        tried(f"person{number}")
    client = Client()
    request: Any = client.get(LOGIN, REMOTE_ADDR="203.0.113.1").wsgi_request
    request.method = "POST"
    with context.request_context(request):
        check_rate_limit(alice)()
    assert tried("person11").status_code == 429


def test_a_password_asked_for_again_is_counted_like_that_of_the_sign_in(alice: User) -> None:
    """T29"""
    client = Client(REMOTE_ADDR="203.0.113.1")
    client.force_login(alice)
    lock()
    hashing.Counting.hashed = 0
    answer = client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": "/"})
    assert (answer.status_code, hashing.Counting.hashed) == (429, 0)


@pytest.mark.parametrize(("language", "words"), [("en", "Wait a few minutes"), ("zh-CN", "请等几分钟")])
def test_the_page_speaks_the_persons_language(alice: User, language: str, words: str) -> None:
    """T29"""
    lock()
    answer = tried(**{"Accept-Language": language})
    assert words in answer.text
    assert "no-store" in answer["Cache-Control"]
