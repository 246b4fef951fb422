"""Where a second step is demanded, a password alone opens nothing but the pages that set one up (T29)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts import second_step
from tests.factories import PASSWORD
from tests.servers.oidc import OidcServer
from tests.totp import code_of

pytestmark = pytest.mark.django_db(transaction=True)
BOARD, FACTORS = "/", "/sign-in/factors/"
WHY = "This portal asks for a second step"


@pytest.fixture(autouse=True)
def demanded(settings: Any) -> None:
    settings.SECOND_STEP = second_step.DEMANDED
    cache.clear()


def entered(who: User, client: Client | None = None) -> Client:
    """A browser after name and password."""
    client = client or Client(headers={"Accept-Language": "en"})
    client.post(reverse("account_login"), {"login": who.username, "password": PASSWORD})
    return client


def set_up(client: Client) -> str:
    """As a person does, from the page they were led to; the secret of the app."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret: str = client.get(reverse("mfa_activate_totp")).context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert answer.status_code == 302
    return secret


def test_whoever_has_none_is_led_to_set_one_up_and_told_why(alice: User) -> None:
    """T29"""
    client = entered(alice)
    assert client.get(BOARD).headers["Location"] == FACTORS
    page = client.get(FACTORS)
    assert WHY in page.text
    assert "本门户要求第二步验证" in client.get(FACTORS, headers={"Accept-Language": "zh-hans"}).text
    # Neither the navigation nor a button of this page leads into a wall.
    for name in ("jobs:board", "usersessions_list", "account_change_password", "leave"):
        assert page.text.count(f'href="{reverse(name)}"') == (name == "jobs:board"), name
    set_up(client)
    assert client.get(BOARD).status_code == 200
    assert WHY not in client.get(FACTORS).text


def test_a_form_and_a_fragment_are_led_there_too_and_a_form_is_said_to_be_lost(alice: User) -> None:
    """T29: htmx follows its own kind of redirect, with the whole page."""
    client = entered(alice)
    news = client.get(BOARD, headers={"HX-Request": "true"})
    assert (news.status_code, news.headers["HX-Redirect"]) == (200, FACTORS)
    sent = client.post(reverse("accounts:hints"), follow=True)
    assert sent.redirect_chain == [(FACTORS, 302)]
    assert str(second_step.LOST) in sent.text


def test_language_and_the_way_out_stay_open(alice: User) -> None:
    client = entered(alice)
    assert client.post(reverse("set_language"), {"language": "zh-hans", "next": FACTORS}).status_code == 302
    assert "本门户要求第二步验证" in client.get(FACTORS).text
    assert "退出" in client.get(reverse("account_logout")).text
    client.post(reverse("account_logout"))
    assert client.get(BOARD).headers["Location"].startswith(reverse("account_login"))


def test_a_session_of_before_the_second_step_signs_in_again(alice: User) -> None:
    """T30: it may be of somebody who knows the password only, and may not add a step of their own either."""
    early, hers = entered(alice), entered(alice)
    secret = set_up(hers)
    assert hers.get(BOARD).status_code == 200
    answer = early.get(reverse("mfa_add_webauthn"), follow=True)
    assert answer.redirect_chain[0][0].startswith(reverse("account_login"))
    assert str(second_step.AGAIN) in answer.text
    entered(alice, early)
    early.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert early.get(BOARD).status_code == 200


def test_whoever_turns_it_off_is_back_where_they_began(alice: User) -> None:
    """T29"""
    client = entered(alice)
    set_up(client)
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    assert client.get(BOARD).headers["Location"] == FACTORS


def test_recovery_codes_alone_are_no_second_step(alice: User) -> None:
    """T29"""
    Authenticator.objects.create(user=alice, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert entered(alice).get(BOARD).headers["Location"] == FACTORS


def test_the_first_person_and_operators_are_no_exception(alice: User) -> None:
    """T3, T29"""
    alice.is_staff = alice.is_superuser = True
    alice.save()
    client = entered(alice)
    for address in ("/admin/", "/admin/auth/user/", "/admin/login/", reverse("invitations"), "/patterns/"):
        assert client.get(address).headers["Location"] in (FACTORS, "/admin/"), address


def test_the_panel_that_leads_nobody_away_says_nothing(alice: User) -> None:
    """T10: it answers strangers by itself."""
    assert entered(alice).post(reverse("jobs:job_request", args=["musicBeat"])).status_code == 401


@pytest.fixture
def issuer(settings: Any) -> Iterator[OidcServer]:
    with OidcServer() as server:
        settings.OIDC = {**server.settings, "may_sign_up": True}
        yield server


def came_back(client: Client, issuer: OidcServer, **fields: str) -> Any:
    address = client.post(reverse("oidc_begin"), fields).context["address"]
    return client.get(issuer.approve(address))


def test_whoever_comes_by_the_issuer_is_the_issuers_business(issuer: OidcServer) -> None:
    client = Client()
    came_back(client, issuer)
    client.post(
        reverse("socialaccount_signup"), {"username": "lin", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert client.get(BOARD).status_code == 200
    # By the password, which that login has as well, it is the portal's.
    assert entered(User.objects.get()).get(BOARD).headers["Location"] == FACTORS


def test_a_password_alone_connects_no_other_way_in(alice: User, issuer: OidcServer, settings: Any) -> None:
    """T29: neither begun now nor before the portal demanded more."""
    client = entered(alice)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.post(reverse("oidc_begin"), {"process": "connect"}).headers["Location"] == FACTORS
    settings.SECOND_STEP = second_step.OFFERED
    address = client.post(reverse("oidc_begin"), {"process": "connect"}).context["address"]
    settings.SECOND_STEP = second_step.DEMANDED
    assert client.get(issuer.approve(address)).headers["Location"] == FACTORS
    assert not alice.socialaccount_set.exists()


def test_offered_is_what_a_portal_begins_with(alice: User, settings: Any) -> None:
    settings.SECOND_STEP = second_step.OFFERED
    assert entered(alice).get(BOARD).status_code == 200
