"""Who may make a login: nobody, whoever was invited, anybody; and invitations from making to their end."""

from __future__ import annotations

import logging
import re
import time
from datetime import timedelta
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import inviting
from accounts.models import AuditEntry, Invitation
from tests.factories import PASSWORD, make_user
from tests.jobs.connections import at_once
from tests.jobs.connections import many_connections as many_connections
from tmpportal.address_secrets import Masked
from tmpportal.env import one_of

pytestmark = pytest.mark.django_db
TYPED = {"username": "lin", "password1": PASSWORD, "password2": PASSWORD}
SIGN_UP = "/sign-in/signup/"


@pytest.fixture(autouse=True)
def by_invitation(settings: Any) -> None:
    settings.SIGN_UP = inviting.INVITATION


@pytest.fixture
def owner() -> User:
    return make_user(username="olga", is_staff=True, is_superuser=True)


def browser(user: User | None = None, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    if user:
        client.force_login(user)
    return client


def made(owner: User, **wish: Any) -> tuple[Invitation, str]:
    """An invitation and its address."""
    invitation, token = inviting.make(by=owner, **wish)
    return invitation, reverse("invitation", args=[token])


def taken(address: str, **typed: str) -> Any:
    """What a stranger gets who opens the link and sends the sign-up form."""
    client = browser()
    client.post(address)
    return client.post(SIGN_UP, {**TYPED, **typed})


def ended(invitation: Invitation, **fields: Any) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(**fields)


def test_the_page_makes_a_link_that_is_shown_once(owner: User) -> None:
    client = browser(owner)
    assert "Nobody is invited yet" in client.get(reverse("invitations")).text
    page = client.post(reverse("invitations"), {"for_whom": "Lin <3", "lasts": "1d"}).text
    address = re.search(r'value="(http://testserver/sign-in/invitation/[^"]+)"', page)[1]
    assert "Lin &lt;3" in page
    again = client.get(reverse("invitations")).text
    assert address not in again and "Lin &lt;3" in again
    invitation = Invitation.objects.get()
    assert timedelta(hours=23) < invitation.expires_at - timezone.now() <= timedelta(days=1)


def test_the_link_makes_one_login_that_is_signed_in(owner: User) -> None:
    invitation, address = made(owner, for_whom="Lin")
    client = browser()
    assert "You are invited" in client.get(address).text
    assert client.post(address)["Location"] == SIGN_UP
    assert 'name="password1"' in client.get(SIGN_UP).text
    assert client.post(SIGN_UP, TYPED)["Location"] == reverse("jobs:board")
    assert client.get(reverse("jobs:board")).status_code == 200
    lin = User.objects.get(username="lin")
    assert not (lin.is_staff or lin.is_superuser)
    invitation.refresh_from_db()
    assert invitation.used_by == lin
    deeds = list(AuditEntry.objects.order_by("at").values_list("deed", "user_name"))
    assert deeds == [("invited", "olga"), ("joined", "lin")]


def test_to_look_at_a_link_changes_nothing(owner: User) -> None:
    """Programs that show a preview of a link open it, too."""
    _invitation, address = made(owner)
    for _ in range(3):
        assert browser().get(address).status_code == 200
    assert taken(address)["Location"] == reverse("jobs:board")


def test_a_second_person_is_told_that_the_link_was_used(owner: User) -> None:
    _invitation, address = made(owner)
    late = browser()
    late.post(address)
    taken(address)
    answer = browser().get(address)
    assert (answer.status_code, "was used already" in answer.text) == (410, True)
    after = late.post(SIGN_UP, {**TYPED, "username": "second"}, follow=True)
    assert "begins with an invitation" in after.text
    assert not User.objects.filter(username="second").exists()


def test_of_several_at_once_one_gets_a_login(many_connections: None, owner: User) -> None:
    _invitation, address = made(owner)
    names = iter(("one", "two", "three"))
    with at_once(3, lambda: taken(address, username=next(names))):
        pass
    assert User.objects.exclude(pk=owner.pk).count() == 1


def test_whoever_comes_while_the_first_is_being_written_down_is_not_let_in(
    many_connections: None, owner: User
) -> None:
    """The second one waits for the row, and must look at it anew."""
    invitation, _address = made(owner)
    people = iter([make_user(), make_user(), make_user()])
    let_in = []

    def use() -> None:
        person = next(people)
        request: Any = SimpleNamespace(session={inviting.SESSION_KEY: str(invitation.pk)})
        with transaction.atomic():
            let_in.append(inviting.use(request, person))
            # All have begun before the first one ends.
            time.sleep(0.3)

    with at_once(3, use):
        pass
    assert sorted(let_in) == [False, False, True]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"withdrawn_at": timezone.now()}, "was withdrawn"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "has expired"),
    ],
)
def test_a_link_that_ended_says_why_and_lets_nobody_in(owner: User, fields: Any, words: str) -> None:
    invitation, address = made(owner)
    early = browser()
    early.post(address)
    ended(invitation, **fields)
    answer = browser().get(address)
    assert (answer.status_code, words in answer.text) == (410, True)
    assert browser().post(address).status_code == 410
    early.post(SIGN_UP, TYPED)
    assert not User.objects.filter(username="lin").exists()


def test_what_a_disabled_person_made_lets_nobody_in(owner: User) -> None:
    _invitation, address = made(owner)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert browser().get(address).status_code == 410
    taken(address)
    assert not User.objects.filter(username="lin").exists()


def test_an_owner_withdraws_one(owner: User) -> None:
    invitation, address = made(owner)
    where = reverse("invitation_withdraw", args=[invitation.pk])
    for _ in range(2):
        assert browser(owner).post(where)["Location"] == reverse("invitations")
    assert browser().get(address).status_code == 410
    assert list(AuditEntry.objects.values_list("deed", flat=True)).count("uninvited") == 1


def test_whoever_may_not_invite_finds_no_such_page(owner: User, alice: User) -> None:
    invitation, _address = made(owner)
    client = browser(alice)
    assert client.get(reverse("invitations")).status_code == 404
    assert client.post(reverse("invitations"), {"lasts": "7d"}).status_code == 404
    assert client.post(reverse("invitation_withdraw", args=[invitation.pk])).status_code == 404
    assert "Invitations" not in client.get(reverse("jobs:board")).text
    assert "Invitations" in browser(owner).get(reverse("jobs:board")).text
    assert Invitation.objects.open().count() == 1


def test_made_up_links_are_not_found_and_slowed_down() -> None:
    """T29"""
    client = browser()
    states = [client.get(f"/sign-in/invitation/{number:048}/").status_code for number in range(25)]
    assert states == [404] * 20 + [429] * 5


def test_only_a_hash_of_an_unguessable_token_is_kept_and_no_log_has_it(owner: User) -> None:
    invitation, address = made(owner)
    token = address.split("/")[-2]
    assert len(token.partition(".")[0]) >= 32
    kept = str(list(Invitation.objects.values())) + str(list(AuditEntry.objects.values()))
    assert not any(part in kept for part in token.split("."))
    record = logging.makeLogRecord({"msg": "GET %s", "args": (address,)})
    Masked().filter(record)
    assert token not in record.getMessage()
    client = browser()
    client.post(address)
    assert token not in str(dict(client.session))
    assert str(invitation.pk) in str(dict(client.session))


@pytest.mark.parametrize(("rule", "expected"), [("closed", False), ("invitation", False), ("open", True)])
def test_without_an_invitation_only_an_open_portal_lets_people_in(
    settings: Any, rule: str, expected: bool
) -> None:
    settings.SIGN_UP = rule
    client = browser()
    assert ('name="password1"' in client.get(SIGN_UP).text) is expected
    client.post(SIGN_UP, TYPED)
    assert User.objects.filter(username="lin").exists() is expected
    assert ("New here?" in browser().get("/sign-in/login/").text) is expected


@pytest.mark.parametrize("rule", ["closed", "open"])
def test_a_portal_that_invites_nobody_says_so(owner: User, settings: Any, rule: str) -> None:
    _invitation, address = made(owner)
    settings.SIGN_UP = rule
    page = browser(owner).get(reverse("invitations")).text
    assert "TMPPORTAL_SIGN_UP=invitation" in page and "Make a link" not in page
    assert browser(owner).post(reverse("invitations"), {"lasts": "7d"}).status_code == 422
    taken(address)
    assert User.objects.filter(username="lin").exists() is (rule == "open")


def test_a_hundred_open_ones_are_enough(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inviting, "MOST_OPEN", 2)
    for _ in range(2):
        made(owner)
    with pytest.raises(ValidationError, match="Withdraw one first"):
        made(owner)


def test_somebody_who_is_signed_in_uses_nothing_up(owner: User, alice: User) -> None:
    _invitation, address = made(owner)
    client = browser(alice)
    assert "You have a login already" in client.get(address).text
    assert "You have a login already" in client.post(address).text
    assert Invitation.objects.open().count() == 1


def test_the_command_line_makes_the_first_one(settings: Any) -> None:
    settings.PUBLIC_URL = "https://tmp.example.com"
    out = StringIO()
    call_command("invite", "--for", "Lin", "--days", "2", stdout=out)
    address = re.search(r"^invitation=https://tmp\.example\.com(\S+)$", out.getvalue(), re.MULTILINE)[1]
    assert taken(address)["Location"] == reverse("jobs:board")
    with pytest.raises(CommandError, match="1 to 90"):
        call_command("invite", "--days", "0")
    settings.SIGN_UP = "closed"
    with pytest.raises(CommandError, match="TMPPORTAL_SIGN_UP"):
        call_command("invite")


def test_the_pages_are_chinese_too(owner: User) -> None:
    invitation, address = made(owner)
    assert "邀请" in browser(owner, "zh-CN").get(reverse("invitations")).text
    assert "邀请" in browser(language="zh-CN").get(address).text
    ended(invitation, withdrawn_at=timezone.now())
    assert "已撤回" in browser(language="zh-CN").get(address).text


def test_a_setting_that_says_something_else_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPPORTAL_SIGN_UP", "maybe")
    with pytest.raises(ImproperlyConfigured, match="closed, invitation, open"):
        one_of("TMPPORTAL_SIGN_UP", ("closed", "invitation", "open"), default="closed")
