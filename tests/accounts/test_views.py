"""The pages of accounts and registrations: whose they are, what they show, and what they never show."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership, Registration
from accounts.registering import drafts, running
from tests.factories import make_account, make_membership, make_registration
from tests.tencent.wire_server import answer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_network_tasks")]
STATES = [state for state, _ in Registration.State.choices]
POSTS = ["register_anyway", "registration_retry", "registration_discard"]


def signed_in(user):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


def address(name, row):
    return reverse(f"accounts:{name}", args=[row.pk])


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


@pytest.mark.parametrize("name", ["registration_detail", "registration_progress"])
def test_a_registration_is_its_persons_alone(alice, bob, name):
    registration = make_registration(alice, state="REFUSED")
    assert signed_in(alice).get(address(name, registration)).status_code == 200
    assert signed_in(bob).get(address(name, registration)).status_code == 404


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize("state", ["DRAFT", "REFUSED", "UNSURE"])
def test_a_stranger_cannot_act_on_a_registration(alice, charlie, name, state):
    registration = make_registration(alice, state=state)
    assert signed_in(charlie).post(address(name, registration)).status_code == 404
    assert Registration.objects.get().state == state


@pytest.mark.parametrize("name", POSTS)
def test_looking_changes_nothing(alice, name):
    registration = make_registration(alice, state="REFUSED")
    assert signed_in(alice).get(address(name, registration)).status_code == 405
    assert Registration.objects.get().state == "REFUSED"


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize("state", STATES)
def test_no_action_in_any_state_fails(alice, name, state):
    registration = make_registration(alice, state=state)
    assert signed_in(alice).post(address(name, registration)).status_code == 302


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_page_that_names_it_and_holds_no_secret(alice, state):
    registration = make_registration(
        alice,
        state=state,
        checks=[{"key": "list", "state": "failed", "code": "AccessDenied", "detail": {}}],
        error_kind="Refused",
        error_words="余额不足 <b>",
        raw_reply='{"SECRET": 1}',
    )
    text = signed_in(alice).get(address("registration_detail", registration)).text
    assert re.search(r'data-state="([A-Z]+)"', text)[1] == state
    assert "SECRET" not in text
    assert "<b>" not in text.split("In TMP&#x27;s own words")[-1].split("</pre>")[0]


@pytest.mark.parametrize("state", STATES)
def test_only_a_registration_to_which_something_may_still_happen_asks_for_itself_again(alice, state):
    registration = make_registration(alice, state=state, error_kind="Unanswered")
    text = signed_in(alice).get(address("registration_progress", registration)).text
    assert ("hx-trigger" in text) == (state in (*Registration.LIVE, "UNSURE"))


def test_the_list_shows_what_is_under_way_and_hides_what_is_done(alice):
    make_registration(alice, user_name="underway", state="REGISTERING")
    make_registration(alice, user_name="finished", state="DONE")
    text = signed_in(alice).get(reverse("accounts:account_list")).text
    assert "underway" in text
    assert "finished" not in text


def test_an_empty_list_leads_to_the_form(alice):
    assert reverse("accounts:register") in signed_in(alice).get(reverse("accounts:account_list")).text


def test_refused_shows_tmps_words_and_leads_back_to_the_form(wire, at_sandbox, alice):
    wire.script = answer(200, {"errorResponse": {"message": "operateUin 未开通服务"}})
    registration = make_registration(alice, at_sandbox)
    drafts.start(registration)
    running.run_registration(str(registration.pk))
    browser = signed_in(alice)
    assert "operateUin 未开通服务" in browser.get(address("registration_detail", registration)).text
    after = browser.post(address("registration_retry", registration))
    assert after.url == f"{reverse('accounts:register')}?draft={registration.pk}"
    assert f'value="{registration.user_name}"' in browser.get(after.url).text


def test_a_failed_check_offers_to_go_on_anyway(at_sandbox, alice, no_network_tasks):
    registration = make_registration(alice, at_sandbox, bucket_secret_key="wrong-key")
    drafts.start(registration)
    running.run_registration(str(registration.pk))
    browser = signed_in(alice)
    text = browser.get(address("registration_detail", registration)).text
    assert "SignatureDoesNotMatch" in text
    assert "The SecretKey does not belong to this SecretId." in text
    browser.post(address("register_anyway", registration))
    assert Registration.objects.get().state == "CHECKING"
    assert Registration.objects.get().checks


def test_going_on_anyway_to_a_gateway_that_is_away_tells_of_the_gateway(at_sandbox, alice, settings):
    registration = make_registration(alice, at_sandbox, bucket_secret_key="wrong-key")
    for anyway in (False, True):
        drafts.start(registration, anyway=anyway)
        running.run_registration(str(registration.pk))
        registration.refresh_from_db()
        settings.SANDBOX = {**settings.SANDBOX, "gateway": "http://127.0.0.1:9"}
    text = signed_in(alice).get(address("registration_detail", registration)).text
    assert "TMP could not be reached, so surely nothing was sent." in text
    assert "The SecretKey does not belong to this SecretId." in text
    assert "The bucket is not ready." not in text


def test_done_leads_to_the_account(at_sandbox, alice):
    registration = make_registration(alice, at_sandbox)
    drafts.start(registration)
    running.run_registration(str(registration.pk))
    registration.refresh_from_db()
    text = signed_in(alice).get(address("registration_detail", registration)).text
    assert f'data-account="{registration.account_id}"' in text
    assert reverse("accounts:account_detail", args=[registration.account_id]) in text


def test_no_page_shows_the_keys_of_a_whole_registration(at_sandbox, alice):
    registration = make_registration(alice, at_sandbox)
    drafts.start(registration)
    running.run_registration(str(registration.pk))
    registration.refresh_from_db()
    account = registration.account
    secrets = [getattr(account, f"{pair}_secret_key") for pair in ("bucket", "tmp", "gateway")]
    secrets += [getattr(account, f"{pair}_secret_id") for pair in ("bucket", "tmp", "gateway")]
    browser = signed_in(alice)
    pages = [
        reverse("accounts:account_list"),
        reverse("accounts:register"),
        address("registration_detail", registration),
        address("account_detail", account),
    ]
    for page in pages:
        text = browser.get(page).text
        assert not [secret for secret in secrets if secret in text], page


def test_keys_that_do_not_open_are_a_sentence_not_a_failure(alice):
    account, other = make_account(alice), make_account(alice)
    Account.objects.filter(pk=account.pk).update(
        tmp_secret_key=other.__dict__["tmp_secret_key"], unknown_members=other.__dict__["tmp_secret_key"]
    )
    assert "does not open" in signed_in(alice).get(address("account_detail", account)).text


def test_a_draft_whose_keys_do_not_open_asks_for_them_again(alice):
    draft, other = make_registration(alice), make_registration(alice)
    Registration.objects.filter(pk=draft.pk).update(bucket_secret_key=other.__dict__["bucket_secret_key"])
    browser = signed_in(alice)
    assert "does not open any more" in browser.get(f"{reverse('accounts:register')}?draft={draft.pk}").text
    assert browser.post(address("register_anyway", draft)).status_code == 302


@pytest.mark.parametrize("query", ["?draft=", "?draft=x", "?draft=00000000-0000-4000-8000-000000000000"])
def test_a_draft_that_does_not_exist_is_not_found(alice, query):
    assert signed_in(alice).get(reverse("accounts:register") + query).status_code == 404


def test_the_form_of_a_draft_that_went_on_leads_to_its_page(alice):
    registration = make_registration(alice, state="REGISTERING")
    after = signed_in(alice).get(f"{reverse('accounts:register')}?draft={registration.pk}")
    assert after.url == address("registration_detail", registration)


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


def test_rules_that_the_portal_does_not_need_do_not_look_like_trouble(alice):
    checks = [{"key": "cors", "state": "warn", "code": "no_rules", "detail": {"rules": 0}}]
    registration = make_registration(alice, state="REGISTERING", checks=checks)
    text = signed_in(alice).get(address("registration_progress", registration)).text
    assert "No rule lets browsers in. The portal goes on without" in text
    assert "no_rules" not in text


def test_a_paused_account_says_why_and_can_be_resumed(alice):
    account = make_account(alice, paused_because="HMAC signature does not match")
    text = signed_in(alice).get(address("account_detail", account)).text
    assert "HMAC signature does not match" in text
    assert reverse("jobs:account_resume", args=[account.pk]) in text
