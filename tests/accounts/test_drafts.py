"""A registration from draft to account, and what a person may do with one on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models.functions import Now

from accounts.clients import bucket_for, gateway_for
from accounts.models import Account, Membership, Registration
from accounts.registering import drafts, running
from tencent.errors import GatewayError
from tests.accounts.registering import run
from tests.factories import make_account, make_registration

pytestmark = pytest.mark.django_db
State = Registration.State


def test_a_sound_draft_becomes_an_account_of_its_person(at_sandbox, alice):
    registration = run(make_registration(alice, at_sandbox))
    assert registration.state == State.DONE
    assert {row["state"] for row in registration.checks if row["key"] != "cors"} == {"ok"}
    account = registration.account
    assert account.caller == registration.caller
    assert account.demo_path == f"{registration.operate_uin}_demo/run_musicBeat.py"
    assert account.demo_path in account.usage_description
    assert account.message and account.registered_at_text and account.updated_at_text
    member = Membership.objects.get(account=account)
    assert (member.user, member.role) == (alice, Membership.Role.OWNER)
    assert bucket_for(account).head(account.demo_path).size > 0


def test_the_account_can_speak_to_the_gateway_that_made_it(at_sandbox, alice):
    account = run(make_registration(alice, at_sandbox)).account
    with pytest.raises(GatewayError) as caught:
        gateway_for(account).get_job("there-is-no-such-job")
    assert "HMAC" not in caught.value.words


@pytest.mark.parametrize(
    ("field", "value"),
    [("user_name", ""), ("bucket", "no-appid-"), ("region", "Guangzhou"), ("operate_uin", "x")],
)
def test_an_unsound_draft_does_not_start(alice, field, value):
    registration = make_registration(alice, **{field: value})
    assert not drafts.start(registration)
    assert set(drafts.unfit_fields(registration)) == {field}


def test_a_draft_starts_once(alice):
    registration = make_registration(alice)
    same = Registration.objects.get(pk=registration.pk)
    assert drafts.start(registration)
    assert not drafts.start(same)


@pytest.mark.parametrize("state", [State.REFUSED, State.UNSURE])
def test_no_machine_takes_an_ended_attempt_back(alice, state):
    registration = make_registration(alice, state=state)
    running.sweep()
    registration.refresh_from_db()
    assert registration.state == state


def test_a_refused_attempt_is_edited(alice):
    registration = make_registration(alice, state=State.REFUSED)
    assert drafts.edit(registration)
    assert registration.state == State.DRAFT


def test_trying_an_unsure_attempt_again_makes_one_copy_and_leaves_the_attempt_for_a_late_answer(alice):
    unsure = make_registration(alice, state=State.UNSURE, ticks=["bought"])
    first, second = drafts.try_again(unsure), drafts.try_again(unsure)
    assert first == second
    assert (first.state, first.follows, first.ticks) == (State.DRAFT, unsure, ["bought"])
    assert first.bucket_secret_key == unsure.bucket_secret_key
    unsure.refresh_from_db()
    assert unsure.state == State.UNSURE


@pytest.mark.parametrize("state", [state for state in State if state not in (State.REFUSED, State.UNSURE)])
def test_other_states_cannot_be_taken_back(alice, state):
    registration = make_registration(alice, state=state)
    assert not drafts.edit(registration)
    assert drafts.try_again(registration) is None


def test_an_unsure_attempt_cannot_be_discarded_while_an_answer_may_come(alice):
    unsure = make_registration(alice, state=State.UNSURE, sent_at=Now())
    assert not drafts.discard(unsure)
    Registration.objects.update(sent_at=Now() - timedelta(hours=1))
    assert drafts.discard(unsure)


@pytest.mark.parametrize("state", [State.DRAFT, State.REFUSED])
def test_what_came_to_nothing_can_be_discarded(alice, state):
    assert drafts.discard(make_registration(alice, state=state))
    assert not Registration.objects.exists()


@pytest.mark.parametrize("state", [State.CHECKING, State.REGISTERING, State.DONE])
def test_what_is_under_way_or_done_cannot_be_discarded(alice, state):
    assert not drafts.discard(make_registration(alice, state=state, sent_at=Now() - timedelta(hours=1)))


def test_what_was_found_about_earlier_values_is_forgotten(alice):
    findings = [{"key": "list", "state": "failed", "code": "AccessDenied", "detail": {}}]
    told = {
        "checks": findings,
        "error_kind": "Refused",
        "error_words": "no",
        "exchange": {"action": "register"},
    }
    registration = make_registration(alice, **told)
    drafts.tick(registration, ["bought"])
    registration.refresh_from_db()
    assert registration.checks == findings
    assert drafts.save_draft(registration, {"region": "ap-shanghai"})
    now = (registration.checks, registration.error_kind, registration.error_words, registration.exchange)
    assert now == ([], "", "", None)


def test_steps_are_ticked_on_a_draft_only(alice):
    registration = make_registration(alice, state=State.UNSURE)
    drafts.tick(registration, ["bought"])
    assert Registration.objects.get().ticks == []


def test_a_second_account_of_the_same_name_is_numbered(alice, charlie):
    names = [make_account(alice, name=Account.objects.free_name(alice, "studio")).name for _ in range(3)]
    assert names == ["studio", "studio (2)", "studio (3)"]
    assert Account.objects.free_name(charlie, "studio") == "studio"


@pytest.mark.parametrize("state", [state for state in State if state != State.DRAFT])
def test_what_is_typed_into_an_old_page_does_not_change_an_attempt_on_its_way(alice, state):
    registration = make_registration(alice, state=state)
    assert not drafts.save_draft(registration, {"bucket": "other-1250000000"})
    registration.refresh_from_db()
    assert (registration.state, registration.bucket) == (state, "songs-1250000000")


def test_a_stranger_and_somebody_not_signed_in_see_neither_accounts_nor_attempts(alice, charlie):
    make_account(alice)
    make_registration(alice)
    for rows in (Account.objects, Registration.objects):
        assert rows.for_user(alice).count() == 1
        assert not rows.for_user(charlie).exists()
        assert not rows.for_user(AnonymousUser()).exists()
