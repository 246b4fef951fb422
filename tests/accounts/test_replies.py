"""What a gateway may answer to a registration: keys are kept sealed, and a failure leaves its words."""

from __future__ import annotations

import json

import pytest

from accounts.models import Account, Registration
from tests.accounts.registering import INFO, everything_kept, run
from tests.factories import make_registration
from tests.tencent.wire_server import answer, bytes_then_close, reset

pytestmark = pytest.mark.django_db
State = Registration.State


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
        (answer(200, {"registerInfo": {"message": "服务未开通"}}), State.UNSURE, "Garbled", "服务未开通"),
        (answer(200, {"registerInfo": {"tmpContentId": ""}}), State.UNSURE, "Garbled", "no_tmpContentId"),
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


def test_a_domain_of_ones_own_goes_to_tmp_and_stays_with_the_account(wire, at_sandbox, alice, settings):
    settings.COS_DOMAINS = ["songs.example.com"]
    wire.script = answer(200, {"registerInfo": INFO})
    skipped = [{"key": "list", "state": "failed", "code": "", "detail": {}}]
    draft = make_registration(alice, at_sandbox, domain="songs.example.com", checks=skipped)
    account = run(draft, anyway=True).account
    assert account.domain == "songs.example.com"
    assert b'"songs.example.com"' in wire.requests[0]
