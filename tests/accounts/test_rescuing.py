"""Looking for the demo script in the bucket: what counts as found, and that only a person takes it."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from accounts import pasting
from accounts.clients import bucket_for
from accounts.models import Account, Registration
from accounts.registering import drafts, rescuing
from tencent.bucket import Bucket
from tests.accounts.registering import INFO
from tests.factories import make_account, make_registration

pytestmark = pytest.mark.django_db
SCRIPT = f"""
API_GATE_SOURCE = "100012345678_studio"
API_GATE_SECRET_ID = "{INFO["apiGateSecretId"]}"
API_GATE_SECRET_KEY = "{INFO["apiGateSecretKey"]}"
TMP_CONTENT_ID = "{INFO["tmpContentId"]}"
TMP_SECRET_ID = "{INFO["tmpSecretId"]}"
TMP_SECRET_KEY = "{INFO["tmpSecretKey"]}"
"""


@pytest.fixture
def uin(request):
    """An account ID, and so a folder in the shared bucket, of this test's own."""
    return str(200_000_000_000 + abs(hash(request.node.nodeid)) % 10**9)


def unsure(user, sandbox, uin, **fields):
    known = {"state": "UNSURE", "operate_uin": uin, "user_name": "studio", "sent_at": Now()}
    return make_registration(user, sandbox, **{**known, **fields})


def leave(registration, text=SCRIPT, name="run_musicBeat.py"):
    bucket_for(registration).put(f"{registration.operate_uin}_demo/{name}", text.encode(), "text/x-python")


def look(registration):
    result = rescuing.look(str(registration.pk))
    registration.refresh_from_db()
    assert registration.look_result == result
    return result


def test_a_script_that_came_after_the_call_is_offered_and_not_taken(at_sandbox, alice, uin):
    registration = unsure(alice, at_sandbox, uin)
    leave(registration)
    assert look(registration) == "found"
    assert (registration.state, registration.looked_at is not None) == ("UNSURE", True)
    assert not Account.objects.exists()
    assert "SECRET" not in Registration.objects.get().__dict__["found_reply"]


@pytest.mark.parametrize("name", ["run_musicBeat.py", "run_musicBeat.py/run.py", "python/demo.py"])
def test_the_demo_path_may_be_a_file_or_a_folder(at_sandbox, alice, uin, name):
    registration = unsure(alice, at_sandbox, uin)
    leave(registration, name=name)
    assert look(registration) == "found"


def test_an_older_script_belongs_to_somebody_else(at_sandbox, alice, uin):
    registration = unsure(alice, at_sandbox, uin, sent_at=timezone.now() + timedelta(minutes=2))
    leave(registration)
    assert look(registration) == "older"
    assert registration.found_reply == ""


@pytest.mark.parametrize(("store_is_ahead", "sent_ago", "result"), [(60, 10, "older"), (-60, -30, "found")])
def test_the_age_of_a_script_is_told_by_our_clock(
    at_sandbox, alice, uin, monkeypatch, store_is_ahead, sent_ago, result
):
    registration = unsure(alice, at_sandbox, uin, sent_at=timezone.now() - timedelta(minutes=sent_ago))
    leave(registration)
    monkeypatch.setattr(Bucket, "clock_skew_s", store_is_ahead * 60.0)
    assert look(registration) == result


def test_of_several_scripts_the_newest_counts(at_sandbox, alice, uin):
    registration = unsure(alice, at_sandbox, uin)
    leave(registration, "print('hello')", name="run_a.py")
    time.sleep(1.1)
    leave(registration, name="run_b.py")
    assert look(registration) == "found"
    assert f"{uin}_demo/run_b.py" in registration.found_reply


def test_a_draft_takes_a_script_of_any_age(at_sandbox, alice, uin):
    registration = unsure(alice, at_sandbox, uin, state="DRAFT", sent_at=None)
    leave(registration)
    assert look(registration) == "found"
    assert rescuing.use_found(registration)
    assert (registration.state, registration.is_import) == ("DRAFT", True)


def test_no_script_one_without_keys_and_a_bucket_that_stays_shut(at_sandbox, alice, uin):
    registration = unsure(alice, at_sandbox, uin)
    assert look(registration) == "none"
    leave(registration, "print('hello')")
    assert look(registration) == "unreadable"
    shut = unsure(alice, at_sandbox, uin, bucket_secret_key="wrong-key-000")
    assert look(shut) == "trouble"


def test_a_result_that_is_asked_for_comes_even_if_its_task_was_lost(at_sandbox, alice, uin):
    registration = unsure(alice, at_sandbox, uin, look_result="none", looked_at=Now())
    assert rescuing.ask(registration)
    Registration.objects.update(looked_at=Now() - timedelta(minutes=1))
    assert str(registration.pk) in rescuing.take_due()


@pytest.mark.parametrize("result", ["found", "unreadable"])
def test_nobody_looks_again_for_what_was_found(alice, result):
    registration = make_registration(alice, state="UNSURE", look_result=result)
    assert str(registration.pk) not in rescuing.take_due()


def test_a_look_that_was_just_had_is_not_had_again_and_after_an_hour_none_is(alice):
    registration = make_registration(alice, state="UNSURE", look_result="none", looked_at=Now())
    assert rescuing.take_due() == []
    Registration.objects.update(looked_at=Now() - timedelta(minutes=1))
    assert rescuing.take_due() == [str(registration.pk)]
    assert rescuing.take_due() == []
    Registration.objects.update(looked_at=Now() - timedelta(minutes=1), changed_at=Now() - timedelta(hours=2))
    assert rescuing.take_due() == []


@pytest.mark.parametrize("state", ["CHECKING", "REGISTERING", "REFUSED", "DONE"])
def test_found_keys_are_used_for_a_draft_and_an_unsure_attempt_only(alice, state):
    registration = make_registration(alice, state=state, found_reply=json.dumps({"registerInfo": INFO}))
    assert not rescuing.use_found(registration)
    assert (registration.state, registration.raw_reply, Account.objects.count()) == (state, "", 0)


@pytest.mark.parametrize("state", ["CHECKING", "REGISTERING", "REFUSED", "DONE"])
def test_nobody_looks_for_an_attempt_that_has_no_need_of_it(alice, state):
    registration = make_registration(alice, state=state)
    assert not rescuing.ask(registration)
    assert rescuing.look(str(registration.pk)) == ""
    assert not rescuing.use_found(registration)


def test_found_keys_are_used_once(at_sandbox, alice, uin):
    registration = unsure(alice, at_sandbox, uin)
    leave(registration)
    look(registration)
    same = Registration.objects.get(pk=registration.pk)
    assert rescuing.use_found(registration)
    assert not rescuing.use_found(same)
    assert Account.objects.get().tmp_secret_key == INFO["tmpSecretKey"]


def test_the_script_of_another_user_name_holds_somebody_elses_keys(at_sandbox, alice, uin):
    registration = unsure(alice, at_sandbox, uin, user_name="another")
    leave(registration)
    assert look(registration) == "other"
    assert registration.found_reply == ""


def test_a_renewal_keeps_its_user_name_and_takes_no_keys_of_another_one(at_sandbox, alice, uin):
    fields = {"state": "DRAFT", "sent_at": None, "user_name": "another", "renews": make_account(alice)}
    registration = unsure(alice, at_sandbox, uin, **fields)
    leave(registration)
    assert look(registration) == "other"
    assert registration.found_reply == ""


def test_a_draft_takes_the_user_name_that_the_keys_belong_to(at_sandbox, alice, uin):
    registration = unsure(alice, at_sandbox, uin, state="DRAFT", sent_at=None, user_name="another")
    leave(registration)
    assert look(registration) == "found"
    assert rescuing.use_found(registration)
    assert registration.user_name == "studio"


def test_keys_found_in_a_bucket_go_when_the_draft_turns_to_another_one(at_sandbox, alice, uin):
    registration = unsure(alice, at_sandbox, uin, state="DRAFT", sent_at=None)
    leave(registration)
    look(registration)
    rescuing.use_found(registration)
    drafts.save_draft(registration, {"domain": ""})
    assert registration.is_import
    drafts.save_draft(registration, {"bucket": "other-1250000000"})
    assert not registration.is_import


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("endpoint", "mediax"),
        ("operate_uin", "100000000009"),
        ("bucket", "other-1250000000"),
        ("region", "ap-shanghai"),
        ("domain", "songs.example.com"),
    ],
)
def test_keys_that_were_only_found_go_as_well(alice, at_sandbox, name, value):
    registration = make_registration(alice, at_sandbox, look_result="found", found_reply="keys")
    drafts.save_draft(registration, {name: value})
    assert (registration.look_result, registration.found_reply) == ("", "")


def test_keys_are_not_offered_to_a_draft_that_turned_away_during_the_look(
    at_sandbox, alice, uin, monkeypatch
):
    registration = unsure(alice, at_sandbox, uin, state="DRAFT", sent_at=None)
    leave(registration)

    def recognise(text):
        same = Registration.objects.get(pk=registration.pk)
        drafts.save_draft(same, {"operate_uin": "100000000009"})
        return pasting.recognise(text)

    monkeypatch.setattr(rescuing, "recognise", recognise)
    rescuing.look(str(registration.pk))
    registration.refresh_from_db()
    assert (registration.look_result, registration.found_reply) == ("", "")


def test_an_old_page_cannot_take_keys_that_went_meanwhile(at_sandbox, alice, uin):
    old_page = unsure(alice, at_sandbox, uin, state="DRAFT", sent_at=None)
    leave(old_page)
    look(old_page)
    assert old_page.found_reply
    drafts.save_draft(Registration.objects.get(pk=old_page.pk), {"bucket": "other-1250000000"})
    assert not rescuing.use_found(old_page)
    assert not old_page.is_import


def test_a_second_click_knows_that_the_keys_were_used(at_sandbox, alice, uin):
    registration = unsure(alice, at_sandbox, uin)
    leave(registration)
    look(registration)
    same = Registration.objects.get(pk=registration.pk)
    rescuing.use_found(registration)
    assert not rescuing.use_found(same)
    assert same.state == "DONE"
