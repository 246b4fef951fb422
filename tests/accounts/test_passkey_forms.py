"""What somebody else than a browser sends for a passkey is refused as a form is (T31)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
NAMES = ("clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle")
# Nested without end, unfinished, empty, a map without members, with a form and odd members, bare zeros.
CBOR = (
    b"\x81" * 3000,
    b"\x9f",
    b"",
    b"\xa0",
    b"\xa3cfmtdnonegattStmt\xa0hauthDataAx",
    b"\xa3cfmtfpackedgattStmt\x01hauthDataX%" + bytes(37),
    b"\xa3cfmtdnonegattStmt\xa0hauthDataX%" + bytes(32) + b"\x41" + bytes(4),
    bytes(37),
    bytes(32) + b"\xc5" + bytes(80),
)


def answered(**response: bytes) -> str:
    """What a browser would send, with these bytes in it."""
    words = {name: base64.urlsafe_b64encode(data).decode().rstrip("=") for name, data in response.items()}
    told = {**dict.fromkeys(NAMES, "eA"), **words}
    return json.dumps({"id": "eA", "rawId": "eA", "type": "public-key", "response": told})


def client_data(kind: str) -> bytes:
    told = {"type": kind, "challenge": "eA", "origin": "http://testserver"}
    return json.dumps(told).encode()


ODD = (
    "[" * 3000,
    '{"a":' * 3000,
    "9" * 5000,
    "1e400",
    "NaN",
    "[]",
    '"x"',
    "true",
    "{}",
    "\ud7ff\ue000",
    '{"id": 1, "rawId": [], "response": {}}',
    '{"id": "x", "rawId": "x", "type": "public-key", "response": "x"}',
    json.dumps({"id": "eA", "rawId": "eA", "type": "public-key", "response": dict.fromkeys(NAMES, "eA")}),
    json.dumps({"id": "eA", "rawId": "eA", "type": "public-key", "response": dict.fromkeys(NAMES, None)}),
    json.dumps(
        {"id": "eA", "rawId": "eA", "type": "x", "response": {"clientDataJSON": "é", "userHandle": 7}}
    ),
)


def _nobody(_alice: User) -> Client:
    return Client()


def _confirmed(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def _with_passkey(alice: User) -> Client:
    Authenticator.objects.create(user=alice, type=Authenticator.Type.WEBAUTHN, data={"name": "hers"})
    return _confirmed(alice)


def _halfway(alice: User) -> Client:
    Authenticator.objects.create(user=alice, type=Authenticator.Type.TOTP, data={"secret": ""})
    client = Client()
    client.post(reverse("account_login"), {"login": alice.username, "password": PASSWORD})
    return client


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("mfa_login_webauthn", _nobody),
        ("mfa_add_webauthn", _confirmed),
        ("mfa_reauthenticate_webauthn", _with_passkey),
        ("mfa_authenticate", _halfway),
    ],
)
def test_an_odd_answer_is_no_failure_and_opens_nothing(
    alice: User, name: str, who: Callable[[User], Client]
) -> None:
    """T31: such a form cost an error page, for strangers too."""
    client = who(alice)
    before = Authenticator.objects.count()
    for odd in ODD:
        cache.clear()
        answer = client.post(reverse(name), {"credential": odd, "name": "Laptop"})
        assert answer.status_code in (200, 302), odd[:60]
    assert Authenticator.objects.count() == before
    if who in (_nobody, _halfway):
        assert client.get("/").status_code == 302
