"""The sandbox's control door, and keys from it, for tests in this process."""

import json
from dataclasses import replace

from sandbox.assembly import Sandbox
from tests.sandbox.client import Bucket, Reply, send
from tests.sandbox.conftest import bucket_of


def knock(sandbox: Sandbox, door: str, body: object) -> Reply:
    """One order at the control door."""
    headers = {"Content-Type": "application/json"}
    return send("POST", f"{sandbox.gateway.url}/_control/{door}", json.dumps(body).encode(), headers)


def key_of(sandbox: Sandbox, **members: object) -> Bucket:
    """A bucket with a new key, ordered at the control door: rights or policy, and perhaps bucket."""
    reply = knock(sandbox, "keys", members)
    assert reply.status == 200, reply
    made = reply.json
    own = replace(bucket_of(sandbox), name=made["bucket"])
    return replace(own, secret_id=made["secretId"], secret_key=made["secretKey"])
