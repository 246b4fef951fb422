"""The pages of accounts: whose they are, what they show, and what they never show."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Account, Membership
from tests.accounts.wizard import address, signed_in
from tests.factories import make_account, make_membership, make_registration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_network_tasks")]


def test_an_account_shows_all_that_tmp_said(alice):
    account = make_account(
        alice,
        demo_path="100012345678_demo/run_musicBeat.py",
        usage_description="请从COS桶中下载demo",
        message="注册成功",
        request_id="request-7",
        registered_at_text="2026-11-22 10:00:00",
        updated_at_text="2026-11-22 10:02:00",
        unknown_members='{"newMember": "SECRET"}',
    )
    text = signed_in(alice).get(address("account_detail", account)).text
    for shown in (
        account.content_id,
        account.caller,
        account.bucket,
        account.demo_path,
        "请从COS桶中下载demo",
        "注册成功",
        "request-7",
        "2026-11-22 10:00:00",
        "2026-11-22 10:02:00",
        "newMember",
        "https://api.mediax.tencent.com",
    ):
        assert shown in text


def test_keys_are_shown_by_their_last_characters_only(alice):
    text = signed_in(alice).get(address("account_detail", make_account(alice))).text
    assert "SECRET" not in text
    for tail in ("0001", "0002", "0003", "0004", "0005", "0006"):
        assert tail in text


def test_a_short_secret_shows_nothing_of_itself(alice):
    text = signed_in(alice).get(address("account_detail", make_account(alice, tmp_secret_key="shrt"))).text
    assert "shrt" not in text


def test_a_member_sees_the_account_and_a_stranger_does_not(alice, bob, charlie):
    account = make_account(alice)
    make_membership(account, bob, Membership.Role.VIEWER)
    page = address("account_detail", account)
    assert signed_in(alice).get(page).status_code == 200
    assert signed_in(bob).get(page).status_code == 200
    assert signed_in(charlie).get(page).status_code == 404
    assert account.name not in signed_in(charlie).get(reverse("accounts:account_list")).text


def test_a_viewer_may_look_but_not_write(alice, bob, charlie):
    account = make_account(alice)
    make_membership(account, bob, Membership.Role.VIEWER)
    assert list(Account.objects.writable_by(alice)) == [account]
    assert not Account.objects.writable_by(bob)
    assert not Account.objects.writable_by(charlie)


def test_keys_that_do_not_open_are_a_sentence_not_a_failure(alice):
    account, other = make_account(alice), make_account(alice)
    Account.objects.filter(pk=account.pk).update(
        tmp_secret_key=other.__dict__["tmp_secret_key"], unknown_members=other.__dict__["tmp_secret_key"]
    )
    assert "does not open" in signed_in(alice).get(address("account_detail", account)).text


def test_the_operators_pages_hold_no_secret(admin_client, alice):
    account, registration = make_account(alice), make_registration(alice)
    for page in (
        reverse("admin:accounts_account_changelist"),
        reverse("admin:accounts_account_change", args=[account.pk]),
        reverse("admin:accounts_registration_changelist"),
        reverse("admin:accounts_registration_change", args=[registration.pk]),
    ):
        answered = admin_client.get(page)
        assert answered.status_code == 200
        assert "SECRET" not in answered.text


def test_a_paused_account_says_why_and_can_be_resumed(alice):
    account = make_account(alice, paused_because="HMAC signature does not match")
    text = signed_in(alice).get(address("account_detail", account)).text
    assert "HMAC signature does not match" in text
    assert reverse("jobs:account_resume", args=[account.pk]) in text
