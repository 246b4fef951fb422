"""Deleting a person deletes the keys that nobody else answers for, and says so before (T38)."""

from __future__ import annotations

import json

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.serializers import serialize
from django.test import Client
from django.urls import reverse

from accounts.models import Account, AuditEntry, Membership, Registration
from jobs.models import Job
from tests.factories import PASSWORD, make_account, make_job, make_membership, make_registration, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> User:
    return make_user(username="olga", is_staff=True, is_superuser=True)


def browser(user: User) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


def ciphertexts() -> set[str]:
    """Every sealed text in the database, whichever table it lies in."""
    models = [model for model in apps.get_models() if model is not Session]
    rows = json.dumps([serialize("json", model._base_manager.all()) for model in models])
    return {word for word in rows.replace('\\\\"', '"').split('\\"') if word.startswith("v1:")}


def delete(operator: User, *people: User) -> str:
    """Delete them in the admin; the page that asks once more."""
    client = browser(operator)
    if len(people) == 1:
        where, typed = reverse("admin:auth_user_delete", args=[people[0].pk]), {}
        asked = client.get(where)
    else:
        where = reverse("admin:auth_user_changelist")
        typed = {"action": "delete_selected", "_selected_action": [person.pk for person in people]}
        asked = client.post(where, typed)
    assert client.post(where, {**typed, "post": "yes"}).status_code == 302
    return asked.text


def test_keys_that_nobody_else_owns_go_with_the_person(operator: User, alice: User) -> None:
    """T38"""
    before = ciphertexts()
    account = make_account(alice, name="Hers alone")
    make_job(account, state=Job.State.SUBMITTED)
    make_registration(alice)
    Authenticator.objects.create(user=alice, type=Authenticator.Type.TOTP, data={"secret": "v1:k:sealed"})
    assert len(ciphertexts() - before) >= 9
    asked = delete(operator, alice)
    assert "TMP account Hers alone with its keys, jobs and results: nobody else owns it" in asked
    assert ciphertexts() == before
    assert not (Account.objects.exists() or Registration.objects.exists() or Job.objects.exists())
    deed = AuditEntry.objects.get(deed=AuditEntry.Deed.PERSON_DELETED)
    assert (deed.user_name, deed.detail["person"], deed.detail["accounts"]) == (
        "olga",
        "alice",
        ["Hers alone"],
    )


def test_what_others_own_stays_with_all_its_jobs(operator: User, alice: User, bob: User) -> None:
    """T38"""
    shared = make_account(bob, name="Ours")
    make_membership(shared, alice, Membership.Role.OWNER)
    job = make_job(shared, owner=alice)
    asked = delete(operator, alice)
    assert "Ours" not in asked
    job.refresh_from_db()
    assert (job.owner, Account.objects.get().memberships.get().user) == (bob, bob)


def test_a_person_who_left_an_account_takes_no_job_of_it_along(
    operator: User, alice: User, bob: User
) -> None:
    """T38"""
    theirs = make_account(bob)
    job = make_job(theirs, owner=alice)
    delete(operator, alice)
    job.refresh_from_db()
    assert job.owner == bob


def test_several_people_go_at_once(operator: User, alice: User, bob: User) -> None:
    """T38: of an account that both own, the last owner's end is its own."""
    both = make_account(alice, name="Both")
    make_membership(both, bob, Membership.Role.OWNER)
    make_job(both)
    delete(operator, alice, bob)
    assert list(User.objects.all()) == [operator]
    assert not Account.objects.exists()


def test_their_browsers_are_out(operator: User, alice: User) -> None:
    """T30"""
    client = browser(alice)
    assert client.get(reverse("jobs:board")).status_code == 200
    delete(operator, alice)
    assert client.get(reverse("jobs:board")).status_code == 302


def confirmed(user: User) -> Client:
    client = browser(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def test_people_delete_themselves_and_are_told_before_what_goes(alice: User, bob: User) -> None:
    """T38"""
    before = ciphertexts()
    make_account(alice, name="Hers alone")
    ours = make_account(alice, name="Ours")
    make_membership(ours, bob, Membership.Role.OWNER)
    client = confirmed(alice)
    page = client.get(reverse("leave")).text
    assert "Hers alone" in page and "Ours" not in page
    assert client.post(reverse("leave"), {"username": "bob"}).status_code == 422
    assert client.post(reverse("leave"), {"username": "alice"})["Location"] == reverse("account_login")
    assert client.get(reverse("jobs:board")).status_code == 302
    assert list(User.objects.all()) == [bob]
    assert [account.name for account in Account.objects.all()] == ["Ours"]
    Account.objects.all().delete()
    assert ciphertexts() == before


def test_nobody_is_deleted_without_the_password(alice: User) -> None:
    """T38"""
    answer = browser(alice).post(reverse("leave"), {"username": "alice"})
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert User.objects.filter(pk=alice.pk).exists()


def test_the_last_one_who_administers_the_portal_stays(operator: User) -> None:
    """T38"""
    client = confirmed(operator)
    assert "Nobody else administers this portal" in client.get(reverse("leave")).text
    assert client.post(reverse("leave"), {"username": "olga"}).status_code == 422
    make_user(username="second", is_staff=True, is_superuser=True)
    assert client.post(reverse("leave"), {"username": "olga"}).status_code == 302


def test_only_operators_delete_people(alice: User, bob: User) -> None:
    """T10"""
    assert browser(bob).get(reverse("admin:auth_user_delete", args=[alice.pk])).status_code == 302
    assert User.objects.filter(pk=alice.pk).exists()
