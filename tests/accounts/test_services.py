"""A registration from draft to account, at the running sandbox and at gateways that misbehave."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from accounts import services, tasks
from accounts.clients import bucket_for, gateway_for
from accounts.models import Account, Membership, Registration
from tencent.errors import BucketUnreachable, GatewayError, Unreachable
from tests.factories import make_account, make_registration
from tests.tencent.wire_server import answer, bytes_then_close, reset

pytestmark = pytest.mark.django_db
State = Registration.State
INFO = {
    "tmpContentId": "0b1c2d3e-0000-4000-8000-000000000001",
    "tmpSecretId": "tmpSECRETid-abcdef",
    "tmpSecretKey": "tmpSECRETkey-abcdef",
    "apiGateSecretId": "gwSECRETid-abcdef",
    "apiGateSecretKey": "gwSECRETkey-abcdef",
    "demoCosPath": "100012345678_demo/run_musicBeat.py",
    "usageDescription": "请从COS桶中下载demo",
    "message": "注册成功,感谢注册",
    "createdAt": "2026-11-22 10:00:00",
    "updatedAt": 1763805600,
    "somethingNew": {"secretHint": "newSECRET"},
}


def run(registration, **start):
    assert services.start(registration, **start)
    services.run_registration(str(registration.pk))
    registration.refresh_from_db()
    return registration


def everything_kept(registration):
    """All columns that pages and dumps may show."""
    return json.dumps([registration.checks, registration.exchange, registration.error_words])


def test_a_sound_draft_becomes_an_account_of_its_person(at_sandbox, alice):
    registration = run(make_registration(alice, at_sandbox))
    assert registration.state == State.DONE
    assert {row["state"] for row in registration.checks if row["key"] != "cors"} == {"ok"}
    account = registration.account
    assert account.caller == registration.caller
    assert account.demo_path == f"{registration.operate_uin}_demo/run_musicBeat.py"
    assert account.demo_path in account.usage_description
    assert account.message and account.registered_at_text and account.updated_at_text
    assert Membership.objects.get(account=account).user == alice
    assert bucket_for(account).head(account.demo_path).size > 0


def test_the_account_can_speak_to_the_gateway_that_made_it(at_sandbox, alice):
    account = run(make_registration(alice, at_sandbox)).account
    with pytest.raises(GatewayError) as caught:
        gateway_for(account).get_job("there-is-no-such-job")
    assert "HMAC" not in caught.value.words


def test_all_of_register_info_is_kept_even_what_nobody_documented(wire, at_sandbox, alice):
    wire.script = answer(200, {"requestId": "echo-1", "registerInfo": INFO})
    account = run(make_registration(alice, at_sandbox)).account
    assert account.request_id == "echo-1"
    assert account.content_id == INFO["tmpContentId"]
    assert (account.tmp_secret_id, account.tmp_secret_key) == (INFO["tmpSecretId"], INFO["tmpSecretKey"])
    assert account.gateway_secret_id == INFO["apiGateSecretId"]
    assert account.gateway_secret_key == INFO["apiGateSecretKey"]
    assert account.usage_description == INFO["usageDescription"]
    assert account.message == INFO["message"]
    assert (account.registered_at_text, account.updated_at_text) == ("2026-11-22 10:00:00", "1763805600")
    assert json.loads(account.unknown_members) == {"somethingNew": {"secretHint": "newSECRET"}}


def test_the_reply_is_kept_sealed_and_the_exchange_without_keys(wire, at_sandbox, alice):
    wire.script = answer(200, {"requestId": "echo-1", "registerInfo": {**INFO, "somethingNew": 1}})
    registration = run(make_registration(alice, at_sandbox))
    assert json.loads(registration.raw_reply)["registerInfo"]["tmpSecretKey"] == INFO["tmpSecretKey"]
    assert registration.exchange["http_state"] == 200
    assert "SECRET" not in everything_kept(registration)


@pytest.mark.parametrize(
    ("script", "state", "kind", "words"),
    [
        (answer(200, {"errorResponse": {"message": "服务未开通"}}), State.REFUSED, "Refused", "服务未开通"),
        (
            answer(401, {"message": "HMAC signature cannot be verified"}),
            State.REFUSED,
            "Refused",
            "HMAC signature cannot be verified",
        ),
        (
            answer(429, {"message": "API rate limit exceeded"}),
            State.DRAFT,
            "Throttled",
            "API rate limit exceeded",
        ),
        (
            answer(500, {"message": "Internal Server Error"}),
            State.UNSURE,
            "Unanswered",
            "Internal Server Error",
        ),
        (answer(504, "<html>gateway</html>"), State.UNSURE, "Unanswered", "<html>gateway</html>"),
        (answer(200, "<html>welcome</html>"), State.UNSURE, "Garbled", "<html>welcome</html>"),
        (answer(200, {"registerInfo": {"message": "ok"}}), State.UNSURE, "Garbled", "no_tmpContentId"),
        (answer(200, {"registerInfo": None}), State.UNSURE, "Garbled", "no_register_info"),
        (answer(302, "", {"Location": "http://127.0.0.1:9/"}), State.UNSURE, "Garbled", "redirect"),
        (bytes_then_close(b""), State.UNSURE, "Unanswered", "reset"),
        (
            bytes_then_close(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"),
            State.UNSURE,
            "Unanswered",
            "cut",
        ),
        (reset, State.UNSURE, "Unanswered", "reset"),
    ],
)
def test_a_gateway_that_does_not_register_leaves_a_state_and_its_words(
    wire, at_sandbox, alice, script, state, kind, words
):
    wire.script = script
    registration = run(make_registration(alice, at_sandbox))
    assert (registration.state, registration.error_kind) == (state, kind)
    assert registration.error_words == words
    assert wire.connections == 1
    assert not Account.objects.exists()
    assert "SECRET" not in everything_kept(registration)


def test_a_gateway_that_says_nothing_until_the_deadline_leaves_it_unsure(wire, at_sandbox, alice, settings):
    settings.REGISTER_DEADLINE_SECONDS = 0.3
    wire.script = lambda peer, _request: peer.recv(1)
    registration = run(make_registration(alice, at_sandbox))
    assert (registration.state, registration.error_words) == (State.UNSURE, "deadline")


def test_keys_in_an_unusable_answer_are_kept_sealed(wire, at_sandbox, alice):
    wire.script = answer(200, {"registerInfo": {**INFO, "apiGateSecretKey": ""}})
    registration = run(make_registration(alice, at_sandbox))
    assert registration.state == State.UNSURE
    assert INFO["tmpSecretKey"] in registration.raw_reply
    assert "SECRET" not in everything_kept(registration)


def test_a_gateway_that_cannot_be_reached_costs_nothing(at_sandbox, alice, settings):
    settings.SANDBOX = {**settings.SANDBOX, "gateway": "http://127.0.0.1:9"}
    registration = run(make_registration(alice, at_sandbox))
    assert (registration.state, registration.error_kind) == (State.DRAFT, "Unreachable")
    settings.SANDBOX = {**settings.SANDBOX, "gateway": at_sandbox.gateway}
    assert run(registration).state == State.DONE


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("bucket", "nobody-1250000000", "NoSuchBucket"),
        ("bucket_secret_id", "AKIDnobodyknowsme", "InvalidAccessKeyId"),
        ("bucket_secret_key", "wrong-key", "SignatureDoesNotMatch"),
    ],
)
def test_a_bucket_that_does_not_open_stops_before_tmp_is_asked(wire, at_sandbox, alice, field, value, code):
    registration = run(make_registration(alice, at_sandbox, **{field: value}))
    assert registration.state == State.DRAFT
    first = registration.checks[0]
    assert (first["key"], first["state"]) == ("list", "failed")
    assert first["code"] == code or (field == "bucket" and first["code"] == "AccessDenied")
    assert wire.connections == 0


def test_a_store_that_is_not_there_stops_before_tmp_is_asked(wire, at_sandbox, alice, settings):
    settings.SANDBOX = {**settings.SANDBOX, "store": "http://127.0.0.1:9"}
    registration = run(make_registration(alice, at_sandbox))
    assert (registration.state, registration.checks[0]["code"]) == (State.DRAFT, "refused")
    assert wire.connections == 0


def test_a_sandbox_that_is_gone_is_never_replaced_by_the_real_store(at_sandbox, alice, settings):
    account = make_account(alice, at_sandbox)
    settings.SANDBOX = dict.fromkeys(settings.SANDBOX, "")
    with pytest.raises(BucketUnreachable):
        bucket_for(account)
    with pytest.raises(Unreachable):
        gateway_for(account)
    registration = run(make_registration(alice, endpoint="sandbox"))
    assert (registration.state, registration.checks[0]["code"]) == (State.DRAFT, "SandboxNotRunning")


def test_a_person_may_go_on_against_the_check(wire, at_sandbox, alice):
    wire.script = answer(200, {"errorResponse": {"message": "bucket not writable"}})
    registration = run(make_registration(alice, at_sandbox, bucket_secret_key="wrong-key"))
    findings = registration.checks
    run(registration, anyway=True)
    assert wire.connections == 1
    assert (registration.state, registration.checks) == (State.REFUSED, findings)


def test_starting_again_without_anyway_checks_again(wire, at_sandbox, alice):
    registration = run(make_registration(alice, at_sandbox, bucket_secret_key="wrong-key"))
    run(registration)
    assert (registration.state, wire.connections) == (State.DRAFT, 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [("user_name", ""), ("bucket", "no-appid-"), ("region", "Guangzhou"), ("operate_uin", "x")],
)
def test_an_unsound_draft_does_not_start(alice, field, value):
    registration = make_registration(alice, **{field: value})
    assert not services.start(registration)
    assert set(services.unfit_fields(registration)) == {field}


def test_a_draft_starts_once(alice):
    registration = make_registration(alice)
    same = Registration.objects.get(pk=registration.pk)
    assert services.start(registration)
    assert not services.start(same)


def test_a_task_delivered_twice_registers_once(wire, at_sandbox, alice):
    wire.script = answer(200, {"registerInfo": INFO})
    registration = run(make_registration(alice, at_sandbox))
    services.run_registration(str(registration.pk))
    assert wire.connections == 1
    assert Account.objects.count() == 1


def test_a_row_that_somebody_holds_is_left_alone(wire, at_sandbox, alice):
    registration = make_registration(alice, at_sandbox, state=State.CHECKING)
    Registration.objects.update(lease_until=timezone.now() + timedelta(minutes=1))
    services.run_registration(str(registration.pk))
    registration.refresh_from_db()
    assert (registration.state, registration.fence, wire.connections) == (State.CHECKING, 0, 0)


def lapsed(alice, **fields):
    registration = make_registration(alice, **fields)
    Registration.objects.filter(pk=registration.pk).update(
        lease_until=Now() - timedelta(seconds=1), changed_at=Now() - timedelta(minutes=9)
    )
    registration.refresh_from_db()
    return registration


def test_when_the_process_died_during_the_call_a_person_decides(alice):
    registration = lapsed(alice, state=State.REGISTERING)
    assert services.sweep() == []
    registration.refresh_from_db()
    assert (registration.state, registration.error_kind) == (State.UNSURE, "Abandoned")


def test_when_the_process_died_after_the_reply_the_sweep_makes_the_account(alice):
    reply = json.dumps({"requestId": "echo", "registerInfo": INFO})
    registration = lapsed(alice, state=State.REGISTERING, raw_reply=reply)
    services.sweep()
    services.sweep()
    registration.refresh_from_db()
    assert registration.state == State.DONE
    assert registration.account.tmp_secret_key == INFO["tmpSecretKey"]
    assert Account.objects.for_user(alice).count() == 1


def test_one_reply_whose_bucket_keys_do_not_open_stops_no_other(alice):
    reply = json.dumps({"registerInfo": INFO})
    broken = lapsed(alice, state=State.REGISTERING, raw_reply=reply)
    sound = lapsed(alice, state=State.REGISTERING, raw_reply=reply)
    foreign = Registration.objects.get(pk=sound.pk).__dict__["bucket_secret_key"]
    Registration.objects.filter(pk=broken.pk).update(bucket_secret_key=foreign)
    services.sweep()
    states = dict(Registration.objects.values_list("pk", "state"))
    assert states == {broken.pk: State.UNSURE, sound.pk: State.DONE}


def test_a_live_call_is_not_swept(alice):
    registration = make_registration(alice, state=State.REGISTERING)
    Registration.objects.update(lease_until=Now() + timedelta(seconds=30))
    services.sweep()
    registration.refresh_from_db()
    assert registration.state == State.REGISTERING


def test_a_check_whose_worker_died_or_never_came_is_handed_out_again(alice):
    died = lapsed(alice, state=State.CHECKING)
    forgotten = make_registration(alice, state=State.CHECKING)
    Registration.objects.filter(pk=forgotten.pk).update(changed_at=Now() - timedelta(minutes=1))
    make_registration(alice, state=State.CHECKING)
    assert set(services.sweep()) == {str(died.pk), str(forgotten.pk)}


def test_the_swept_task_hands_rows_to_workers(alice, no_network_tasks):
    registration = lapsed(alice, state=State.CHECKING)
    tasks.sweep()
    assert no_network_tasks == [str(registration.pk)]


def test_a_late_writer_with_an_old_fence_changes_nothing(alice):
    registration = make_registration(alice, state=State.REGISTERING, fence=1)
    Registration.objects.update(fence=2)
    assert not registration.move(State.REGISTERING, State.REFUSED, fence=1)
    registration.refresh_from_db()
    assert registration.state == State.REGISTERING


def test_keys_that_do_not_open_lead_back_to_the_form(alice, at_sandbox):
    registration, other = make_registration(alice, at_sandbox), make_registration(alice, at_sandbox)
    assert services.start(registration)
    Registration.objects.filter(pk=registration.pk).update(
        bucket_secret_key=other.__dict__["bucket_secret_key"]
    )
    services.run_registration(str(registration.pk))
    registration.refresh_from_db()
    assert (registration.state, registration.error_kind) == (State.DRAFT, "CannotOpen")


def test_a_failure_of_ours_during_the_check_costs_nothing(alice, at_sandbox, monkeypatch):
    registration = make_registration(alice, at_sandbox)
    assert services.start(registration)
    monkeypatch.setattr(services, "is_unfit", None)
    with pytest.raises(TypeError):
        services.run_registration(str(registration.pk))
    registration.refresh_from_db()
    assert (registration.state, registration.error_kind) == (State.DRAFT, "Abandoned")


@pytest.mark.parametrize("state", [State.REFUSED, State.UNSURE])
def test_only_a_person_takes_an_ended_attempt_back(alice, state):
    registration = make_registration(alice, state=state)
    services.sweep()
    registration.refresh_from_db()
    assert registration.state == state
    assert services.try_again(registration)
    assert registration.state == State.DRAFT


@pytest.mark.parametrize("state", [State.DRAFT, State.CHECKING, State.REGISTERING, State.DONE])
def test_other_states_cannot_be_taken_back(alice, state):
    assert not services.try_again(make_registration(alice, state=state))


def test_an_unsure_attempt_cannot_be_discarded(alice):
    unsure, refused = (
        make_registration(alice, state=State.UNSURE),
        make_registration(alice, state=State.REFUSED),
    )
    assert not services.discard(unsure)
    assert services.discard(refused)
    assert list(Registration.objects.all()) == [unsure]


@pytest.mark.django_db
def test_a_second_account_of_the_same_name_is_numbered(alice, charlie):
    names = [make_account(alice, name=Account.objects.free_name(alice, "studio")).name for _ in range(3)]
    assert names == ["studio", "studio (2)", "studio (3)"]
    assert Account.objects.free_name(charlie, "studio") == "studio"
