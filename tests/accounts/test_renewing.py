"""New bucket keys or another bucket: a row of its own that takes over the name and the people."""

from __future__ import annotations

import json

import pytest
from django.db import OperationalError

from accounts.models import Account, Membership, Registration
from accounts.registering import answers
from tests.accounts.browsing import member_of
from tests.accounts.registering import INFO
from tests.factories import make_account, make_membership, make_registration

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture
def account(alice):
    return make_account(alice, name="Studio")


def renewed(user, account, **fields):
    """The account that comes of a renewal that TMP has answered."""
    reply = json.dumps({"registerInfo": INFO})
    known = {"state": "REGISTERING", "raw_reply": reply, "renews": account}
    registration = make_registration(user, **{**known, **fields})
    assert answers.finish(registration)
    return Account.objects.get(pk=registration.account_id)


def test_a_renewal_has_the_name_and_the_old_account_works_until_the_new_one_is_verified(account, alice):
    successor = renewed(alice, account)
    account.refresh_from_db()
    assert (successor.name, successor.replaces, account.is_usable) == ("Studio", account, True)
    assert account.tmp_secret_key != successor.tmp_secret_key == INFO["tmpSecretKey"]


def test_a_renewal_is_shared_as_the_old_account_was(account, alice, bob, charlie):
    make_membership(account, bob, Role.VIEWER)
    make_membership(account, charlie, Role.SUBMITTER)
    successor = renewed(alice, account)
    roles = {member.user: member.role for member in successor.memberships.all()}
    assert roles == {alice: Role.OWNER, bob: Role.VIEWER, charlie: Role.SUBMITTER}


@pytest.mark.parametrize("role", [Role.SUBMITTER, Role.VIEWER, None])
def test_who_lost_the_account_on_the_way_gets_one_of_their_own(account, alice, bob, role):
    if role:
        make_membership(account, bob, role)
    own = renewed(bob, account)
    assert own.replaces is None
    assert [member.user for member in own.memberships.all()] == [bob]
    assert own.name == own.user_name
    assert member_of(own, bob).role == Role.OWNER


def test_of_two_renewals_of_one_account_the_second_stands_alone(account, alice):
    first, second = renewed(alice, account), renewed(alice, account)
    assert (first.replaces, second.replaces) == (account, None)
    assert second.name == second.user_name


def test_an_account_without_its_people_is_never_made(account, alice, monkeypatch):
    def fail(*_args, **_kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr(answers, "note", fail)
    with pytest.raises(OperationalError):
        renewed(alice, account)
    assert list(Account.objects.all()) == [account]
    assert Registration.objects.get().state == "REGISTERING"
