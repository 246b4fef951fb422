"""The control door: keys, buckets, and everything it does not let in."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sandbox.assembly import Sandbox
from sandbox.gateway import faults
from sandbox.platform import outcomes
from sandbox.store import faults as store_faults
from tests.sandbox.client import Bucket, Reply, register, send
from tests.sandbox.conftest import bucket_of
from tests.sandbox.doors import key_of, knock
from tests.sandbox.reading import rows_of

JSON = {"Content-Type": "application/json"}
DOORS = {
    "keys": {"rights": "full"},
    "keys/rights": {"secretId": "AKIDnobody", "rights": "read"},
    "keys/delete": {"secretId": "AKIDnobody"},
    "buckets": {"bucket": "sandbox-1250000000", "acl": "public-read"},
    "faults": {"fault": "lost_reply"},
    "outcomes": {"outcome": "fail"},
    "store_faults": {"fault": "half", "action": "GetObject"},
    "barriers/wait": {"name": "gate", "seconds": 0},
    "barriers/open": {"name": "gate"},
    "clock": {"skew_s": 60},
    "limit": {"calls_per_second": 1},
}


def ask(
    sandbox: Sandbox, door: str, body: bytes | None = None, method: str = "POST", **headers: str
) -> Reply:
    text = json.dumps(DOORS[door]).encode() if body is None else body
    given = JSON | {name.replace("_", "-"): value for name, value in headers.items()}
    return send(method, f"{sandbox.gateway.url}/_control/{door}", text, given)


def nothing_happened(sandbox: Sandbox, before: int) -> bool:
    ordered = rows_of(sandbox.gateway.url, "trouble")
    acls = {sandbox.files.keys.acl(key.bucket) for key in sandbox.files.keys.all()}
    return len(sandbox.files.keys.all()) == before and not ordered and acls == {"private"}


def test_a_new_key_opens_the_ready_bucket(sandbox: Sandbox, bucket: Bucket) -> None:
    reply = knock(sandbox, "keys", {"rights": "data"})
    made = reply.json
    assert set(made) == {"bucket", "region", "secretId", "secretKey"}
    assert (made["bucket"], made["region"]) == (bucket.name, "ap-guangzhou")
    assert re.fullmatch(r"AKID[0-9A-Za-z]{32}", made["secretId"])
    assert re.fullmatch(r"[0-9A-Za-z]{32}", made["secretKey"])
    assert reply.headers["cache-control"] == "no-store"
    own = Bucket(bucket.store, bucket.name, made["secretId"], made["secretKey"])
    assert own.ask("PUT", "key", body=b"x").status == 200


def test_a_bucket_that_does_not_exist_is_made_without_rules(sandbox: Sandbox) -> None:
    own = key_of(sandbox, rights="full", bucket="fresh-1250000000")
    assert own.name == "fresh-1250000000"
    assert own.ask("PUT", "kept", body=b"x").status == 200
    assert own.ask("GET", params={"cors": ""}).code == "NoSuchCORSConfiguration"
    second = key_of(sandbox, rights="read", bucket="fresh-1250000000")
    assert second.ask("GET", "kept").body == b"x"
    assert own.ask("GET", "kept").status == 200


def test_a_deleted_key_is_unknown_from_then_on(sandbox: Sandbox) -> None:
    own, other = key_of(sandbox, rights="data"), key_of(sandbox, rights="data")
    url = own.signed_url("GET", "key")
    assert knock(sandbox, "keys/delete", {"secretId": own.secret_id}).status == 200
    assert own.ask("GET").code == "InvalidAccessKeyId"
    assert send("GET", url).code == "InvalidAccessKeyId"
    assert other.ask("GET").status == 200
    assert knock(sandbox, "keys/delete", {"secretId": own.secret_id}).status == 404


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "application/json2"],
)
def test_only_json_is_taken(sandbox: Sandbox, door: str, kind: str) -> None:
    before = len(sandbox.files.keys.all())
    assert ask(sandbox, door, Content_Type=kind).status == 415
    assert nothing_happened(sandbox, before)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("origin", ["http://elsewhere.test", "null", "own"])
def test_no_web_page_gets_in(sandbox: Sandbox, door: str, origin: str) -> None:
    before = len(sandbox.files.keys.all())
    reply = ask(sandbox, door, Origin=sandbox.gateway.url if origin == "own" else origin)
    assert reply.status == 403
    assert "access-control-allow-origin" not in reply.headers
    assert nothing_happened(sandbox, before)


@pytest.mark.parametrize("host", ["elsewhere.test", "elsewhere.test:{port}", "127.0.0.1", ""])
def test_no_other_name_leads_in(sandbox: Sandbox, host: str) -> None:
    port = str(urlsplit(sandbox.gateway.url).port)
    assert ask(sandbox, "keys", Host=host.format(port=port)).status == 403
    assert ask(sandbox, "keys", Host=f"localhost:{port}").status == 200


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_only_post_is_taken(sandbox: Sandbox, door: str, method: str) -> None:
    before = len(sandbox.files.keys.all())
    reply = ask(sandbox, door, method=method)
    assert reply.status == 405
    assert not [name for name in reply.headers if name.startswith("access-control-")]
    assert nothing_happened(sandbox, before)


@pytest.mark.parametrize("door", ["", "key", "keys/", "keys/delete/x", "../register"])
def test_there_are_no_other_doors(sandbox: Sandbox, door: str) -> None:
    assert knock(sandbox, door, {}).status == 404


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"\xff", b'{"a": NaN}', b'{"surprise": 1}', b"{}"])
def test_garbage_is_refused_with_words(sandbox: Sandbox, door: str, body: bytes) -> None:
    before = len(sandbox.files.keys.all())
    reply = ask(sandbox, door, body)
    assert reply.status == 400
    assert reply.json["message"]
    assert nothing_happened(sandbox, before)


@pytest.mark.parametrize(
    ("door", "body"),
    [
        ("keys", {"rights": "everything"}),
        ("keys", {"rights": None}),
        ("keys", {"rights": {"version": "2.0"}}),
        ("keys", {"rights": "full", "policy": {}}),
        ("keys", {"policy": "full"}),
        ("keys", {"rights": "full", "bucket": 7}),
        *(
            ("keys", {"rights": "full", "bucket": name})
            for name in ("", "plain", "Upper-1250000000", "-a-1", "a_b-1", "a/b-1", "a-1\n", "x" * 40 + "-1")
        ),
        ("buckets", {"bucket": "sandbox-1250000000", "acl": "public"}),
        ("buckets", {"bucket": "sandbox-1250000000", "acl": []}),
        ("faults", {"fault": "fire"}),
        ("faults", {"fault": ["hang"]}),
        ("faults", {"fault": "hang", "action": "CancelJob"}),
        ("faults", {"fault": "hang", "caller": 7}),
        ("faults", {"fault": "hang", "message": "x" * 501}),
        ("faults", {"fault": "hang", "seconds": 1}),
        ("faults", {"fault": "slow"}),
        ("faults", {"fault": "http"}),
        *(("faults", {"fault": "http", "status": value}) for value in (200, 399, 600, "503", 500.5)),
        ("faults", {"fault": "http_500", "status": 503}),
        ("faults", {"fault": "redirect"}),
        ("faults", {"fault": "redirect", "location": "http://h/\r\nX: y"}),
        ("faults", {"fault": "odd"}),
        ("faults", {"fault": "drip"}),
        ("faults", {"fault": "hold"}),
        ("faults", {"fault": "hold", "barrier": "gate", "at": "noon"}),
        ("faults", {"fault": "hang", "barrier": "gate"}),
        ("faults", {"fault": "hang", "action": "Register", "custom_id": "x"}),
        ("faults", {"fault": "expired_tmp_key", "action": "Register"}),
        ("faults", {"fault": "hang", "action": "CreateJob", "job_id": "x"}),
        *(("faults", {"fault": "hang", "share": value}) for value in (-0.1, 1.1, "1", None)),
        *(("outcomes", {"outcome": value}) for value in ("fire", None, "late", "late_output")),
        ("outcomes", {"outcome": "fail", "seconds": 1}),
        ("outcomes", {"outcome": "fail", "job_id": "x"}),
        ("barriers/wait", {"name": "gate", "count": 0}),
        ("barriers/wait", {"count": 1}),
        ("clock", {"skew_s": "1"}),
        ("clock", {"skew_s": 1e12}),
        ("limit", {"calls_per_second": -1}),
        ("clear", {"all": True}),
        *(("faults", {"fault": "slow", "seconds": value}) for value in (-1, 601, "8", True)),
        *(("faults", {"fault": "hang", "times": value}) for value in (0, -1, 1.5, 1_000_001, "1", None)),
    ],
)
def test_a_wrong_order_is_refused(sandbox: Sandbox, door: str, body: object) -> None:
    before = len(sandbox.files.keys.all())
    reply = knock(sandbox, door, body)
    assert reply.status == 400
    assert reply.json["message"]
    assert nothing_happened(sandbox, before)


@pytest.mark.parametrize("kinds", [faults.KINDS, outcomes.KINDS, store_faults.KINDS, {**DOORS, "clear": {}}])
def test_the_document_names_everything_that_can_be_ordered(kinds: dict[str, object]) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs/sandbox.md").read_text(encoding="utf-8")
    assert [kind for kind in kinds if not re.search(rf"(?<![\w/]){kind}(?![\w/])", text)] == []


def test_a_bucket_that_does_not_exist_cannot_be_shared(sandbox: Sandbox) -> None:
    reply = knock(sandbox, "buckets", {"bucket": "nothere-1250000000", "acl": "public-read"})
    assert reply.status == 404


def test_the_page_lists_keys_and_rights_but_no_secret(sandbox: Sandbox, bucket: Bucket) -> None:
    document = {
        "version": "2.0",
        "statement": [{"effect": "allow", "action": "name/cos:GetObject", "resource": "*"}],
    }
    made = [key_of(sandbox, rights="blind"), key_of(sandbox, policy=document), bucket]
    page = send("GET", sandbox.gateway.url).body.decode()
    for own in made:
        assert own.secret_id in page
        assert own.secret_key not in page
    rights = {row[3]: (row[0], row[4]) for row in rows_of(sandbox.gateway.url, "buckets")}
    assert rights[made[0].secret_id] == (bucket.name, "blind")
    assert "name/cos:GetObject" in rights[made[1].secret_id][1]


def test_a_control_key_survives_a_restart_and_is_not_printed(start: Callable[..., Sandbox]) -> None:
    first = start()
    made = [key_of(first, rights="read"), key_of(first, rights="full", bucket="sandbox2-1250000000")]
    knock(first, "buckets", {"bucket": "sandbox2-1250000000", "acl": "public-read"})
    first.stop()
    second = start()
    assert second.credentials == first.credentials
    for own in made:
        again = Bucket(second.store.url, own.name, own.secret_id, own.secret_key)
        assert again.ask("GET").status == 200
    assert again.ask("PUT", "x", body=b"x").status == 200
    assert send("GET", again.url("x")).status == 200


def test_a_printed_key_that_was_deleted_is_replaced_at_the_next_start(start: Callable[..., Sandbox]) -> None:
    first = start()
    key_of(first, rights="read")
    gone = first.credentials[0]
    knock(first, "keys/delete", {"secretId": gone.secret_id})
    first.stop()
    second = start()
    assert second.credentials[0].secret_id != gone.secret_id
    assert second.credentials[1] == first.credentials[1]
    assert bucket_of(second).ask("PUT", "x", body=b"x").status == 200


def test_a_folder_of_the_first_version_keeps_its_keys_and_their_rights(start: Callable[..., Sandbox]) -> None:
    first = start()
    info = register(first.gateway.url, bucket_of(first)).info
    reader = first.files.keys.make(first.credentials[0].bucket, rights="read")
    first.files.database.run("alter table credential add column writes int not null default 1")
    first.files.database.run("update credential set writes = 0 where secret_id = ?", reader.secret_id)
    for table, column in (("credential", "rights"), ("credential", "ready"), ("bucket", "acl")):
        first.files.database.run(f"alter table {table} drop column {column}")
    first.stop()
    second = start()
    assert second.credentials == first.credentials
    assert [key.rights for key in second.files.keys.all()] == ["full", "full", "read"]
    assert register(second.gateway.url, bucket_of(second)).info["tmpSecretKey"] == info["tmpSecretKey"]
    assert key_of(second, rights="none").ask("GET").status == 403
