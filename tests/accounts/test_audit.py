"""The history of an account: for its owners, in words, page by page, and never with a secret in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from accounts import auditing
from accounts.models import AuditEntry, Membership
from tests.accounts.browsing import SECRETS, address, confirmed, signed_in
from tests.factories import make_account, make_membership

pytestmark = pytest.mark.django_db
DETAIL = {
    "imported": {"keys_from": "script"},
    "revealed": {"fields": ["tmpSecretKey"]},
    "downloaded": {"file": "tmp.env", "fields": ["TMP_SECRET_KEY"]},
    "renamed": {"before": "old", "after": "new"},
    "shared": {"person": "bob", "role": "viewer"},
    "unshared": {"person": "bob"},
    "demo_deleted": {"files": ["100_demo/run.py"]},
    "limited": {"limits": ["jobs at TMP at once: 5 → 20"]},
    "priced": {"capability": "musicBeat", "price": "0.12 CNY per minute", "source": "contract"},
    "unpriced": {"capability": "musicBeat", "price": "0.12 CNY per minute"},
    "files_deleted": {"files": ["a.mp3", "b.mp3"]},
    "file_moved": {"before": "old.mp3", "after": "new.mp3"},
    "taken": {"file": "long.txt"},
    "pointed": {"capability": "musicBeat", "spot": "points[].pos, ms"},
    "unpointed": {"capability": "musicBeat"},
    "link_made": {"song": "Night", "allows": ["audio"], "until": "2026-12-06 08:00 UTC"},
    "link_revoked": {"song": "Night", "allows": ["audio"], "until": "2026-12-06 08:00 UTC"},
    "person_deleted": {"person": "bob", "accounts": ["Studio"]},
    "invited": {"for_whom": "Lin", "until": "2026-12-06 08:00 UTC"},
    "uninvited": {"for_whom": "Lin", "until": "2026-12-06 08:00 UTC"},
    "joined": {"for_whom": "Lin", "until": "2026-12-06 08:00 UTC"},
}


@pytest.fixture
def account(alice):
    return make_account(alice)


@pytest.mark.parametrize("deed", AuditEntry.Deed.values)
def test_every_deed_has_a_sentence_with_all_that_is_known_of_it(account, alice, deed):
    auditing.note(deed, account=account, user=alice, **DETAIL.get(deed, {}))
    text = signed_in(alice).get(address("account_history", account)).text
    assert f'data-deed="{deed}"' in text
    assert "<strong>alice</strong>" in text
    sentence = auditing.told(AuditEntry.objects.get())
    assert sentence.endswith(".")
    for value in DETAIL.get(deed, {}).values():
        words = value[0] if isinstance(value, list) else value
        assert words.lower() in sentence.lower() or deed == "imported"


@pytest.mark.parametrize("deed", AuditEntry.Deed.values)
def test_an_entry_of_an_older_portal_is_still_told(account, deed):
    auditing.note(deed, account=account)
    entry = AuditEntry.objects.get()
    assert auditing.told(entry)
    assert "%(" not in auditing.told(entry)


def test_a_deed_that_nobody_did_is_the_portals(account, alice):
    auditing.note("verified", account=account)
    assert "The portal" in signed_in(alice).get(address("account_history", account)).text


def test_the_history_of_a_line_is_one(account, alice):
    successor = make_account(alice, replaces=account)
    auditing.note("renamed", account=account, user=alice, before="b", after="a")
    assert 'data-deed="renamed"' in signed_in(alice).get(address("account_history", successor)).text


def test_a_long_history_goes_on_on_the_next_page(account, alice):
    for number in range(51):
        at = datetime(2026, 11, 22, 10, number, tzinfo=UTC)
        auditing.note("shared", account=account, user=alice, person=f"person-{number:02}", role="viewer")
        AuditEntry.objects.filter(detail__person=f"person-{number:02}").update(at=at)
    first = signed_in(alice).get(address("account_history", account)).text
    second = signed_in(alice).get(address("account_history", account) + "?page=2").text
    assert "person-50" in first
    assert "person-00" not in first
    assert "person-00" in second


def test_the_entries_of_another_account_stay_there(account, alice, bob):
    auditing.note("shared", account=make_account(bob), user=bob, person="somebody else", role="viewer")
    assert "somebody else" not in signed_in(alice).get(address("account_history", account)).text


def test_no_deed_of_the_pages_leaves_a_secret_in_the_log(account, alice, bob):
    browser = confirmed(alice)
    make_membership(account, bob, Membership.Role.VIEWER)
    browser.post(address("account_keys", account))
    browser.post(address("account_env", account))
    browser.post(address("account_settings", account), {"name": "Harbour"})
    browser.post(address("account_disable", account))
    browser.post(address("account_leave", account))
    browser.post(address("account_delete", account), {"name": "Harbour"})
    kept = json.dumps(list(AuditEntry.objects.values()), default=str)
    assert AuditEntry.objects.count() == 5
    assert not [secret for secret in SECRETS if secret in kept]


def test_operators_read_the_log_and_change_nothing(admin_client, account, alice):
    auditing.note("revealed", account=account, user=alice, fields=["tmpSecretKey"])
    entry = AuditEntry.objects.get()
    assert "alice" in admin_client.get(reverse("admin:accounts_auditentry_changelist")).text
    page = reverse("admin:accounts_auditentry_change", args=[entry.pk])
    assert "tmpSecretKey" in admin_client.get(page).text
    assert admin_client.post(page, {"deed": "deleted"}).status_code == 403
    assert admin_client.get(reverse("admin:accounts_auditentry_add")).status_code == 403
    assert admin_client.post(reverse("admin:accounts_auditentry_delete", args=[entry.pk])).status_code == 403
    assert AuditEntry.objects.get().deed == "revealed"


def test_an_account_that_an_operator_deletes_is_noted_too(admin_client, account):
    sent = {"action": "delete_selected", "_selected_action": [str(account.pk)], "post": "yes"}
    admin_client.post(reverse("admin:accounts_account_changelist"), sent)
    [entry] = AuditEntry.objects.all()
    assert (entry.deed, entry.account_name, entry.user_name) == ("deleted", "Studio", "admin")
