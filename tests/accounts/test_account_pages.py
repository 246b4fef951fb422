"""The pages of one account: whose they are, what they say of its state, and that looking changes nothing."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, AuditEntry, Membership
from tests.accounts.browsing import OWNER_DEEDS, OWNER_PAGES, PAGES, SECRETS, address, confirmed, signed_in
from tests.factories import make_account, make_membership, make_registration

pytestmark = pytest.mark.django_db
ROLES = [Membership.Role.VIEWER, Membership.Role.SUBMITTER]


@pytest.fixture
def account(alice, bob):
    account = make_account(alice, operate_uin="100055555555", demo_path="100055555555_demo/run.py")
    make_membership(account, bob, Membership.Role.VIEWER)
    return account


def everything():
    return [
        *Account.objects.order_by("pk").values(),
        *Membership.objects.order_by("pk").values(),
        *AuditEntry.objects.order_by("pk").values(),
    ]


@pytest.mark.parametrize("name", [*PAGES, *OWNER_PAGES])
def test_a_stranger_finds_no_page(account, charlie, name):
    assert confirmed(charlie).get(address(name, account)).status_code == 404


@pytest.mark.parametrize("name", [*OWNER_DEEDS, "account_default", "account_leave"])
def test_a_stranger_can_do_nothing(account, charlie, name):
    before = everything()
    assert confirmed(charlie).post(address(name, account), {"path": "100055555555_demo/x"}).status_code == 404
    assert signed_in(charlie).post(address(name, account)).status_code == 404
    assert everything() == before


@pytest.mark.parametrize("name", PAGES)
def test_every_member_sees_the_pages_without_a_key(account, bob, name):
    answer = signed_in(bob).get(address(name, account))
    assert answer.status_code == 200
    assert not [secret for secret in SECRETS if secret in answer.text]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", OWNER_PAGES)
def test_what_is_the_owners_alone_is_refused_to_other_members(account, bob, role, name):
    account.memberships.filter(user=bob).update(role=role)
    assert confirmed(bob).get(address(name, account)).status_code == 403


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", OWNER_DEEDS)
def test_members_who_are_no_owners_cannot_decide(account, bob, role, name):
    account.memberships.filter(user=bob).update(role=role)
    before = everything()
    answer = confirmed(bob).post(address(name, account), {"name": "x", "path": "100055555555_demo/x"})
    assert answer.status_code == 403
    assert everything() == before


@pytest.mark.parametrize("name", [*PAGES, "account_history", "account_delete"])
def test_looking_at_a_page_changes_nothing(account, alice, name):
    browser, before = confirmed(alice), everything()
    answer = browser.get(address(name, account))
    assert answer.status_code == 200
    assert not [secret for secret in SECRETS if secret in answer.text]
    assert everything() == before


@pytest.mark.parametrize(
    "name",
    [
        "account_env",
        "account_default",
        "account_disable",
        "account_enable",
        "account_leave",
        "demo_file",
        "demo_delete",
    ],
)
def test_no_address_can_do_a_deed_by_a_link(account, alice, name):
    assert confirmed(alice).get(address(name, account)).status_code == 405


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Not verified"),
        ({"verified_at": timezone.now()}, "Verified"),
        ({"disabled_at": timezone.now()}, "Disabled"),
        ({"paused_because": "signature"}, "Paused"),
        ({"replaced_at": timezone.now()}, "Replaced"),
    ],
)
def test_list_and_page_name_the_state(alice, fields, words):
    account = make_account(alice, **fields)
    for page in (reverse("accounts:account_list"), address("account_detail", account)):
        assert words in signed_in(alice).get(page).text


@pytest.mark.parametrize("state", ["disabled_at", "replaced_at"])
def test_an_account_that_makes_no_jobs_offers_none(account, alice, state):
    new_job = f"{reverse('jobs:job_create')}?account={account.pk}"
    assert new_job in signed_in(alice).get(address("account_detail", account)).text
    Account.objects.filter(pk=account.pk).update(**{state: timezone.now()})
    assert new_job not in signed_in(alice).get(address("account_detail", account)).text


def test_a_viewer_is_offered_no_job(account, bob):
    text = signed_in(bob).get(address("account_detail", account)).text
    assert f"{reverse('jobs:job_create')}?account={account.pk}" not in text


def test_settings_are_a_tab_of_those_who_can_set_something(account, alice, bob):
    there = address("account_settings", account)
    assert there in signed_in(alice).get(address("account_detail", account)).text
    assert there not in signed_in(bob).get(address("account_detail", account)).text


def test_what_a_deleted_account_gives_way_to_is_said_before(alice):
    old = make_account(alice, bucket="old-1250000000", replaced_at=timezone.now())
    new = make_account(alice, replaces=old)
    text = confirmed(alice).get(address("account_delete", new)).text
    assert "old-1250000000: new jobs go over it again." in text


def test_the_pages_of_a_line_lead_to_each_other(alice):
    old = make_account(alice, bucket="old-1250000000")
    new = make_account(alice, bucket="new-1250000000", replaces=old)
    browser = signed_in(alice)
    assert address("account_detail", new) in browser.get(address("account_detail", old)).text
    assert address("account_detail", old) in browser.get(address("account_detail", new)).text


def test_the_list_begins_with_the_default_and_folds_what_was_replaced(alice):
    first = make_account(alice, name="first")
    make_account(alice, name="second")
    make_account(alice, name="third", replaced_at=timezone.now())
    first.memberships.update(is_default=True)
    text = signed_in(alice).get(reverse("accounts:account_list")).text
    assert (
        text.index("first")
        < text.index("second")
        < text.index('<details class="stack"')
        < text.index("third")
    )
    assert "1 account was replaced" in text


def test_an_empty_list_leads_to_registering_and_to_importing(alice):
    text = signed_in(alice).get(reverse("accounts:account_list")).text
    assert f'href="{reverse("accounts:register")}"' in text
    assert f'href="{reverse("accounts:register")}?import=1"' in text


@pytest.mark.parametrize(("state", "is_warned"), [("warn", True), ("ok", False), ("skipped", False)])
def test_a_public_bucket_is_warned_of(account, alice, bob, state, is_warned):
    Account.objects.filter(pk=account.pk).update(
        health=[{"key": "acl", "state": state, "code": "", "detail": {}}]
    )
    words = "Everyone on the internet can read this bucket."
    assert (words in signed_in(alice).get(address("account_keys", account)).text) == is_warned
    assert words not in signed_in(bob).get(address("account_keys", account)).text


def test_before_the_first_look_the_registrations_checks_tell_of_a_public_bucket(account, alice):
    row = {"key": "acl", "state": "warn", "code": "public-read", "detail": {}}
    make_registration(alice, account=account, state="DONE", checks=[row])
    assert "Everyone on the internet" in signed_in(alice).get(address("account_detail", account)).text


def test_a_name_cannot_become_markup(alice):
    account = make_account(alice, name="<img src=x>")
    for name in [*PAGES, "account_history"]:
        assert "<img src=x>" not in signed_in(alice).get(address(name, account)).text
