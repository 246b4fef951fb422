"""T12: forms by which people sign up and look after their sign-in set what they ask for, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.inviting import OPEN
from accounts.owner import make_owner_link
from tests.accounts.browsing import confirm
from tests.factories import PASSWORD, make_user
from tests.security.odd_columns import odd_columns, told_of
from tests.security.rows import Rows, all_rows, gone_or_changed, new_or_changed
from tests.security.walking import undone
from tests.servers.oidc import OidcServer
from tests.totp import code_of

pytestmark = pytest.mark.django_db
FRESH = "quite another phrase 7"
NEW = {"username": "newcomer", "password1": PASSWORD, "password2": PASSWORD}
# An address, and what a person would send there, all of its fields.
Deed = Callable[[Client], tuple[str, dict[str, Any]]]


def set_up_an_app(client: Client) -> tuple[str, dict[str, Any]]:
    address = reverse("mfa_activate_totp")
    return address, {"code": code_of(client.get(address).context["form"].secret)}


def invite(client: Client) -> tuple[str, dict[str, Any]]:
    return reverse("invitations"), {"for_whom": "Lin", "lasts": "7d"}


def rename_a_passkey(client: Client) -> tuple[str, dict[str, Any]]:
    key = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    return reverse("mfa_edit_webauthn", args=[key.pk]), {"name": "Laptop"}


DEEDS: dict[str, Deed] = {
    "mfa_authenticator, new": set_up_an_app,
    "accounts_invitation, new": invite,
    "mfa_authenticator, changed": rename_a_passkey,
    "mfa_authenticator, of codes": lambda _client: (reverse("mfa_generate_recovery_codes"), {}),
    "auth_user, changed": lambda _client: (
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": FRESH, "password2": FRESH},
    ),
    "socialaccount_socialaccount, gone": lambda _client: (
        reverse("socialaccount_connections"),
        {"account": SocialAccount.objects.get().pk},
    ),
    "auth_user, gone": lambda _client: (reverse("leave"), {"username": "olga"}),
    "usersessions_usersession, gone": lambda _client: (reverse("usersessions_list"), {}),
    "nothing": lambda _client: (reverse("account_reauthenticate"), {"password": PASSWORD}),
}


def outcome(client: Client, deed: Deed, extra: dict[str, Any]) -> tuple[int, Rows, set[Any]]:
    """State, rows made or changed and rows gone or changed, when `extra` is sent along."""
    before = all_rows()
    with undone(client):
        address, words = deed(client)
        answer = client.post(address, {**extra, **words})
        after = all_rows()
    return answer.status_code, new_or_changed(before, after), gone_or_changed(before, after)


def insist(client: Client, deed: Deed) -> Rows:
    """The rows that the deed makes or changes, seen to be the same with all columns sent along."""
    before = all_rows()
    state, plain, gone = outcome(client, deed, {})
    assert state in (200, 302)
    # Of rows that only end, the columns are those that they had.
    more = odd_columns(plain or {key: before[key] for key in gone}, before)
    again, rows, gone_again = outcome(client, deed, more)
    assert (again, told_of(rows, before), gone_again) == (state, told_of(plain, before), gone)
    return plain


@pytest.mark.parametrize("what", DEEDS)
def test_columns_that_these_forms_do_not_have_cannot_be_sent_along(what: str) -> None:
    """T12: whose a second step, an invitation, a session is, and what somebody may."""
    cache.clear()
    olga = make_user(username="olga", is_staff=True, is_superuser=True)
    make_user(username="other", is_staff=True, is_superuser=True)
    SocialAccount.objects.create(user=olga, provider="oidc", uid="42")
    if what != "mfa_authenticator, new":
        Authenticator.objects.create(user=olga, type=Authenticator.Type.WEBAUTHN, data={"name": "hers"})
    Client().force_login(olga)
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(olga)
    assert confirm(client).status_code == 302
    made = insist(client, DEEDS[what])
    table, _, how = what.partition(", ")
    assert (table in {name for name, _key in made}) is (how not in ("gone", ""))


def test_nobody_signs_up_as_more_than_a_person(settings: Any) -> None:
    """T12: the only columns of a login that its form sets are name and password."""
    settings.SIGN_UP = OPEN
    made = insist(Client(), lambda _client: (reverse("account_signup"), NEW))
    (row,) = (values for (table, _key), values in made.items() if table == "auth_user")
    assert (row["is_superuser"], row["is_staff"], row["is_active"]) == (False, False, True)


def test_the_first_owner_gets_what_the_form_asks_for() -> None:
    """T12"""
    # The link is used up, and no database takes that back.
    made = insist(Client(), lambda _client: (str(make_owner_link()), NEW))
    assert [values["username"] for (table, _key), values in made.items() if table == "auth_user"] == [
        "newcomer"
    ]


def test_a_login_by_the_issuer_is_no_more_than_a_person(settings: Any) -> None:
    """T12: the claims say who it is there; neither they nor the form say what they may here."""
    with OidcServer() as issuer:
        settings.OIDC = {**issuer.settings, "may_sign_up": True}
        issuer.person |= {"is_superuser": True, "is_staff": True, "groups": ["admins"]}

        def sign_up(client: Client) -> tuple[str, dict[str, Any]]:
            address = client.post(reverse("oidc_begin")).context["address"]
            client.get(issuer.approve(address))
            return reverse("socialaccount_signup"), NEW

        made = insist(Client(), sign_up)
    (row,) = (values for (table, _key), values in made.items() if table == "auth_user")
    assert (row["is_superuser"], row["is_staff"]) == (False, False)
    assert User.objects.count() == 0
