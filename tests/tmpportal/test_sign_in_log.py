"""T29, T30: who signs in, who is refused, whose second step changes: told in the log, without a secret."""

from __future__ import annotations

import logging

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import User
from django.test import Client

from tests.totp import code_of

PASSWORD = "a-long-good-password"

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return User.objects.create_user("mei", password=PASSWORD)


@pytest.fixture
def told(caplog):
    caplog.set_level(logging.INFO, logger="tmpportal.sign_in_log")
    ours = "tmpportal.sign_in_log"
    return lambda: [(one.levelname, one.getMessage()) for one in caplog.records if one.name == ours]


def sign_in(client: Client, password: str):
    return client.post("/sign-in/login/", {"login": "mei", "password": password})


def test_signing_in_and_out_is_told(person, told):
    client = Client()
    sign_in(client, PASSWORD)
    client.post("/sign-in/logout/")
    assert told() == [
        ("INFO", f"user {person.pk} signed in, from 127.0.0.1"),
        ("INFO", f"user {person.pk} signed out, from 127.0.0.1"),
    ]


def test_a_refused_password_is_told_without_what_was_typed(person, told, caplog):
    sign_in(Client(), "not-the-password")
    assert told() == [("WARNING", "a name with its password was refused, from 127.0.0.1")]
    assert "not-the-password" not in caplog.text


def test_a_second_step_is_told_by_its_kind_and_person(person, told, caplog):
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    client = Client()
    sign_in(client, PASSWORD)
    client.post("/sign-in/factors/authenticate/", {"code": "000000"})
    code = code_of(secret)
    client.post("/sign-in/factors/authenticate/", {"code": code})
    assert ("WARNING", f"user {person.pk} was refused a second step (totp), from 127.0.0.1") in told()
    assert told()[-1] == ("INFO", f"user {person.pk} signed in, from 127.0.0.1")
    assert ("INFO", f"user {person.pk} used a second step (totp), from 127.0.0.1") in told()
    assert not [secret for secret in (secret, code, "000000") if secret in caplog.text]


def test_a_changed_password_is_told(person, told):
    client = Client()
    sign_in(client, PASSWORD)
    new = "another-long-password"
    client.post("/sign-in/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert ("INFO", f"user {person.pk} changed the password, from 127.0.0.1") in told()


def test_the_address_is_that_of_the_person_behind_the_proxies_that_are_trusted(person, told, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    client = Client(headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.7"})
    sign_in(client, "not-the-password")
    assert told() == [("WARNING", "a name with its password was refused, from 203.0.113.7")]
