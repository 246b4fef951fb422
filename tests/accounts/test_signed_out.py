"""Whoever is signed out in the middle is told what was lost, and comes back to where they were."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Registration
from tests.accounts.wizard import SOUND, URL, plain
from tests.factories import PASSWORD, make_registration

pytestmark = pytest.mark.django_db
LOST = "what you sent last was not kept"
HOST = "http://testserver"


@pytest.fixture
def page():
    return Client(headers={"Accept-Language": "en"})


def test_a_form_that_came_too_late_is_told_of_and_leads_back_to_its_page(page, alice):
    draft = make_registration(alice, user_name="kept1")
    answer = page.post(URL, SOUND, headers={"Referer": f"{HOST}{URL}?new"})
    assert answer.url == f"{reverse('account_login')}?next={URL}"
    assert LOST in plain(page.get(answer.url).text)
    after = page.post(answer.url, {"login": "alice", "password": PASSWORD, "next": URL})
    assert after.url == URL
    assert str(draft.pk) in page.get(after.url).text
    assert Registration.objects.count() == 1


def test_a_button_whose_address_is_no_page_leads_back_to_the_page_it_is_on(page, alice):
    draft = make_registration(alice)
    here = reverse("accounts:registration_detail", args=[draft.pk])
    answer = page.post(
        reverse("accounts:registration_start", args=[draft.pk]), headers={"Referer": HOST + here}
    )
    assert answer.url == f"{reverse('account_login')}?next={here}"


def test_a_field_judged_too_late_leaves_the_page_for_the_sign_in(page):
    asked = {"HX-Request": "true", "HX-Current-URL": f"{HOST}{URL}?new"}
    answer = page.post(reverse("accounts:register_judge"), {"user_name": "studio1"}, headers=asked)
    assert answer["HX-Redirect"] == f"{reverse('account_login')}?next={URL}"
    assert LOST in plain(page.get(answer["HX-Redirect"]).text)


@pytest.mark.parametrize("elsewhere", ["", "https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere(page, elsewhere):
    answer = page.post(URL, SOUND, headers={"Referer": elsewhere})
    assert answer.url == f"{reverse('account_login')}?next=/"


def test_a_page_asks_for_the_sign_in_without_a_word_of_loss(page):
    answer = page.get(f"{URL}?new")
    assert answer.url == f"{reverse('account_login')}?next={URL}%3Fnew"
    assert LOST not in plain(page.get(answer.url).text)


def test_too_many_passwords_end_at_a_page_that_says_what_to_do(page, alice):
    page.force_login(alice)
    for _ in range(11):
        answer = page.post(reverse("account_reauthenticate"), {"password": "wrong", "next": "/"})
    assert answer.status_code == 429
    assert "Wait a few minutes" in answer.text
    assert "stylesheet" in answer.text
