"""TMP has no key but the registered one: what that may not do in the bucket, TMP cannot do either."""

import json
from collections.abc import Callable

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.asking import failure, output
from tests.sandbox.client import Bucket, Caller, Json, register, registration, send
from tests.sandbox.conftest import bucket_of
from tests.sandbox.doors import key_of, knock

WHOLE = "qcs::cos:ap-guangzhou:uid/1250000000:sandbox-1250000000/"
DEMO = "100000000001_demo/run_musicBeat.py"


@pytest.fixture(autouse=True)
def _song_and_no_demo(bucket: Bucket) -> None:
    bucket.ask("DELETE", DEMO)
    bucket.ask("PUT", "song.mp3", body=b"la la la")


def refusal(sandbox: Sandbox, own: Bucket) -> str:
    body = json.dumps(registration(own)).encode()
    reply = send("POST", sandbox.gateway.url + "/register", body)
    assert (reply.status, "registerInfo" in reply.json) == (200, False)
    return reply.json["errorResponse"]["message"]


def policy(**resources: str) -> Json:
    """A policy of one action per resource."""
    statements = [
        {"effect": "allow", "action": f"name/cos:{action}", "resource": WHOLE + resource}
        for action, resource in resources.items()
    ]
    return {"version": "2.0", "statement": statements}


def finished(caller: Caller) -> dict:
    return caller.finish(caller.create(caller.job("song.mp3")))


@pytest.mark.parametrize("rights", ["full", "data", "blind"])
def test_the_guide_s_reference_person_registers_and_gets_results(
    sandbox: Sandbox, bucket: Bucket, rights: str
) -> None:
    caller = register(sandbox.gateway.url, key_of(sandbox, rights=rights))
    assert bucket.ask("HEAD", DEMO).status == 200
    job = finished(caller)
    assert job["state"] == 3, job
    name = job["outputs"][0]["smartContentResult"]["musicBeat"]["beatFileName"]
    assert bucket.ask("HEAD", f"output/musicBeat/{name}").status == 200


@pytest.mark.parametrize("rights", ["read", "none"])
def test_a_key_that_cannot_write_registers_nobody(sandbox: Sandbox, bucket: Bucket, rights: str) -> None:
    before = sandbox.backend.accounts.all()
    message = refusal(sandbox, key_of(sandbox, rights=rights))
    assert message == "cannot write to cos bucket sandbox-1250000000: AccessDenied"
    assert sandbox.backend.accounts.all() == before
    assert bucket.ask("HEAD", DEMO).status == 404


def test_a_policy_must_cover_the_folder_of_the_demo(sandbox: Sandbox, bucket: Bucket) -> None:
    assert "AccessDenied" in refusal(sandbox, key_of(sandbox, policy=policy(PutObject="portal/*")))
    assert bucket.ask("HEAD", DEMO).status == 404
    register(sandbox.gateway.url, key_of(sandbox, policy=policy(PutObject="100000000001_demo/*")))
    assert bucket.ask("HEAD", DEMO).status == 200


def test_a_song_that_the_key_cannot_read_ends_in_an_error(sandbox: Sandbox) -> None:
    own = key_of(sandbox, policy=policy(PutObject="*", GetObject="songs/*"))
    caller = register(sandbox.gateway.url, own)
    message = failure(caller, caller.job("/song.mp3"))
    assert message == "cannot read song.mp3 in cos bucket sandbox-1250000000: AccessDenied"


def test_a_destination_that_the_key_cannot_write_ends_in_an_error(sandbox: Sandbox, bucket: Bucket) -> None:
    rights = policy(GetObject="*")
    for folder in ("100000000001_demo/*", "output/*"):
        rights["statement"] += policy(PutObject=folder)["statement"]
    caller = register(sandbox.gateway.url, key_of(sandbox, policy=rights))
    assert finished(caller)["state"] == 3
    message = failure(caller, caller.job("song.mp3", outputs=[output(caller, destination="elsewhere")]))
    assert message.startswith("cannot write elsewhere/")
    assert message.endswith(": AccessDenied")
    assert b"<Key>" not in bucket.ask("GET", params={"prefix": "elsewhere/"}).body


def test_a_job_needs_the_key_for_as_long_as_it_runs(sandbox: Sandbox) -> None:
    own = key_of(sandbox, rights="data")
    caller = register(sandbox.gateway.url, own)
    assert finished(caller)["state"] == 3
    knock(sandbox, "keys/delete", {"secretId": own.secret_id})
    assert "InvalidAccessKeyId" in failure(caller, caller.job("song.mp3"))
    assert "InvalidAccessKeyId" in refusal(sandbox, own)


def test_a_registration_for_a_bucket_of_its_own_writes_there(sandbox: Sandbox, bucket: Bucket) -> None:
    own = key_of(sandbox, rights="data", bucket="own-1250000000")
    own.ask("PUT", "song.mp3", body=b"mine")
    caller = register(sandbox.gateway.url, own)
    assert finished(caller)["state"] == 3
    assert own.ask("HEAD", DEMO).status == 200
    assert bucket.ask("HEAD", DEMO).status == 404


def test_an_account_keeps_its_rights_over_a_restart(start: Callable[..., Sandbox]) -> None:
    first = start()
    bucket_of(first).ask("PUT", "song.mp3", body=b"x")
    own = key_of(first, policy=policy(PutObject="100000000001_demo/*", GetObject="*"))
    caller = register(first.gateway.url, own)
    first.stop()
    second = start()
    again = Caller(second.gateway.url, caller.source, caller.info)
    assert "AccessDenied" in failure(again, again.job("song.mp3"))
