"""An attempt that nobody knows the end of: what its page says and lets a person decide."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import Registration
from tests.accounts.wizard import address, plain, signed_in
from tests.factories import make_registration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_network_tasks", "no_looks")]


def test_a_page_on_which_nothing_moves_is_left_as_it_is(alice):
    registration = make_registration(
        alice, state="UNSURE", look_result="none", looked_at=Now(), sent_at=Now()
    )
    browser = signed_in(alice)
    again = re.search(r'hx-get="([^"]*)"', browser.get(address("registration_detail", registration)).text)[1]
    assert browser.get(again).status_code == 204
    Registration.objects.update(look_result="found")
    assert browser.get(again).status_code == 200


def test_an_unsure_attempt_and_the_one_after_it_link_to_each_other(alice):
    unsure = make_registration(alice, state="UNSURE", error_kind="Unanswered", sent_at=Now())
    browser = signed_in(alice)
    after = browser.post(address("registration_retry", unsure))
    draft = unsure.followed_by
    assert after.url == f"{reverse('accounts:register')}?draft={draft.pk}"
    assert address("registration_detail", unsure) in browser.get(after.url).text
    assert address("registration_detail", draft) in browser.get(address("registration_detail", unsure)).text


def test_an_unsure_attempt_is_given_up_only_once_no_answer_can_come(alice):
    unsure = make_registration(alice, state="UNSURE", error_kind="Unanswered", sent_at=Now())
    browser = signed_in(alice)
    page = address("registration_detail", unsure)
    assert "I know that nothing came of it" not in browser.get(page).text
    browser.post(address("registration_discard", unsure))
    assert Registration.objects.exists()
    Registration.objects.update(sent_at=Now() - timedelta(hours=1))
    assert "I know that nothing came of it" in browser.get(page).text
    browser.post(address("registration_discard", unsure))
    assert not Registration.objects.exists()


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        ("none", "There is no demo script in the bucket, or not yet."),
        ("older", "it is older than this attempt"),
        ("unreadable", "no complete keys are in it"),
        ("trouble", "The bucket could not be looked into."),
    ],
)
def test_every_end_of_a_look_is_a_sentence(alice, result, sentence):
    unsure = make_registration(alice, state="UNSURE", look_result=result, looked_at=Now(), sent_at=Now())
    text = plain(signed_in(alice).get(address("registration_detail", unsure)).text)
    assert sentence in text
    assert "Use these keys" not in text


def test_looking_again_asks_a_worker_and_the_page_waits(alice, no_looks, django_capture_on_commit_callbacks):
    unsure = make_registration(alice, state="UNSURE", look_result="none", looked_at=Now(), sent_at=Now())
    browser = signed_in(alice)
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(address("registration_look_again", unsure))
    assert no_looks == [str(unsure.pk)]
    assert "Looking into the bucket" in browser.get(address("registration_detail", unsure)).text


def test_keys_that_were_not_found_cannot_be_used(alice):
    for state in ("UNSURE", "DRAFT"):
        registration = make_registration(alice, state=state, sent_at=Now())
        signed_in(alice).post(address("registration_use_found", registration))
        registration.refresh_from_db()
        assert (registration.state, registration.keys_from) == (state, "")
