"""The tight policy: what the portal and TMP need of a bucket, for one folder of songs, and nothing else."""

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.client import Bucket, Caller, register
from tests.sandbox.conftest import bucket_of
from tests.sandbox.doors import key_of, knock
from tests.sandbox.test_rights_named import RULES


@pytest.fixture
def tight(sandbox: Sandbox) -> Bucket:
    full = bucket_of(sandbox)
    for key in ("songs/there", "other/there", "song.mp3"):
        full.ask("PUT", key, body=b"la la")
    return key_of(sandbox, rights="tight")


def test_it_sees_the_bucket(tight: Bucket) -> None:
    assert tight.ask("HEAD").status == 200
    assert b"songs/there" in tight.ask("GET", params={"prefix": "songs/"}).body
    assert tight.ask("GET", params={"cors": ""}).code != "AccessDenied"
    assert tight.ask("GET", params={"uploads": ""}).status == 200


@pytest.mark.parametrize(
    ("method", "params", "body"),
    [
        ("PUT", {"cors": ""}, RULES),
        ("DELETE", {"cors": ""}, b""),
        ("GET", {"acl": ""}, b""),
        ("GET", {"location": ""}, b""),
        ("PUT", {"acl": ""}, b""),
    ],
)
def test_it_changes_nothing_of_the_bucket(
    tight: Bucket, method: str, params: dict[str, str], body: bytes
) -> None:
    assert tight.ask(method, params=params, body=body).code == "AccessDenied"


def test_it_uses_what_lies_under_its_prefix(tight: Bucket) -> None:
    assert tight.ask("GET", "songs/there").body == b"la la"
    assert tight.ask("PUT", "songs/new", body=b"x").status == 200
    assert tight.ask("HEAD", "songs/new").status == 200
    assert tight.ask("POST", "songs/big", params={"uploads": ""}).status == 200
    assert tight.ask("DELETE", "songs/new").status == 204


@pytest.mark.parametrize("key", ["other/there", "song.mp3", "songs", "mysongs/x", "x/songs/x", "output"])
def test_everything_else_is_closed(tight: Bucket, key: str) -> None:
    assert tight.ask("GET", key).code == "AccessDenied"
    assert tight.ask("PUT", key, body=b"x").code == "AccessDenied"
    assert tight.ask("HEAD", key).status == 403
    assert tight.ask("DELETE", key).code == "AccessDenied"


def test_it_is_enough_for_tmp(sandbox: Sandbox, tight: Bucket) -> None:
    caller = register(sandbox.gateway.url, tight, userName="tight")
    job = caller.finish(caller.create(caller.job("songs/there")))
    assert job["state"] == 3, job
    name = job["outputs"][0]["smartContentResult"]["musicBeat"]["beatFileName"]
    assert tight.ask("GET", f"output/musicBeat/{name}").status == 200
    assert tight.ask("GET", caller.info["demoCosPath"]).status == 200
    assert finish(caller, "other/there").startswith("cannot read other/there")


def finish(caller: Caller, path: str) -> str:
    job = caller.finish(caller.create(caller.job(path)))
    return str(job["message"])


def test_its_prefix_can_be_chosen(sandbox: Sandbox, tight: Bucket) -> None:
    own = key_of(sandbox, rights="tight:other/")
    assert [own.ask("GET", key).status for key in ("other/there", "songs/there")] == [200, 403]
    for rights in ("tight:", "tight:a*", "tight-", "tights"):
        reply = knock(sandbox, "keys", {"rights": rights})
        assert reply.status == 400
        assert "rights are one of" in reply.json["message"]


def test_it_opens_no_other_bucket(sandbox: Sandbox, tight: Bucket, other_bucket: Bucket) -> None:
    other_bucket.ask("PUT", "songs/there", body=b"x")
    stranger = Bucket(tight.store, other_bucket.name, tight.secret_id, tight.secret_key)
    assert stranger.ask("GET", "songs/there").code == "AccessDenied"
