"""Keys that somebody brings: kept sealed with a draft, and the account is made without asking TMP."""

from __future__ import annotations

import io
import json

import pytest

from accounts.models import AuditEntry, Registration
from accounts.registering import importing
from tests.accounts.registering import INFO, run
from tests.factories import make_registration

pytestmark = pytest.mark.django_db
REPLY = {"requestId": "r-7", "registerInfo": INFO}


def brought(user, sandbox=None, **fields):
    registration = make_registration(user, sandbox, **fields)
    assert importing.bring_keys(registration, REPLY, keys_from="reply")
    return registration


def test_brought_keys_are_sealed(alice):
    registration = brought(alice)
    assert "SECRET" not in Registration.objects.get().__dict__["raw_reply"]
    assert json.loads(registration.raw_reply)["registerInfo"] == INFO


@pytest.mark.parametrize("missing", [name for name in INFO if "Secret" in name] + ["tmpContentId"])
def test_keys_that_are_not_complete_are_not_taken(alice, missing):
    registration = make_registration(alice)
    info = {name: value for name, value in INFO.items() if name != missing}
    assert not importing.bring_keys(registration, {"registerInfo": info}, keys_from="reply")
    assert not registration.is_import


def test_an_import_asks_tmp_nothing_and_keeps_all_it_brought(wire, at_sandbox, alice):
    registration = run(brought(alice, at_sandbox))
    assert (registration.state, wire.connections) == ("DONE", 0)
    account = registration.account
    assert account.gateway_secret_key == INFO["apiGateSecretKey"]
    assert "newSECRET" in account.unknown_members
    entry = AuditEntry.objects.get()
    assert (entry.deed, entry.detail) == (AuditEntry.Deed.IMPORTED, {"keys_from": "reply"})


def test_an_import_with_a_wrong_bucket_key_stays_a_draft(wire, at_sandbox, alice):
    registration = run(brought(alice, at_sandbox, bucket_secret_key="wrong-key-000"))
    assert (registration.state, registration.is_import) == ("DRAFT", True)


@pytest.mark.parametrize("state", [state for state in Registration.State if state != "DRAFT"])
def test_keys_come_to_a_draft_only(alice, state):
    registration = make_registration(alice, state=state)
    assert not importing.bring_keys(registration, REPLY, keys_from="reply")
    assert not importing.drop_keys(registration)


def test_dropped_keys_are_gone(alice):
    registration = brought(alice)
    assert importing.drop_keys(registration)
    assert (registration.raw_reply, registration.is_import) == ("", False)


def test_what_a_text_says_fills_only_what_it_says(alice):
    registration = make_registration(alice)
    taken = importing.take(registration, "region=ap-nanjing\nuserName=studio8")
    assert set(taken.fields) == {"region", "user_name"}
    assert (registration.region, registration.user_name) == ("ap-nanjing", "studio8")
    assert registration.bucket == "songs-1250000000"


def test_a_value_too_long_for_its_column_is_left_out(alice):
    registration = make_registration(alice)
    importing.take(registration, f"userName={'a' * 100}")
    assert registration.user_name != "a" * 100


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_text_is_read_in_every_encoding_that_its_editors_write(encoding):
    assert importing.text_in(io.BytesIO("鼓点=1".encode(encoding))) == "鼓点=1"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty"), (b" \n", "empty"), (b"a\0b", "binary"), (b"\xff\xff\x81", "binary")],
)
def test_what_is_no_text_is_told_so(content, code):
    with pytest.raises(importing.NoText) as caught:
        importing.text_in(io.BytesIO(content))
    assert caught.value.code == code


def test_a_file_of_exactly_the_limit_is_read_and_one_byte_more_is_not():
    assert importing.text_in(io.BytesIO(b"a" * importing.LARGEST_FILE))
    with pytest.raises(importing.NoText):
        importing.text_in(io.BytesIO(b"a" * (importing.LARGEST_FILE + 1)))
