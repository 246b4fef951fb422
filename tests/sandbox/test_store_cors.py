"""Cross-origin rules: none at first, then exactly what the bucket's owner allowed."""

from collections.abc import Iterator

import pytest

from tests.sandbox.client import Bucket, Reply, send

ORIGIN = "http://portal.test:8000"
RULES = f"""<CORSConfiguration>
<CORSRule><AllowedOrigin>https://*.example.com</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>
<CORSRule><AllowedOrigin>{ORIGIN}</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>
<AllowedMethod>GET</AllowedMethod><AllowedHeader>content-type</AllowedHeader><AllowedHeader>x-cos-*</AllowedHeader>
<ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>600</MaxAgeSeconds></CORSRule>
</CORSConfiguration>"""


@pytest.fixture(autouse=True)
def _no_rules_at_first(bucket: Bucket) -> Iterator[None]:
    yield
    bucket.ask("DELETE", params={"cors": ""})


def allow(bucket: Bucket, rules: str = RULES) -> Reply:
    return bucket.ask("PUT", params={"cors": ""}, body=rules.encode())


def preflight(bucket: Bucket, method: str = "PUT", headers: str = "", origin: str = ORIGIN) -> Reply:
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    if headers:
        asked["Access-Control-Request-Headers"] = headers
    return send("OPTIONS", bucket.url("song"), headers=asked)


def test_a_new_bucket_has_no_rule(bucket: Bucket) -> None:
    reply = bucket.ask("GET", params={"cors": ""})
    assert (reply.status, reply.code) == (404, "NoSuchCORSConfiguration")
    assert (preflight(bucket).status, preflight(bucket).code) == (403, "AccessForbidden")
    bucket.ask("PUT", "song", body=b"x")
    assert "access-control-allow-origin" not in bucket.ask("GET", "song", headers={"Origin": ORIGIN}).headers


def test_rules_come_back_until_they_are_deleted(bucket: Bucket) -> None:
    assert allow(bucket).status == 200
    assert bucket.ask("GET", params={"cors": ""}).body.decode() == RULES
    assert bucket.ask("DELETE", params={"cors": ""}).status == 204
    assert bucket.ask("GET", params={"cors": ""}).status == 404


def test_a_matching_preflight_is_granted(bucket: Bucket) -> None:
    allow(bucket)
    reply = preflight(bucket, "PUT", "Content-Type, x-cos-meta-a")
    assert reply.status == 200
    assert reply.headers["access-control-allow-origin"] == ORIGIN
    assert reply.headers["access-control-allow-methods"] == "PUT,GET"
    assert reply.headers["access-control-allow-headers"] == "content-type,x-cos-meta-a"
    assert reply.headers["access-control-expose-headers"] == "ETag"
    assert reply.headers["access-control-max-age"] == "600"
    assert "Origin" in reply.headers["vary"]


@pytest.mark.parametrize(
    "asked",
    [
        {"method": "DELETE"},
        {"headers": "authorization"},
        {"origin": "http://portal.test"},
        {"origin": "https://a.example.com"},
        {"origin": "http://portalXtest:8000"},
    ],
)
def test_any_other_preflight_is_refused(bucket: Bucket, asked: dict[str, str]) -> None:
    allow(bucket)
    assert preflight(bucket, **asked).code == "AccessForbidden"


def test_answers_and_refusals_can_be_read_from_the_allowed_origin(bucket: Bucket) -> None:
    allow(bucket)
    bucket.ask("PUT", "song", body=b"x")
    for headers in ({"Origin": ORIGIN}, {"Origin": "https://a.example.com"}):
        for key in ("song", "missing"):
            got = bucket.ask("GET", key, headers=headers).headers
            assert got["access-control-allow-origin"] == headers["Origin"]
    stranger = bucket.ask("GET", "song", headers={"Origin": "http://elsewhere.test"})
    assert "access-control-allow-origin" not in stranger.headers


@pytest.mark.parametrize(
    "rules",
    [
        "",
        "<CORSConfiguration></CORSConfiguration>",
        RULES.replace("PUT", "OPTIONS"),
        RULES.replace(f"<AllowedOrigin>{ORIGIN}</AllowedOrigin>", ""),
    ],
)
def test_rules_cos_would_not_take_are_refused(bucket: Bucket, rules: str) -> None:
    assert allow(bucket, rules).code == "MalformedXML"
    assert bucket.ask("GET", params={"cors": ""}).status == 404
