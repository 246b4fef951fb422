"""Signing in and passwords: allauth's pages, as far as they say and do something else here."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "quite another phrase 7"
CHINESE = {"Accept-Language": "zh-CN"}


def change(client, password, **headers):
    typed = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    return client.post(reverse("account_change_password"), typed, follow=True, headers=headers)


def test_a_changed_password_is_told_once_and_leads_back_to_the_portal(client, alice):
    client.force_login(alice)
    after = change(client, NEW_PASSWORD, **{"Accept-Language": "en"})
    assert after.redirect_chain == [(reverse("jobs:board"), 302)]
    assert after.text.count("Password successfully changed.") == 1
    alice.refresh_from_db()
    assert alice.check_password(NEW_PASSWORD)


def test_a_password_that_is_too_short_is_refused_in_chinese_too(client, alice):
    client.force_login(alice)
    text = change(client, "kurz7!", **CHINESE).text
    assert "密码太短" in text
    assert "too short" not in text


@pytest.mark.parametrize("page", ["email/", "confirm-email/", "password/reset/done/"])
def test_no_page_promises_a_letter(client, alice, page):
    client.force_login(alice)
    after = client.get(f"/sign-in/{page}", follow=True, headers={"Accept-Language": "en"})
    assert "This portal sends no e-mail." in after.text


@pytest.mark.parametrize("page", ["password/reset/", "login/", "logout/", "reauthenticate/"])
@pytest.mark.parametrize("nowhere", ["//[", "http://[", "https://[x]y/"])
def test_who_is_to_be_led_to_what_is_no_address_is_led_home_instead(client, page, nowhere):
    for query, typed in (({"next": nowhere}, {}), ({}, {"next": nowhere})):
        answer = client.post(f"/sign-in/{page}", typed, query_params=query)
        assert answer.status_code in (200, 302)
        assert nowhere not in answer.get("Location", "")
