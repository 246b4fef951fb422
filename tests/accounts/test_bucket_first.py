"""The bucket is checked before TMP is asked: what fails there costs nothing."""

from __future__ import annotations

import pytest

from accounts.clients import bucket_for, gateway_for
from accounts.models import Registration
from accounts.registering import checking
from tencent.errors import BucketUnreachable, Unreachable
from tests.accounts.registering import run
from tests.factories import make_account, make_registration
from tests.tencent.wire_server import answer

pytestmark = pytest.mark.django_db
State = Registration.State


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
    [row] = registration.checks
    assert (registration.state, row["state"], row["code"]) == (State.DRAFT, "failed", "SandboxNotRunning")
    assert registration.sent_at is None


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
    ("key", "unfit"),
    [
        *((key, True) for key in ("list", "clock", "put", "get", "region")),
        *((key, False) for key in ("delete", "cors", "acl", "multipart")),
    ],
)
def test_only_what_tmp_does_with_the_bucket_decides(key, unfit):
    assert checking.is_unfit([{"key": key, "state": "failed"}]) is unfit
    assert not checking.is_unfit([{"key": key, "state": "ok"}])


@pytest.mark.parametrize(("rights", "state"), [("data", "DONE"), ("full", "DONE"), ("read", "DRAFT")])
def test_rights_decide_only_where_tmp_needs_them(at_sandbox, alice, rights, state):
    key = at_sandbox.key(rights=rights)
    keys = {"bucket_secret_id": key.secret_id, "bucket_secret_key": key.secret_key}
    registration = run(make_registration(alice, at_sandbox, **keys))
    assert registration.state == state
    failed = {row["key"] for row in registration.checks if row["state"] == "failed"}
    assert failed == (set() if state == "DONE" else {"put"})


def test_a_mere_check_needs_no_name_and_ends_as_a_draft(wire, at_sandbox, alice):
    registration = run(make_registration(alice, at_sandbox, operate_uin="", user_name=""), only_check=True)
    assert (registration.state, wire.connections) == ("DRAFT", 0)
    assert {row["state"] for row in registration.checks} <= {"ok", "warn", "forbidden"}


def test_a_public_bucket_is_a_warning_and_no_obstacle(at_sandbox, alice):
    key = at_sandbox.key(rights="full", bucket="public-1250000000")
    at_sandbox.share(key.bucket, "public-read")
    keys = {"bucket_secret_id": key.secret_id, "bucket_secret_key": key.secret_key}
    registration = run(make_registration(alice, at_sandbox, bucket=key.bucket, **keys), only_check=True)
    row = next(row for row in registration.checks if row["key"] == "acl")
    assert (row["state"], row["code"]) == ("warn", "public_read")
    assert not checking.is_unfit(registration.checks)
