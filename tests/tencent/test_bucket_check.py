"""What a bucket check finds out, step by step, before stores that the sandbox cannot play."""

from __future__ import annotations

import socket
import time

import pytest

from tencent.bucket import Bucket, Listing
from tencent.bucket_check import NEEDED, Check, allows, check_bucket
from tencent.errors import BucketUnreachable
from tests.tencent.stores import DENIED, KEYS, NAME, Store, acl, bucket_at, xml, xml_error
from tests.tencent.wire_server import Script, WireServer, answer

ORDER = ["list", "clock", "put", "get", "region", "delete", "cors", "acl", "multipart"]
ALL_USERS = ("http://cam.qcloud.com/groups/global/AllUsers", "URI")
OWNER = ("qcs::cam::uin/1:uin/1", "ID", "FULL_CONTROL")


def checked(store: Store, **words: str) -> dict[str, Check]:
    with WireServer(store) as server:
        return {check.key: check for check in check_bucket(bucket_at(server.url), **words)}


def dated(seconds: float = 0) -> Script:
    """A sound listing by a clock that differs from ours by so much."""
    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + seconds))
    return xml("<ListBucketResult/>", {"Date": date})


def states(checks: dict[str, Check]) -> dict[str, str]:
    return {key: check.state for key, check in checks.items()}


def test_a_sound_bucket_passes_every_step_in_order_and_keeps_nothing() -> None:
    store = Store(list=dated())
    checks = checked(store, origin="https://portal.example")
    assert states(checks) == dict.fromkeys(ORDER, "ok")
    assert list(checks) == ORDER
    assert store.kept == {}


def test_rows_come_one_by_one_and_a_watcher_who_leaves_leaves_no_probe() -> None:
    store = Store()
    with WireServer(store) as server:
        rows = check_bucket(bucket_at(server.url))
        assert next(rows).key == "list"
        assert len(server.requests) == 1, "nothing is asked ahead"
        while next(rows).key != "put":
            pass
        assert len(store.kept) == 1
        rows.close()
    assert store.kept == {}


def test_a_skewed_store_clock_fails_the_check_and_is_measured() -> None:
    checks = checked(Store(list=dated(1200)))
    assert list(states(checks).values()) == ["ok", "failed", *["skipped"] * 7]
    assert checks["clock"].code == "clock"
    assert checks["clock"].detail["skew_s"] == pytest.approx(1200, abs=5)


def test_a_probe_that_cannot_be_read_back_is_removed_all_the_same() -> None:
    store = Store(get=xml_error(403, "AccessDenied", "no reading"))
    checks = checked(store)
    assert list(states(checks).values())[2:] == ["ok", "failed", *["skipped"] * 5]
    assert store.kept == {}


@pytest.mark.parametrize("step", ["list", "put", "get"])
def test_a_right_that_tmp_needs_is_never_merely_forbidden(step: str) -> None:
    check = checked(Store(**{step: DENIED}))[step]
    assert (check.state, check.code, check.detail["http_state"]) == ("failed", "AccessDenied", 403)


@pytest.mark.parametrize("step", ["delete", "cors", "acl", "multipart"])
@pytest.mark.parametrize(
    "refusal",
    [DENIED, xml_error(403, "Forbidden", "AccessDenied"), answer(403)],
    ids=["code", "words", "403"],
)
def test_a_nice_right_that_is_missing_stops_nothing(step: str, refusal: Script) -> None:
    found = states(checked(Store(**{step: refusal})))
    assert found.pop(step) == "forbidden"
    assert "failed" not in found.values()
    assert "skipped" not in found.values()


@pytest.mark.parametrize("step", ["delete", "cors", "acl", "multipart"])
def test_other_trouble_with_a_nice_step_is_told_as_such(step: str) -> None:
    check = checked(Store(**{step: xml_error(501, "NotImplemented", "no")}))[step]
    assert (check.state, check.code, check.detail["http_state"]) == ("warn", "NotImplemented", 501)


def test_a_probe_that_may_not_be_deleted_is_named() -> None:
    store = Store(delete=DENIED)
    detail = checked(store)["delete"].detail
    assert [f"/{NAME}/{detail['key']}".encode()] == list(store.kept)
    assert detail["key"].startswith(".portal-probe/")


@pytest.mark.parametrize(
    ("odd", "found"),
    [
        ({"HEAD": answer(200, b"", {"x-cos-bucket-region": "ap-beijing"})}, "ap-beijing"),
        (
            {"HEAD": answer(403), "location": xml("<LocationConstraint>ap-beijing</LocationConstraint>")},
            "ap-beijing",
        ),
    ],
)
def test_a_bucket_that_says_it_is_elsewhere_fails(odd: dict[str, Script], found: str) -> None:
    checks = checked(Store(**odd))
    assert (checks["region"].state, checks["region"].code) == ("failed", "other_region")
    assert checks["region"].detail == {"region": found}
    assert states(checks)["multipart"] == "skipped"
    assert "region" in NEEDED


@pytest.mark.parametrize(
    ("odd", "code"),
    [
        ({"HEAD": answer(403), "location": DENIED}, "AccessDenied"),
        ({"HEAD": answer(200), "location": xml("<LocationConstraint/>")}, "no_region"),
    ],
)
def test_a_region_that_cannot_be_seen_blocks_nothing(odd: dict[str, Script], code: str) -> None:
    checks = checked(Store(**odd))
    assert (checks["region"].state, checks["region"].code) == ("forbidden", code)
    assert checks["multipart"].state == "ok"


@pytest.mark.parametrize(
    ("grants", "code"),
    [
        ([OWNER], ""),
        ([OWNER, (*ALL_USERS, "READ")], "public_read"),
        ([OWNER, (*ALL_USERS, "READ"), (*ALL_USERS, "WRITE")], "public_write"),
        ([(*ALL_USERS, "FULL_CONTROL")], "public_write"),
        ([(*ALL_USERS, "READ_ACP")], ""),
        ([("qcs::cam::anyone:anyone", "ID", "READ")], "public_read"),
    ],
)
def test_a_bucket_open_to_everyone_is_noticed(grants: list[tuple[str, str, str]], code: str) -> None:
    check = checked(Store(acl=xml(acl(*grants))))["acl"]
    assert (check.state, check.code) == ("warn" if code else "ok", code)


@pytest.mark.parametrize(
    ("odd", "origin", "code"),
    [
        ({"cors": xml_error(404, "NoSuchCORSConfiguration", "none")}, "https://portal.example", "no_rules"),
        ({}, "https://other.example", "origin_not_allowed"),
        ({}, "https://portal.example", ""),
    ],
)
def test_cors_rules_are_judged_for_the_portals_own_pages(
    odd: dict[str, Script], origin: str, code: str
) -> None:
    check = checked(Store(**odd), origin=origin)["cors"]
    assert (check.state, check.code) == ("warn" if code else "ok", code)


def test_cors_rules_are_read_as_cos_reads_them() -> None:
    rules = [{"AllowedOrigin": ["https://*.example.com"], "AllowedMethod": ["GET", "PUT"]}]
    assert allows(rules, "https://portal.example.com")
    assert not allows(rules, "http://portal.example.com")
    assert not allows(rules, "https://portal.example.com", ("DELETE",))
    assert allows([{"AllowedOrigin": ["*"], "AllowedMethod": ["GET"]}, *rules], "https://a.example.com")
    assert not allows([], "https://a.example.com")


# A bucket that is somewhere else

GONE = xml_error(404, "NoSuchBucket", "The specified bucket does not exist.")
STORES = {"x-cos-request-id": "id"}


def region_hosts(**there: Script) -> Script:
    """Answers `/<bucket>/<region>`: 404 but for `there`, by the region's name without `ap-`."""

    def script(peer: socket.socket, request: bytes) -> None:
        region = request.split(b" ")[1].rsplit(b"/", 1)[-1].decode()
        there.get(region.removeprefix("ap-"), answer(404, b"", STORES))(peer, request)

    return script


def test_a_bucket_in_another_region_is_found_without_showing_a_key() -> None:
    with WireServer(region_hosts(beijing=answer(403, b"", STORES))) as hosts:
        template = f"{hosts.url}/{{bucket}}/{{region}}"
        checks = checked(Store(list=GONE), hosts=template)
    assert (checks["list"].state, checks["list"].code) == ("failed", "other_region")
    assert checks["list"].detail["region"] == "ap-beijing"
    assert states(checks)["clock"] == "skipped"
    asked = [request.split(b" ")[1].decode() for request in hosts.requests]
    assert len(asked) == len(set(asked)) > 15
    assert f"/{NAME}/ap-guangzhou" not in asked, "that one has just been asked"
    assert all(request.startswith(b"HEAD ") for request in hosts.requests)
    sent = b"".join(hosts.requests).lower()
    assert b"authorization" not in sent
    assert b"akidbucket" not in sent


@pytest.mark.parametrize(
    "there",
    [
        {},
        {"beijing": answer(403)},
        {"beijing": answer(200, b"", STORES), "shanghai": answer(403, b"", STORES)},
        {"beijing": answer(307, b"", {**STORES, "Location": "http://127.0.0.1:1/"})},
    ],
    ids=["nowhere", "a proxy says 403", "twice", "redirected"],
)
def test_a_bucket_that_is_not_surely_elsewhere_is_simply_missing(there: dict[str, Script]) -> None:
    with WireServer(region_hosts(**there)) as hosts:
        check = checked(Store(list=GONE), hosts=f"{hosts.url}/{{bucket}}/{{region}}")["list"]
    assert (check.state, check.code) == ("failed", "NoSuchBucket")
    assert "region" not in check.detail


def test_a_host_name_that_does_not_exist_sends_us_looking_too() -> None:
    class Nowhere(Bucket):
        def list(self, *_: object, **__: object) -> Listing:
            raise BucketUnreachable(code="dns")

    bucket = Nowhere(NAME, "ap-nowhere", KEYS)
    assert bucket.is_by_name
    with WireServer(region_hosts(guangzhou=answer(200, b"", STORES))) as hosts:
        check = next(check_bucket(bucket, hosts=f"{hosts.url}/{{bucket}}/{{region}}"))
    assert (check.code, check.detail) == ("other_region", {"region": "ap-guangzhou"})


def test_a_bucket_with_an_address_of_its_own_is_not_looked_for() -> None:
    with WireServer(Store(list=GONE)) as server:
        bucket = bucket_at(server.url)
        assert not bucket.is_by_name
        assert next(check_bucket(bucket)).code == "NoSuchBucket"
        assert len(server.requests) == 1


def test_a_wrong_key_does_not_send_anyone_looking() -> None:
    with WireServer(region_hosts()) as hosts:
        refusal = xml_error(403, "SignatureDoesNotMatch", "no")
        checks = checked(Store(list=refusal), hosts=f"{hosts.url}/{{bucket}}/{{region}}")
    assert checks["list"].code == "SignatureDoesNotMatch"
    assert hosts.requests == []
