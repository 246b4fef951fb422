"""Signed-in browsers for the pages of accounts, and every page and deed of one account by name."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from tests.factories import PASSWORD

SECRETS = (
    "AKIDbucketSECRETid0001",
    "bucketSECRETkey0000002",
    "tmpSECRETid00000000003",
    "tmpSECRETkey0000000004",
    "gatewaySECRETid0000005",
    "gatewaySECRETkey000006",
)
PAGES = ("account_detail", "account_keys", "account_people", "account_settings")
OWNER_PAGES = ("account_history", "account_demo", "account_delete")
OWNER_DEEDS = (
    "account_keys",
    "account_env",
    "account_people",
    "account_settings",
    "account_disable",
    "account_enable",
    "account_delete",
    "demo_file",
    "demo_delete",
)


def signed_in(user: User) -> Client:
    """An English-speaking browser."""
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


def confirmed(user: User) -> Client:
    """A browser whose person typed the password anew just now."""
    # How often a password may be tried is remembered from test to test.
    cache.clear()
    client = signed_in(user)
    assert confirm(client).status_code == 302
    return client


def confirm(client: Client, *, password: str = PASSWORD, back: str = "/accounts/") -> HttpResponse:
    """What the page that asks for the password sends."""
    answer: Any = client.post(reverse("account_reauthenticate"), {"password": password, "next": back})
    return answer


def address(name: str, account: Account, *more: Any) -> str:
    return reverse(f"accounts:{name}", args=[account.pk, *more])


def member_of(account: Account, user: User) -> Membership:
    return Membership.objects.get(account=account, user=user)
