"""The page of a registration: whose it is, what each state says, and what a person may do there."""

from __future__ import annotations

import re

import pytest
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import Registration
from accounts.registering import drafts, running
from tests.accounts.wizard import address, plain, signed_in
from tests.factories import make_account, make_registration
from tests.tencent.wire_server import answer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_network_tasks", "no_looks")]
STATES = [state for state, _ in Registration.State.choices]
GETS = ["registration_detail", "registration_progress", "registration_look"]
POSTS = [
    "register_anyway",
    "registration_start",
    "registration_retry",
    "registration_discard",
    "registration_look_again",
    "registration_use_found",
    "registration_use_region",
    "registration_allow_browsers",
]


@pytest.mark.parametrize("name", GETS)
def test_a_registration_is_its_persons_alone(alice, bob, name):
    registration = make_registration(alice, state="REFUSED")
    assert signed_in(alice).get(address(name, registration)).status_code == 200
    assert signed_in(bob).get(address(name, registration)).status_code == 404


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize("state", ["DRAFT", "REFUSED", "UNSURE"])
def test_a_stranger_cannot_act_on_a_registration(alice, charlie, name, state):
    registration = make_registration(alice, state=state)
    assert signed_in(charlie).post(address(name, registration)).status_code == 404
    assert Registration.objects.get().state == state


@pytest.mark.parametrize("name", POSTS)
def test_looking_changes_nothing(alice, name):
    registration = make_registration(alice, state="REFUSED")
    assert signed_in(alice).get(address(name, registration)).status_code == 405
    assert Registration.objects.get().state == "REFUSED"


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize("state", STATES)
def test_no_action_in_any_state_fails(alice, name, state):
    registration = make_registration(alice, state=state)
    assert signed_in(alice).post(address(name, registration)).status_code == 302


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_page_that_names_it_and_holds_no_secret(alice, state):
    registration = make_registration(
        alice,
        state=state,
        checks=[{"key": "list", "state": "failed", "code": "AccessDenied", "detail": {}}],
        error_kind="Refused",
        error_words="余额不足 <b>",
        raw_reply='{"SECRET": 1}',
    )
    text = signed_in(alice).get(address("registration_detail", registration)).text
    assert re.search(r'data-state="([A-Z]+)"', text)[1] == state
    assert "SECRET" not in text
    assert "<b>" not in text.split("In TMP&#x27;s own words")[-1].split("</pre>")[0]


@pytest.mark.parametrize("state", STATES)
def test_only_a_registration_to_which_something_may_still_happen_asks_for_itself_again(alice, state):
    registration = make_registration(alice, state=state, error_kind="Unanswered")
    text = signed_in(alice).get(address("registration_progress", registration)).text
    assert ("hx-trigger" in text) == (state in (*Registration.LIVE, "UNSURE"))


def test_the_list_shows_what_is_under_way_and_hides_what_is_done(alice):
    make_registration(alice, user_name="underway", state="REGISTERING")
    make_registration(alice, user_name="finished", state="DONE")
    text = signed_in(alice).get(reverse("accounts:account_list")).text
    assert "underway" in text
    assert "finished" not in text


def test_an_answer_nested_without_end_is_shown_as_it_came(alice):
    exchange = {"action": "register", "http_state": 200, "answer": "[" * 50_000}
    registration = make_registration(alice, state="UNSURE", exchange=exchange)
    assert "[[[[" in signed_in(alice).get(address("registration_detail", registration)).text


def test_an_empty_list_leads_to_the_form(alice):
    assert reverse("accounts:register") in signed_in(alice).get(reverse("accounts:account_list")).text


def test_refused_shows_tmps_words_and_leads_back_to_the_form(wire, at_sandbox, alice):
    wire.script = answer(200, {"errorResponse": {"message": "operateUin 未开通服务"}})
    registration = make_registration(alice, at_sandbox)
    drafts.start(registration)
    running.run_registration(str(registration.pk))
    browser = signed_in(alice)
    assert "operateUin 未开通服务" in browser.get(address("registration_detail", registration)).text
    after = browser.post(address("registration_retry", registration))
    assert after.url == f"{reverse('accounts:register')}?draft={registration.pk}"
    assert f'value="{registration.user_name}"' in browser.get(after.url).text


def test_done_leads_to_the_account(at_sandbox, alice):
    registration = make_registration(alice, at_sandbox)
    drafts.start(registration)
    running.run_registration(str(registration.pk))
    registration.refresh_from_db()
    text = signed_in(alice).get(address("registration_detail", registration)).text
    assert f'data-account="{registration.account_id}"' in text
    assert reverse("accounts:account_detail", args=[registration.account_id]) in text


def test_no_page_shows_the_keys_of_a_whole_registration(at_sandbox, alice):
    registration = make_registration(alice, at_sandbox)
    drafts.start(registration)
    running.run_registration(str(registration.pk))
    registration.refresh_from_db()
    account = registration.account
    secrets = [getattr(account, f"{pair}_secret_key") for pair in ("bucket", "tmp", "gateway")]
    secrets += [getattr(account, f"{pair}_secret_id") for pair in ("bucket", "tmp", "gateway")]
    browser = signed_in(alice)
    pages = [
        reverse("accounts:account_list"),
        reverse("accounts:register"),
        address("registration_detail", registration),
        address("account_detail", account),
    ]
    for page in pages:
        text = browser.get(page).text
        assert not [secret for secret in secrets if secret in text], page


def test_a_draft_whose_keys_do_not_open_asks_for_them_again(alice):
    draft, other = make_registration(alice), make_registration(alice)
    Registration.objects.filter(pk=draft.pk).update(bucket_secret_key=other.__dict__["bucket_secret_key"])
    browser = signed_in(alice)
    assert "does not open any more" in browser.get(f"{reverse('accounts:register')}?draft={draft.pk}").text
    assert browser.post(address("register_anyway", draft)).status_code == 302


@pytest.mark.parametrize("query", ["?draft=", "?draft=x", "?draft=00000000-0000-4000-8000-000000000000"])
def test_a_draft_that_does_not_exist_is_not_found(alice, query):
    assert signed_in(alice).get(reverse("accounts:register") + query).status_code == 404


def test_the_form_of_a_draft_that_went_on_leads_to_its_page(alice):
    registration = make_registration(alice, state="REGISTERING")
    after = signed_in(alice).get(f"{reverse('accounts:register')}?draft={registration.pk}")
    assert after.url == address("registration_detail", registration)


def test_what_the_page_has_read_out_already_is_not_read_out_again(alice):
    registration = make_registration(alice, state="CHECKING")
    browser = signed_in(alice)
    page = browser.get(address("registration_detail", registration)).text
    again = re.search(r'hx-get="([^"]*)"', page)[1]
    assert "registration-says" not in browser.get(again).text
    Registration.objects.update(state="REGISTERING", sent_at=Now())
    assert 'hx-swap-oob="innerHTML:#registration-says">Registering' in browser.get(again).text


def test_done_names_what_comes_next_in_order(alice):
    registration = make_registration(alice, state="DONE", account=make_account(alice))
    text = plain(signed_in(alice).get(address("registration_detail", registration)).text)
    steps = re.findall(r"<li><div><h3>([^<]*)", text)
    assert steps[-3:] == ["Make a first job", "See what TMP said", "Take the keys along"]
    assert text.count("button--primary") == 2


@pytest.mark.parametrize("state", ["CHECKING", "REGISTERING", "UNSURE", "DONE"])
def test_who_discards_from_an_old_page_is_told_that_the_attempt_has_moved_on(alice, state):
    registration = make_registration(alice, state=state, sent_at=Now())
    answer = signed_in(alice).post(address("registration_discard", registration), follow=True)
    assert answer.redirect_chain[-1][0] == address("registration_detail", registration)
    assert "so it was not discarded" in answer.text
    assert Registration.objects.get().state == state
