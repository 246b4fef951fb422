"""Keys in clear: only by a POST of an owner who typed the password anew, never cached, always noted."""

from __future__ import annotations

import os
import subprocess

import environ
import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse

from accounts.managing import keys
from accounts.models import Account, AuditEntry, Membership
from tests.accounts.browsing import SECRETS, address, confirm, confirmed, signed_in
from tests.factories import make_account, make_membership

pytestmark = pytest.mark.django_db
SHOWN = [
    "tmpSecretId",
    "tmpSecretKey",
    "apiGateSecretId",
    "apiGateSecretKey",
    "cosConfig.secretId",
    "cosConfig.secretKey",
]


@pytest.fixture
def account(alice):
    return make_account(alice, unknown_members='{"somethingNew": {"hint": "newSECRET"}}')


@pytest.fixture(autouse=True)
def no_tries_remembered():
    cache.clear()


def found_in(text):
    return [secret for secret in (*SECRETS, "newSECRET") if secret in text]


def test_a_confirmed_owner_sees_every_key_and_it_is_noted(account, alice):
    answer = confirmed(alice).post(address("account_keys", account))
    assert found_in(answer.text) == [*SECRETS, "newSECRET"]
    assert "no-store" in answer["Cache-Control"]
    [entry] = AuditEntry.objects.all()
    assert (entry.deed, entry.user, entry.account) == ("revealed", alice, account)
    assert entry.detail == {"fields": [*SHOWN, "somethingNew"]}


def test_what_is_shown_to_a_person_does_not_show_itself_to_a_log(account, alice):
    assert not found_in(repr(keys.reveal(account, by=alice)))


def test_without_the_password_a_post_leads_to_it_and_back_and_shows_nothing(account, alice):
    browser, page = signed_in(alice), address("account_keys", account)
    answer = browser.post(page)
    assert answer.status_code == 302
    assert answer.url == f"{reverse('account_reauthenticate')}?next={page.replace('/', '%2F')}"
    assert not AuditEntry.objects.exists()
    asking = browser.get(answer.url)
    assert "Confirm that it is you" in asking.text
    assert confirm(browser, back=page).url == page
    assert not found_in(browser.get(page).text)
    assert found_in(browser.post(page).text)


@pytest.mark.parametrize("name", ["account_keys", "account_env"])
def test_a_wrong_password_opens_nothing(account, alice, name):
    browser = signed_in(alice)
    browser.post(address(name, account))
    assert confirm(browser, password="wrong").status_code == 200
    answer = browser.post(address(name, account))
    assert answer.status_code == 302
    assert not found_in(answer.text)
    assert not AuditEntry.objects.exists()


def test_passwords_cannot_be_tried_for_ever(account, alice):
    browser = signed_in(alice)
    states = {confirm(browser, password=f"wrong {number}").status_code for number in range(12)}
    assert 429 in states
    assert confirm(browser).status_code == 429


@pytest.mark.parametrize("name", ["account_keys", "account_env"])
def test_after_five_minutes_the_password_is_asked_for_again(account, alice, name):
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False) as clock:
        browser = confirmed(alice)
        clock.shift(299)
        assert browser.post(address(name, account)).status_code == 200
        clock.shift(2)
        assert browser.post(address(name, account)).status_code == 302


def test_the_password_of_one_person_confirms_nobody_else(account, alice, bob):
    make_membership(account, bob, Membership.Role.OWNER)
    browser = confirmed(alice)
    browser.force_login(bob)
    assert browser.post(address("account_keys", account)).status_code == 302


def test_a_get_never_shows_a_key(account, alice):
    answer = confirmed(alice).get(address("account_keys", account))
    assert not found_in(answer.text)
    assert "Your password is confirmed" in answer.text
    assert not AuditEntry.objects.exists()


def test_signing_in_alone_confirms_nothing(account, alice):
    browser = signed_in(alice)
    browser.post(reverse("account_logout"))
    browser.post(reverse("account_login"), {"login": "alice", "password": "a long enough phrase"})
    assert browser.get(address("account_keys", account)).status_code == 200
    assert browser.post(address("account_keys", account)).status_code == 302


def test_keys_that_do_not_open_are_a_sentence(account, alice, bob):
    other = make_account(bob)
    Account.objects.filter(pk=account.pk).update(tmp_secret_key=other.__dict__["tmp_secret_key"])
    for name in ("account_keys", "account_env"):
        answer = confirmed(alice).post(address(name, account), follow=True)
        assert "A key does not open" in answer.text
        assert not found_in(answer.text)
    assert not AuditEntry.objects.exists()


def test_the_env_file_holds_what_the_programs_read(account, alice):
    answer = confirmed(alice).post(address("account_env", account))
    assert answer["Content-Disposition"] == 'attachment; filename="tmp.env"'
    assert "no-store" in answer["Cache-Control"]
    assert answer.text == (
        "TMP_GATEWAY_URL=https://api.mediax.tencent.com\n"
        f"TMP_SOURCE={account.caller}\n"
        f"TMP_CONTENT_ID={account.content_id}\n"
        "TMP_SECRET_ID=tmpSECRETid00000000003\n"
        "TMP_SECRET_KEY=tmpSECRETkey0000000004\n"
        "API_GATE_SECRET_ID=gatewaySECRETid0000005\n"
        "API_GATE_SECRET_KEY=gatewaySECRETkey000006\n"
        "COS_BUCKET=songs-1250000000\n"
        "COS_REGION=ap-guangzhou\n"
        "COS_DOMAIN=\n"
        "COS_SECRET_ID=AKIDbucketSECRETid0001\n"
        "COS_SECRET_KEY=bucketSECRETkey0000002\n"
    )
    [entry] = AuditEntry.objects.all()
    assert (entry.deed, entry.user) == ("downloaded", alice)
    assert "TMP_SECRET_KEY" in entry.detail["fields"]


@pytest.mark.parametrize(
    "value",
    [
        "plain",
        "",
        "a b",
        "a#b",
        "$HOME",
        "`id`",
        "$(id)",
        'say "hi"',
        "it's",
        "a;b",
        "a|b&c",
        "!x",
        "~",
        "*",
        "钥匙",
        "=x=",
    ],
)
def test_a_shell_and_dotenv_read_the_same(value, tmp_path, monkeypatch):
    (tmp_path / "tmp.env").write_text(f"PROBE={keys.quoted(value)}\n")
    shell = subprocess.run(
        ["bash", "-c", 'set -a; . ./tmp.env; printf %s "$PROBE"'],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert shell.stdout == value
    monkeypatch.delenv("PROBE", raising=False)
    environ.Env.read_env(tmp_path / "tmp.env", overwrite=True)
    assert os.environ["PROBE"] == value


@pytest.mark.parametrize("value", ["back\\slash", "two\nlines", 'it\'s "$5"'])
def test_what_has_no_common_quotes_is_right_for_the_shell(value, tmp_path):
    (tmp_path / "tmp.env").write_text(f"PROBE={keys.quoted(value)}\n")
    shell = subprocess.run(
        ["bash", "-c", '. ./tmp.env; printf %s "$PROBE"'], cwd=tmp_path, capture_output=True, text=True
    )
    assert shell.stdout == value


def test_programs_hold_no_key_and_may_be_taken_by_every_member(account, alice, bob, charlie):
    make_membership(account, bob, Membership.Role.VIEWER)
    for key in ("curl", "python"):
        answer = signed_in(bob).get(address("account_program", account, key))
        assert answer["Content-Disposition"].startswith("attachment")
        assert not found_in(answer.text)
        assert signed_in(charlie).get(address("account_program", account, key)).status_code == 404
    assert signed_in(bob).get(address("account_program", account, "cobol")).status_code == 404
