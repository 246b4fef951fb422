"""Temporary keys: a token beside every request, an end, and never more rights than the key they came from."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.client import Bucket, Reply, registration, send
from tests.sandbox.conftest import bucket_of
from tests.sandbox.doors import key_of, knock
from tests.sandbox.test_store_forms import posted

TOKEN = "x-cos-security-token"


@dataclass(frozen=True)
class Lent:
    """A temporary key's bucket, and its token."""

    bucket: Bucket
    token: str

    def ask(self, method: str, key: str = "", *, token: str | None = None, body: bytes = b"") -> Reply:
        """A request with the key's token, another one, or (empty) none."""
        sent = self.token if token is None else token
        return self.bucket.ask(method, key, headers={TOKEN: sent} if sent else {}, body=body)


def lent(sandbox: Sandbox, maker: Bucket, **members: object) -> Lent:
    reply = knock(sandbox, "keys/temporary", {"secretId": maker.secret_id, **members})
    assert reply.status == 200, reply
    made = reply.json
    return Lent(replace(maker, secret_id=made["secretId"], secret_key=made["secretKey"]), made["token"])


def test_with_its_token_it_opens_the_buckets_of_its_maker(
    sandbox: Sandbox, bucket: Bucket, other_bucket: Bucket
) -> None:
    own = lent(sandbox, bucket)
    assert own.ask("PUT", "mine", body=b"x").status == 200
    assert own.ask("GET", "mine").body == b"x"
    elsewhere = replace(own, bucket=replace(own.bucket, name=other_bucket.name))
    assert elsewhere.ask("GET", "mine").code == "AccessDenied"


def test_the_token_may_stand_in_a_signed_url_or_a_form(sandbox: Sandbox, bucket: Bucket) -> None:
    own = lent(sandbox, bucket)
    own.ask("PUT", "mine", body=b"x")
    url = own.bucket.signed_url("GET", "mine", {TOKEN: own.token})
    assert send("GET", url).body == b"x"
    assert send("GET", own.bucket.signed_url("GET", "mine")).code == "InvalidAccessKeyId"
    assert posted(own.bucket, **{TOKEN: own.token}).status == 204
    assert posted(own.bucket).code == "InvalidAccessKeyId"


def test_a_token_and_a_key_belong_together(sandbox: Sandbox, bucket: Bucket) -> None:
    own, other = lent(sandbox, bucket), lent(sandbox, bucket)
    for token in ("", "nonsense", other.token):
        refused = own.ask("PUT", "mine", token=token, body=b"x")
        assert (refused.status, refused.code) == (403, "InvalidAccessKeyId")
    with_token = bucket.ask("GET", "mine", headers={TOKEN: own.token})
    assert (with_token.status, with_token.code) == (403, "InvalidAccessKeyId")


def test_it_ends(start: Callable[..., Sandbox]) -> None:
    sandbox = start()
    own = lent(sandbox, bucket_of(sandbox), seconds=60)
    assert own.ask("PUT", "mine", body=b"x").status == 200
    # Within what signatures may be off, so that they stay good.
    sandbox.trouble.clock.skew = 61
    refused = own.ask("GET", "mine")
    assert (refused.status, refused.code) == (400, "ExpiredToken")


@pytest.mark.parametrize(("own", "maker"), [("read", "full"), ("full", "read"), ("data", "read")])
def test_it_may_what_both_it_and_its_maker_may(sandbox: Sandbox, own: str, maker: str) -> None:
    bucket_of(sandbox).ask("PUT", "there", body=b"x")
    key = lent(sandbox, key_of(sandbox, rights=maker), rights=own)
    assert key.ask("GET", "there").status == 200
    assert key.ask("PUT", "there", body=b"y").code == "AccessDenied"


def test_it_loses_what_its_maker_loses(start: Callable[..., Sandbox]) -> None:
    sandbox = start()
    maker = key_of(sandbox, rights="full")
    own = lent(sandbox, maker)
    assert own.ask("PUT", "mine", body=b"x").status == 200
    knock(sandbox, "keys/rights", {"secretId": maker.secret_id, "rights": "read"})
    assert own.ask("PUT", "mine", body=b"x").code == "AccessDenied"
    knock(sandbox, "keys/delete", {"secretId": maker.secret_id})
    assert own.ask("GET", "mine").code == "InvalidAccessKeyId"
    sandbox.stop()
    again = start()
    moved = replace(own, bucket=replace(own.bucket, store=again.store.url))
    assert moved.ask("GET", "mine").code == "InvalidAccessKeyId"


def test_it_makes_no_other_and_nobody_registers_with_it(sandbox: Sandbox, bucket: Bucket) -> None:
    own = lent(sandbox, bucket)
    again = knock(sandbox, "keys/temporary", {"secretId": own.bucket.secret_id})
    assert (again.status, again.json) == (400, {"message": "a temporary key makes no other"})
    body = json.dumps(registration(own.bucket)).encode()
    reply = send("POST", f"{sandbox.gateway.url}/register", body, {"Content-Type": "application/json"})
    assert "InvalidAccessKeyId" in reply.json["errorResponse"]["message"]


@pytest.mark.parametrize("members", [{"seconds": 0}, {"seconds": 129_601}, {"rights": "any"}, {"days": 1}])
def test_what_makes_no_sense_is_refused(sandbox: Sandbox, bucket: Bucket, members: dict) -> None:
    assert knock(sandbox, "keys/temporary", {"secretId": bucket.secret_id, **members}).status == 400
    assert knock(sandbox, "keys/temporary", {"secretId": "AKIDnobody"}).status == 404
