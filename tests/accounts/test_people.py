"""Sharing an account: who may be let in, as what, and that somebody always owns it."""

from __future__ import annotations

import pytest

from accounts.models import Account, AuditEntry, Membership
from tests.accounts.browsing import address, member_of, signed_in
from tests.factories import make_account, make_membership, make_user

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture
def line(alice):
    """Three accounts that replaced each other, oldest first."""
    first = make_account(alice)
    second = make_account(alice, replaces=first)
    return [first, second, make_account(alice, replaces=second)]


@pytest.fixture
def account(line):
    return line[1]


def roles_of(user):
    return {each.account: each.role for each in Membership.objects.filter(user=user)}


def entries(*, but=()):
    """Deeds and details, without those of the first sharing; a transaction has but one moment."""
    found = [(each.deed, each.detail) for each in AuditEntry.objects.all()]
    return [each for each in found if each[1].get("role") not in but]


def share(browser, account, user_name, role):
    sent = {"user_name": user_name, "role": role}
    return browser.post(address("account_people", account), sent, follow=True)


@pytest.mark.parametrize("role", Role.values)
def test_an_owner_lets_a_person_into_the_whole_line(line, account, alice, bob, role):
    answer = share(signed_in(alice), account, "bob", role)
    assert "bob may use the account now." in answer.text
    assert roles_of(bob) == dict.fromkeys(line, role)
    assert entries() == [("shared", {"person": "bob", "role": role})]


@pytest.mark.parametrize(
    ("user_name", "role", "sentence"),
    [
        ("nobody", "viewer", "Nobody on this portal has this user name."),
        ("gone", "viewer", "Nobody on this portal has this user name."),
        ("alice", "viewer", "This person uses the account already"),
        ("", "viewer", "This field is required."),
        ("bob", "king", "Select a valid choice."),
    ],
)
def test_who_cannot_be_let_in_is_a_sentence(account, alice, bob, user_name, role, sentence):
    make_user(username="gone", is_active=False)
    answer = share(signed_in(alice), account, user_name, role)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not roles_of(bob)
    assert member_of(account, alice).role == Role.OWNER
    assert not entries()


def test_a_new_role_holds_for_the_line_and_is_noted_once(line, account, alice, bob):
    share(signed_in(alice), account, "bob", Role.VIEWER)
    page = address("member_role", account, member_of(account, bob).pk)
    for _ in range(2):
        signed_in(alice).post(page, {"role": "submitter"})
    assert roles_of(bob) == dict.fromkeys(line, Role.SUBMITTER)
    assert entries(but=[Role.VIEWER]) == [("shared", {"person": "bob", "role": "submitter"})]
    assert account in Account.objects.writable_by(bob)


def test_a_role_that_does_not_exist_changes_nothing(account, alice, bob):
    share(signed_in(alice), account, "bob", Role.VIEWER)
    page = address("member_role", account, member_of(account, bob).pk)
    assert "There is no such role." in signed_in(alice).post(page, {"role": "king"}, follow=True).text
    assert member_of(account, bob).role == Role.VIEWER


def test_a_removed_person_loses_the_whole_line(account, alice, bob):
    share(signed_in(alice), account, "bob", Role.OWNER)
    page = address("member_remove", account, member_of(account, bob).pk)
    for _ in range(2):
        assert signed_in(alice).post(page).status_code == 302
    assert not roles_of(bob)
    assert signed_in(bob).get(address("account_detail", account)).status_code == 404
    assert entries(but=[Role.OWNER]) == [("unshared", {"person": "bob"})]


def test_a_member_may_leave(account, alice, bob):
    share(signed_in(alice), account, "bob", Role.VIEWER)
    answer = signed_in(bob).post(address("account_leave", account), follow=True)
    assert "You left" in answer.text
    assert not roles_of(bob)
    assert AuditEntry.objects.filter(deed="unshared", user=bob).count() == 1


@pytest.mark.parametrize(("name", "sent"), [("account_leave", {}), ("member_role", {"role": "viewer"})])
def test_the_last_owner_can_neither_leave_nor_step_down(line, account, alice, bob, name, sent):
    share(signed_in(alice), account, "bob", Role.SUBMITTER)
    more = [member_of(account, alice).pk] if name == "member_role" else []
    answer = signed_in(alice).post(address(name, account, *more), sent, follow=True)
    assert "An account needs an owner." in answer.text
    assert roles_of(alice) == dict.fromkeys(line, Role.OWNER)
    assert len(entries()) == 1


def test_no_account_of_the_line_may_be_left_without_an_owner(line, account, alice, bob):
    make_membership(line[0], bob, Role.OWNER)
    answer = signed_in(alice).post(address("account_leave", account), follow=True)
    assert "An account needs an owner." in answer.text
    assert roles_of(alice) == dict.fromkeys(line, Role.OWNER)


def test_an_owner_may_leave_when_there_is_another(account, alice, bob):
    share(signed_in(alice), account, "bob", Role.OWNER)
    signed_in(alice).post(address("account_leave", account))
    assert not roles_of(alice)
    assert account in Account.objects.owned_by(bob)


def test_an_owner_of_another_account_cannot_reach_these_members(account, alice, bob):
    other = make_account(bob)
    share(signed_in(alice), account, "bob", Role.VIEWER)
    member = member_of(account, alice).pk
    assert signed_in(bob).post(address("member_role", other, member), {"role": "viewer"}).status_code == 404
    signed_in(bob).post(address("member_remove", other, member))
    assert member_of(account, alice).role == Role.OWNER


@pytest.mark.parametrize("role", [Role.VIEWER, Role.SUBMITTER])
def test_only_owners_decide_about_members(account, alice, bob, role):
    make_membership(account, bob, role)
    member = member_of(account, alice).pk
    for name, sent in (("member_role", {"role": "viewer"}), ("member_remove", {})):
        assert signed_in(bob).post(address(name, account, member), sent).status_code == 403
        assert signed_in(bob).get(address(name, account, member)).status_code == 405
    text = signed_in(bob).get(address("account_people", account)).text
    assert "Let somebody in" not in text
    assert "What each role may do" in text
    assert member_of(account, alice).role == Role.OWNER


@pytest.mark.parametrize("name", ["member_role", "member_remove"])
def test_a_stranger_cannot_touch_members(account, alice, charlie, name):
    page = address(name, account, member_of(account, alice).pk)
    assert signed_in(charlie).post(page, {"role": "viewer"}).status_code == 404
