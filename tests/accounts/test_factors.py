"""A second step at sign-in, and the list of sessions: allauth's, sealed and shown by the portal."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import sealing
from accounts.templatetags.factors import browser
from tests.factories import PASSWORD
from tests.totp import code_of
from tmpportal.env import new_field_key

pytestmark = pytest.mark.django_db
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture(autouse=True)
def nobody_was_here():
    """Sign-ins are counted by address, and all tests have the same one."""
    cache.clear()


def enter(client, user):
    """Type name and password."""
    typed = {"login": user.get_username(), "password": PASSWORD}
    return client.post(reverse("account_login"), typed, headers=ENGLISH)


def turn_on(client):
    """An authenticator app's secret, and the recovery codes that came with it."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    after = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}, follow=True)
    assert after.status_code == 200
    return secret, after.context["unused_codes"]


@pytest.fixture
def with_app(client, alice):
    """Alice's secret and codes; her browser stays signed in."""
    enter(client, alice)
    return turn_on(client)


def test_a_password_alone_is_named_a_risk_until_there_is_a_second_step(client, alice):
    enter(client, alice)
    assert "A password alone protects your login" in client.get(reverse("mfa_index"), headers=ENGLISH).text
    turn_on(client)
    page = client.get(reverse("mfa_index"), headers=ENGLISH).text
    assert "A password alone protects your login" not in page
    assert "10 codes are left" in page


def test_after_the_password_comes_the_code(with_app, alice):
    secret, _codes = with_app
    browser_of_hers = Client()
    assert enter(browser_of_hers, alice)["Location"].startswith(reverse("mfa_authenticate"))
    assert browser_of_hers.get(reverse("jobs:board")).status_code == 302
    wrong = browser_of_hers.post(reverse("mfa_authenticate"), {"code": "000000"}, headers=ENGLISH)
    assert "Incorrect code." in wrong.text
    browser_of_hers.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert browser_of_hers.get(reverse("jobs:board")).status_code == 200


def test_a_recovery_code_opens_once(with_app, alice):
    _secret, codes = with_app
    for expected in (200, 302):
        other = Client()
        enter(other, alice)
        other.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert other.get(reverse("jobs:board")).status_code == expected


def test_recovery_codes_are_shown_once(with_app, client):
    _secret, codes = with_app
    page = client.get(reverse("mfa_view_recovery_codes")).text
    assert len(codes) == 10
    assert not any(code in page for code in codes)
    assert client.get(reverse("mfa_download_recovery_codes")).status_code == 403


def test_codes_are_guessed_a_few_times_only(with_app, alice):
    secret, _codes = with_app
    other = Client()
    enter(other, alice)
    for number in range(12):
        other.post(reverse("mfa_authenticate"), {"code": f"{number:06}"})
    other.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert other.get(reverse("jobs:board")).status_code == 302


def test_nothing_that_a_code_is_computed_from_lies_open_in_the_database(with_app):
    secret, codes = with_app
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        stored = str(cursor.fetchall())
    assert not any(text in stored for text in (secret, *codes))


def test_factors_are_sealed_anew_with_the_newest_key(with_app, alice, settings):
    secret, _codes = with_app
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = f"{new_field_key()}\n{old}"
    call_command("reencrypt")
    newest = settings.FIELD_KEYS.split(":")[0]
    assert set(sealing.report().counts) == {newest}
    settings.FIELD_KEYS = settings.FIELD_KEYS.split("\n")[0]
    other = Client()
    enter(other, alice)
    other.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert other.get(reverse("jobs:board")).status_code == 200


def test_a_keyring_that_lacks_the_key_of_a_factor_is_told_before_the_start(with_app, settings):
    settings.FIELD_KEYS = new_field_key()
    assert sealing.report().refusal(keys_from="a file")


def test_turning_it_off_asks_who_it_is(with_app, client, alice):
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    assert reverse("account_reauthenticate") in client.get(reverse("mfa_deactivate_totp"))["Location"]
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=alice).exists()


@pytest.mark.parametrize("name", ["mfa_edit_webauthn", "mfa_remove_webauthn"])
def test_a_stranger_finds_nobody_elses_passkey(client, alice, bob, name):
    row = Authenticator.objects.create(user=alice, type=Authenticator.Type.WEBAUTHN, data={"name": "hers"})
    enter(client, bob)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get(reverse(name, args=[row.pk])).status_code == 404
    assert client.post(reverse(name, args=[row.pk]), {"name": "mine"}).status_code == 404


def test_passkeys_are_not_offered_where_no_browser_has_them(client, alice):
    enter(client, alice)
    for host, offered in (("127.0.0.1", False), ("localhost", True)):
        page = client.get(reverse("mfa_index"), SERVER_NAME=host).text
        assert (f'href="{reverse("mfa_add_webauthn")}"' in page) is offered


def test_a_person_sees_where_they_are_signed_in_and_ends_the_others(client, alice, bob):
    other, of_bob = Client(headers={"User-Agent": "Mozilla/5.0 (iPhone) Safari/605"}), Client()
    for each, who in ((client, alice), (other, alice), (of_bob, bob)):
        enter(each, who)
    page = client.get(reverse("usersessions_list"), headers=ENGLISH).text
    assert "Safari, iPhone" in page
    assert page.count("<tr>") == 3
    client.post(reverse("usersessions_list"))
    signed_in = [each.get(reverse("jobs:board")).status_code for each in (client, other, of_bob)]
    assert signed_in == [200, 302, 200]


def test_a_changed_password_ends_the_other_sessions(client, alice):
    other = Client()
    enter(client, alice)
    enter(other, alice)
    fresh = "quite another phrase 7"
    client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh}
    )
    assert client.get(reverse("jobs:board")).status_code == 200
    assert other.get(reverse("jobs:board")).status_code == 302


def test_browsers_have_names():
    edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0"
    assert browser(edge) == "Edge, Windows"
    assert browser("curl/8.5") == "curl/8.5"
