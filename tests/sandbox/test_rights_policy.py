"""Keys with a CAM policy: wildcards, prefixes and denials, as COS documents them, and what is no policy."""

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.client import Bucket, Json
from tests.sandbox.doors import key_of, knock
from tests.sandbox.test_rights_named import copied, deleted

BUCKET = "sandbox-1250000000"
WHOLE = f"qcs::cos:ap-guangzhou:uid/1250000000:{BUCKET}/"
ALL = "name/cos:*"


def statement(action: object, resource: object, effect: str = "allow") -> Json:
    return {"effect": effect, "action": action, "resource": resource}


def policy(*statements: Json) -> Json:
    return {"version": "2.0", "statement": list(statements)}


@pytest.fixture(autouse=True)
def _objects(bucket: Bucket) -> None:
    for key in ("in/a", "in/secret/b", "out", "there"):
        bucket.ask("PUT", key, body=key.encode())


def reads(own: Bucket, *keys: str) -> list[str]:
    """Which of the keys can be read."""
    found = {key: own.ask("GET", key).status for key in keys}
    assert set(found.values()) <= {200, 403}
    return [key for key, status in found.items() if status == 200]


def opened(sandbox: Sandbox, *statements: Json) -> list[str]:
    return reads(key_of(sandbox, policy=policy(*statements)), "in/a", "in/secret/b", "out")


@pytest.mark.parametrize(
    ("resource", "keys"),
    [
        ("*", ["in/a", "in/secret/b", "out"]),
        (WHOLE + "*", ["in/a", "in/secret/b", "out"]),
        ("qcs::cos:*:uid/*:*", ["in/a", "in/secret/b", "out"]),
        ([WHOLE + "in/*"], ["in/a", "in/secret/b"]),
        ([WHOLE + "in/a", WHOLE + "out"], ["in/a", "out"]),
        (WHOLE + "*secret*", ["in/secret/b"]),
        (WHOLE + "i.*", []),
        (WHOLE, []),
        (WHOLE.replace("guangzhou", "beijing") + "*", []),
        (WHOLE.replace("uid/1250000000", "uid/1250000001") + "*", []),
        (WHOLE.replace(BUCKET, "sandbox2-1250000000") + "*", []),
        (WHOLE.replace("sandbox", "sand") + "*", []),
    ],
)
def test_a_resource_names_what_is_opened(sandbox: Sandbox, resource: object, keys: list[str]) -> None:
    assert opened(sandbox, statement("name/cos:GetObject", resource)) == keys


@pytest.mark.parametrize(
    ("action", "works"),
    [
        ("name/cos:GetObject", True),
        (["name/cos:PutObject", "name/cos:GetObject"], True),
        ("name/cos:Get*", True),
        ("name/cos:*Object", True),
        (ALL, True),
        ("*", True),
        ("name/cos:getobject", False),
        ("name/cos:GetObjectACL", False),
        ("name/cos:HeadObject", False),
        ("name/cos:Get", False),
    ],
)
def test_an_action_is_matched_letter_by_letter(sandbox: Sandbox, action: object, works: bool) -> None:
    assert (opened(sandbox, statement(action, WHOLE + "*")) != []) is works


@pytest.mark.parametrize("deny_first", [True, False])
def test_a_denial_wins_wherever_it_stands(sandbox: Sandbox, deny_first: bool) -> None:
    both = [statement(ALL, "*"), statement("name/cos:Get*", WHOLE + "in/secret/*", "deny")]
    assert opened(sandbox, *(both[::-1] if deny_first else both)) == ["in/a", "out"]
    own = key_of(sandbox, policy=policy(*both))
    assert own.ask("HEAD", "in/secret/b").status == 200


def test_a_denial_holds_in_a_public_bucket_too(sandbox: Sandbox) -> None:
    full = key_of(sandbox, rights="full", bucket="open-1250000000")
    full.ask("PUT", "a", body=b"x")
    knock(sandbox, "buckets", {"bucket": full.name, "acl": "public-read"})
    shut = key_of(sandbox, policy=policy(statement("name/cos:GetObject", "*", "deny")), bucket=full.name)
    assert shut.ask("GET", "a").status == 403
    assert shut.ask("HEAD", "a").status == 200
    knock(sandbox, "buckets", {"bucket": full.name, "acl": "private"})
    assert shut.ask("HEAD", "a").status == 403


def test_a_bucket_s_actions_need_the_bucket_itself(sandbox: Sandbox) -> None:
    actions = ["name/cos:GetBucket", "name/cos:HeadBucket", "name/cos:GetBucketCORS", "name/cos:GetBucketACL"]
    below = key_of(sandbox, policy=policy(statement(actions, WHOLE + "in/*")))
    itself = key_of(sandbox, policy=policy(statement(actions, WHOLE)))
    for params in ({}, {"cors": ""}, {"acl": ""}):
        assert below.ask("GET", params=params).status == 403
        assert itself.ask("GET", params=params).status in (200, 404)
    assert (below.ask("HEAD").status, itself.ask("HEAD").status) == (403, 200)
    assert itself.ask("PUT", params={"cors": ""}).status == 403


def test_a_copy_reads_its_source_and_writes_its_target(sandbox: Sandbox, bucket: Bucket) -> None:
    put = statement("name/cos:PutObject", WHOLE + "copy")
    get = statement("name/cos:GetObject", WHOLE + "in/*")
    assert copied(key_of(sandbox, policy=policy(put)), "in/a").code == "AccessDenied"
    assert copied(key_of(sandbox, policy=policy(get)), "in/a").code == "AccessDenied"
    both = key_of(sandbox, policy=policy(put, get))
    assert copied(both, "out").code == "AccessDenied"
    assert bucket.ask("HEAD", "copy").status == 404
    assert copied(both, "in/a").status == 200
    assert bucket.ask("DELETE", "copy").status == 204


def test_of_many_keys_only_the_allowed_are_deleted(sandbox: Sandbox, bucket: Bucket) -> None:
    own = key_of(sandbox, policy=policy(statement("name/cos:DeleteObject", WHOLE + "in/*")))
    text = deleted(own, "in/a", "out").body.decode()
    assert "<Deleted><Key>in/a</Key></Deleted>" in text
    assert "<Error><Key>out</Key><Code>AccessDenied</Code>" in text
    assert [bucket.ask("HEAD", key).status for key in ("in/a", "out")] == [404, 200]


def test_a_policy_opens_no_bucket_but_its_key_s(sandbox: Sandbox, other_bucket: Bucket) -> None:
    other_bucket.ask("PUT", "there", body=b"theirs")
    own = key_of(sandbox, policy=policy(statement(ALL, "*")))
    strange = Bucket(own.store, other_bucket.name, own.secret_id, own.secret_key)
    assert strange.ask("GET", "there").code == "AccessDenied"


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        "full",
        {"version": "1.0", "statement": [statement(ALL, "*")]},
        {"version": "2.0", "statement": []},
        {"version": "2.0", "statement": statement(ALL, "*")},
        {"version": "2.0", "statement": [statement(ALL, "*")], "Id": "x"},
        policy({**statement(ALL, "*"), "condition": {"ip_equal": {"qcs:ip": "10.0.0.1"}}}),
        policy({**statement(ALL, "*"), "principal": {"qcs": ["*"]}}),
        policy({"effect": "allow", "resource": "*"}),
        policy(statement(ALL, "*", "Allow")),
        policy(statement("cos:GetObject", "*")),
        policy(statement("name/cvm:RunInstances", "*")),
        policy(statement([], "*")),
        policy(statement(7, "*")),
        policy(statement(ALL, f"{BUCKET}/*")),
        policy(statement(ALL, [WHOLE, 7])),
        policy(statement(ALL, WHOLE + "x" * 7000)),
        {"version": ["2.0"], "statement": [7]},
    ],
)
def test_what_the_sandbox_cannot_evaluate_is_refused(sandbox: Sandbox, document: object) -> None:
    reply = knock(sandbox, "keys", {"policy": document})
    assert reply.status == 400
    assert reply.json["message"]
