"""Living with an account: its name, the default, whether it works, and its end."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from accounts.managing import life
from accounts.models import Account, AuditEntry, Membership, Registration, Song
from jobs.models import Job
from tests.accounts.browsing import address, confirmed, member_of, signed_in
from tests.factories import make_account, make_job, make_membership, make_registration

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(alice):
    return make_account(alice, name="Studio")


def deeds():
    return sorted(AuditEntry.objects.values_list("deed", flat=True))


def rename(user, account, name):
    return signed_in(user).post(address("account_settings", account), {"name": name}, follow=True)


def test_a_new_name_holds_for_the_line_and_is_noted_once(account, alice):
    successor = make_account(alice, name="Studio", replaces=account)
    for _ in range(2):
        assert "Harbour" in rename(alice, successor, "  Harbour  ").text
    assert set(Account.objects.values_list("name", flat=True)) == {"Harbour"}
    [entry] = AuditEntry.objects.all()
    assert entry.detail == {"before": "Studio", "after": "Harbour"}


def test_a_name_that_is_taken_is_refused_with_a_free_one(account, alice):
    make_account(alice, name="Harbour")
    answer = rename(alice, account, "Harbour")
    assert answer.status_code == 422
    assert "“Harbour (2)” is free." in answer.text
    assert "<h1>Studio</h1>" in answer.text
    account.refresh_from_db()
    assert account.name == "Studio"


def test_a_free_name_is_no_longer_than_a_name_may_be(account, alice):
    long = "H" * life.LONGEST_NAME
    make_account(alice, name=long)
    free = f"{long[:-4]} (2)"
    assert f"“{free}” is free." in rename(alice, account, long).text
    assert f"<h1>{free}</h1>" in rename(alice, account, free).text


@pytest.mark.parametrize("name", ["\u200b", "\u200d\ufe0f", "\u202e \u2066", "\u0301"])
def test_a_name_that_nobody_can_see_is_none(account, alice, name):
    answer = rename(alice, account, name)
    assert answer.status_code == 422
    assert "An account needs a name." in answer.text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("🎵 👩\u200d🎤", "🎵 👩\u200d🎤"),
        ("שלום עולם", "שלום עולם"),
        ("\u202eevil\u2069 Studio", "evil Studio"),
        ("<b>x</b> %s {{ 7 }}", "<b>x</b> %s {{ 7 }}"),
    ],
)
def test_a_name_may_be_of_any_script_but_turns_no_words_around_it(account, alice, typed, kept):
    answer = rename(alice, account, typed)
    account.refresh_from_db()
    assert account.name == kept
    assert f"<h1>{escape(kept)}</h1>" in answer.text


def test_the_accounts_of_others_take_no_name_away(account, alice, bob):
    make_account(bob, name="Harbour")
    rename(alice, account, "Harbour")
    account.refresh_from_db()
    assert account.name == "Harbour"


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_what_is_no_name_is_refused(account, alice, name):
    assert rename(alice, account, name).status_code == 422
    account.refresh_from_db()
    assert account.name == "Studio"


def test_a_person_has_at_most_one_default_and_it_is_theirs_alone(account, alice, bob):
    other = make_account(alice)
    make_membership(account, bob, Membership.Role.SUBMITTER)
    for each in (account, other, other):
        signed_in(alice).post(address("account_default", each), {"wanted": "1"})
    signed_in(bob).post(address("account_default", account), {"wanted": "1"})
    assert not member_of(account, alice).is_default
    assert member_of(other, alice).is_default
    assert member_of(account, bob).is_default
    signed_in(alice).post(address("account_default", other))
    assert not member_of(other, alice).is_default


def test_a_viewer_has_no_use_for_a_default(account, bob):
    make_membership(account, bob, Membership.Role.VIEWER)
    assert signed_in(bob).post(address("account_default", account), {"wanted": "1"}).status_code == 403


def test_disabling_and_enabling_are_noted_once_each(account, alice):
    browser = signed_in(alice)
    for name, is_usable in (("account_disable", False), ("account_enable", True)):
        for _ in range(2):
            browser.post(address(name, account))
        account.refresh_from_db()
        assert account.is_usable == is_usable
    assert deeds() == ["disabled", "enabled"]


def test_new_bucket_keys_lead_to_the_form_until_somebody_registered_them(account, alice):
    renew = f"{reverse('accounts:register')}?renew={account.pk}"
    assert renew in signed_in(alice).get(address("account_settings", account)).text
    make_account(alice, replaces=account)
    assert renew not in signed_in(alice).get(address("account_settings", account)).text


def test_deleting_asks_for_the_password_before_anything_else(account, alice):
    page = address("account_delete", account)
    for answer in (signed_in(alice).get(page), signed_in(alice).post(page, {"name": "Studio"})):
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("account_reauthenticate"))
    assert Account.objects.exists()


@pytest.mark.parametrize("name", ["", "studio", "Studio 2"])
def test_deleting_wants_the_name_typed_exactly(account, alice, name):
    answer = confirmed(alice).post(address("account_delete", account), {"name": name})
    assert answer.status_code == 422
    assert Account.objects.exists()
    assert not deeds()


def test_the_page_says_what_goes_and_what_remains(account, alice):
    Song.objects.create(account=account, path="uploads/a.wav", name="a", size=1)
    make_registration(alice, account=account, state="DONE")
    text = confirmed(alice).get(address("account_delete", account)).text
    for words in (
        "name of 1 uploaded song",
        "1 registration with its sealed answer",
        "no call to take it back",
    ):
        assert words in text
    assert "console.cloud.tencent.com/cam" in text
    assert "console.cloud.tencent.com/cos/bucket" in text


def test_everything_of_a_deleted_account_goes_and_the_entry_stays(account, alice, bob):
    make_membership(account, bob, Membership.Role.VIEWER)
    unsure = make_registration(alice, state="UNSURE", raw_reply="SECRET", found_reply="SECRET")
    done = make_registration(alice, account=account, state="DONE", follows=unsure, raw_reply="SECRET")
    other = make_registration(alice, state="UNSURE", raw_reply="SECRET")
    renewal = make_registration(alice, renews=account)
    make_job(account, state=Job.State.PROCESSING)
    Song.objects.create(account=account, path="uploads/a.wav", name="a", size=1)
    answer = confirmed(alice).post(address("account_delete", account), {"name": "Studio"}, follow=True)
    assert "“Studio” is deleted." in answer.text
    assert not Account.objects.exists()
    assert not Membership.objects.exists()
    assert not Job.objects.exists()
    assert not Song.objects.exists()
    left = set(Registration.objects.values_list("pk", flat=True))
    assert done.pk not in left
    assert left == {other.pk, renewal.pk}
    [entry] = AuditEntry.objects.all()
    assert (entry.deed, entry.account, entry.account_name, entry.user_name) == (
        "deleted",
        None,
        "Studio",
        "alice",
    )
    assert entry.detail == {"caller": account.caller, "bucket": account.bucket}


def test_an_attempt_that_became_an_account_of_its_own_stays_with_it(account, alice):
    late = make_registration(alice, account=make_account(alice), state="DONE", raw_reply="SECRET")
    make_registration(alice, account=account, state="DONE", follows=late)
    life.delete(account, by=alice)
    assert Registration.objects.get() == late


def test_deleting_twice_finds_nothing_the_second_time(account, alice):
    browser = confirmed(alice)
    assert browser.post(address("account_delete", account), {"name": "Studio"}).status_code == 302
    assert browser.post(address("account_delete", account), {"name": "Studio"}).status_code == 404


def test_deleting_at_the_same_moment_in_two_tabs_is_done_and_noted_once(alice):
    first = make_account(alice, replaced_at=timezone.now())
    second = make_account(alice, replaces=first, replaced_at=timezone.now())
    make_account(alice, replaces=second, verified_at=timezone.now())
    tabs = [Account.objects.get(pk=second.pk) for _ in range(2)]
    assert [life.delete(tab, by=alice) for tab in tabs] == [True, False]
    first.refresh_from_db()
    assert not first.is_usable
    assert deeds() == ["deleted"]


def test_what_a_deleted_account_had_replaced_works_again(alice):
    old = make_account(alice, replaced_at=timezone.now())
    new = make_account(alice, replaces=old, verified_at=timezone.now())
    life.delete(new, by=alice)
    old.refresh_from_db()
    assert old.is_usable


def test_a_link_taken_out_of_a_line_leaves_the_line_whole(alice):
    first = make_account(alice, replaced_at=timezone.now())
    second = make_account(alice, replaces=first, replaced_at=timezone.now())
    third = make_account(alice, replaces=second)
    life.delete(second, by=alice)
    third.refresh_from_db()
    first.refresh_from_db()
    assert third.replaces == first
    assert not first.is_usable


def test_a_verified_successor_takes_the_place_and_the_default(alice):
    old = make_account(alice)
    old.memberships.update(is_default=True)
    new = make_account(alice, replaces=old)
    assert life.mark_verified(new)
    assert not life.mark_verified(new)
    old.refresh_from_db()
    assert not old.is_usable
    assert not member_of(old, alice).is_default
    assert member_of(new, alice).is_default
    assert deeds() == ["replaced", "verified"]


def test_a_verified_successor_takes_the_place_of_the_whole_line(alice):
    first = make_account(alice)
    first.memberships.update(is_default=True)
    never_verified = make_account(alice, replaces=first)
    third = make_account(alice, replaces=never_verified)
    life.mark_verified(third)
    assert [account.pk for account in Account.objects.usable()] == [third.pk]
    assert member_of(third, alice).is_default


def test_a_verification_whose_job_knows_an_older_account_takes_the_right_place(alice):
    first = make_account(alice)
    gone = make_account(alice, replaces=first)
    third = make_account(alice, replaces=gone)
    as_the_job_knows_it = Account.objects.get(pk=third.pk)
    life.delete(gone, by=alice)
    life.mark_verified(as_the_job_knows_it)
    first.refresh_from_db()
    assert not first.is_usable
