"""Buckets made over the wire: bound to the key that made them, in the region of their host, and deleted."""

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.client import Bucket, Reply, send
from tests.sandbox.conftest import bucket_of
from tests.sandbox.doors import key_of


def named(own: Bucket, name: str) -> Bucket:
    return replace(own, name=f"{name}-1250000000")


def listed(own: Bucket, **params: str) -> Reply:
    """GET Service; only a part of its parameters is ever signed by the SDK, here none."""
    return send("GET", f"{own.store}/?{urlencode({**params, **own.signature('GET', '')})}")


def names(reply: Reply) -> list[str]:
    return re.findall("<Name>(.*?)</Name>", reply.body.decode())


def at_host(own: Bucket, method: str, host: str, key: str = "", body: bytes = b"") -> Reply:
    """A request whose host names bucket and region, as outside of a sandbox."""
    query = urlencode(own.signature(method, key, headers={"host": host}))
    return send(method, f"{own.store}/{key}?{query}", body, {"Host": host})


def test_a_bucket_is_made_used_and_deleted_by_its_key_alone(bucket: Bucket, other_bucket: Bucket) -> None:
    made = named(bucket, "made")
    assert bucket.ask("GET", params={"prefix": ""}).status == 200
    assert made.ask("HEAD").status == 404
    assert made.ask("PUT").status == 200
    assert made.ask("PUT", "key", body=b"mine").status == 200
    assert (made.ask("PUT").status, made.ask("PUT").code) == (409, "BucketAlreadyOwnedByYou")
    stranger = replace(other_bucket, name=made.name)
    assert stranger.ask("PUT").code == "BucketAlreadyExists"
    for method, key in (("GET", "key"), ("GET", ""), ("PUT", "key"), ("DELETE", "key"), ("DELETE", "")):
        assert stranger.ask(method, key).code == "AccessDenied"
    assert (made.ask("DELETE").status, made.ask("DELETE").code) == (409, "BucketNotEmpty")
    assert made.ask("DELETE", "key").status == 204
    assert made.ask("DELETE").status == 204
    assert (made.ask("GET").status, made.ask("GET").code) == (404, "NoSuchBucket")


def test_a_bucket_that_another_key_makes_anew_is_closed_to_the_old_key(
    bucket: Bucket, other_bucket: Bucket
) -> None:
    first, second = named(bucket, "anew"), named(other_bucket, "anew")
    first.ask("PUT")
    first.ask("PUT", params={"policy": ""}, body=b"{}")
    first.ask("DELETE")
    assert second.ask("PUT").status == 200
    second.ask("PUT", "key", body=b"theirs")
    assert first.ask("GET", "key").code == "AccessDenied"
    assert second.ask("GET", params={"policy": ""}).code == "NoSuchBucketPolicy"
    second.ask("DELETE", "key")
    second.ask("DELETE")


def test_a_deleted_home_bucket_is_not_the_old_key_s_when_another_makes_it(
    sandbox: Sandbox, other_bucket: Bucket
) -> None:
    home = key_of(sandbox, rights="full", bucket="home-1250000000")
    assert home.ask("DELETE").status == 204
    taken = replace(other_bucket, name=home.name)
    assert taken.ask("PUT").status == 200
    taken.ask("PUT", "key", body=b"theirs")
    assert home.ask("GET", "key").code == "AccessDenied"
    assert names(listed(home)) == []
    taken.ask("DELETE", "key")
    taken.ask("DELETE")


def test_only_a_key_that_may_makes_buckets(sandbox: Sandbox, bucket: Bucket) -> None:
    for rights in ("data", "read", "none"):
        assert named(key_of(sandbox, rights=rights), "never").ask("PUT").code == "AccessDenied"
    assert send("PUT", named(bucket, "never").url("")).code == "AccessDenied"
    assert named(bucket, "never").ask("HEAD").status == 404


@pytest.mark.parametrize(
    "name", ["UPPER-1250000000", "under_score-1250000000", "noappid", "x" * 53 + "-1250000000"]
)
def test_a_name_that_cos_would_not_take_is_refused(bucket: Bucket, name: str) -> None:
    assert replace(bucket, name=name).ask("PUT").code == "InvalidBucketName"


def test_a_bucket_remembers_how_it_was_made(bucket: Bucket) -> None:
    made = named(bucket, "traits")
    body = (
        b"<CreateBucketConfiguration><BucketAZConfig>MAZ</BucketAZConfig>"
        b"<BucketArchConfig>OFS</BucketArchConfig></CreateBucketConfiguration>"
    )
    assert made.ask("PUT", body=body, headers={"x-cos-acl": "public-read"}).status == 200
    headers = made.ask("HEAD").headers
    assert (headers["x-cos-bucket-az-type"], headers["x-cos-bucket-arch"]) == ("MAZ", "OFS")
    made.ask("PUT", "key", body=b"x")
    assert send("GET", made.url("key")).body == b"x"
    assert send("PUT", made.url("key"), b"y").status == 403
    made.ask("DELETE", "key")
    made.ask("DELETE")
    assert named(bucket, "wrong").ask("PUT", headers={"x-cos-acl": "publicread"}).code == "InvalidArgument"


def test_a_host_says_where_a_bucket_is_and_another_region_has_none(bucket: Bucket) -> None:
    name = "north-1250000000"
    north, south = (f"{name}.cos.{region}.myqcloud.com" for region in ("ap-beijing", "ap-guangzhou"))
    assert at_host(bucket, "PUT", north).status == 200
    assert at_host(bucket, "HEAD", north).headers["x-cos-bucket-region"] == "ap-beijing"
    assert at_host(bucket, "GET", south).code == "NoSuchBucket"
    assert b">ap-beijing<" in replace(bucket, name=name).ask("GET", params={"location": ""}).body
    assert names(listed(bucket, region="ap-beijing")) == [name]
    assert name not in names(listed(bucket, region="ap-guangzhou"))
    assert at_host(bucket, "DELETE", north).status == 204


def test_the_service_lists_the_caller_s_buckets_in_pages_and_by_tag_and_time(
    sandbox: Sandbox,
) -> None:
    own = key_of(sandbox, rights="full", bucket="list-0-1250000000")
    more = [named(own, f"list-{number}") for number in (1, 2)]
    for each in more:
        each.ask("PUT")
    tags = b"<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"
    assert more[1].ask("PUT", params={"tagging": ""}, body=tags).status == 204
    every = [own.name, *(each.name for each in more)]
    assert names(listed(own)) == every
    first = listed(own, **{"max-keys": "2"})
    assert names(first) == every[:2]
    assert b"<IsTruncated>true<" in first.body
    marker = re.findall("<NextMarker>(.*?)<", first.body.decode())[0]
    assert names(listed(own, marker=marker)) == every[2:]
    assert names(listed(own, tagkey="a", tagvalue="b")) == [more[1].name]
    assert names(listed(own, tagkey="a", tagvalue="c")) == []
    for compare, found in (("gt", every), ("lt", [])):
        assert names(listed(own, **{"create-time": "1514736000", "range": compare})) == found
    for odd in ({"range": "x", "create-time": "1"}, {"range": "gt", "create-time": "now"}, {"max-keys": "0"}):
        assert listed(own, **odd).code == "InvalidArgument"
    assert re.search(r"<CreationDate>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ<", listed(own).body.decode())


def test_what_was_made_is_still_bound_after_a_restart(start: Callable[..., Sandbox]) -> None:
    first = start()
    made = named(bucket_of(first), "kept")
    made.ask("PUT")
    made.ask("PUT", "key", body=b"x")
    first.stop()
    again = start()
    assert replace(made, store=bucket_of(again).store).ask("GET", "key").body == b"x"
    assert replace(bucket_of(again, 1), name=made.name).ask("GET", "key").code == "AccessDenied"


def test_a_folder_that_binds_keys_in_their_rows_keeps_them_bound(start: Callable[..., Sandbox]) -> None:
    first = start()
    first.files.database.run("drop table binding")
    for column in ("region", "traits"):
        first.files.database.run(f"alter table bucket drop column {column}")
    first.stop()
    again = start()
    own, other = bucket_of(again), bucket_of(again, 1)
    assert own.ask("PUT", "key", body=b"x").status == 200
    assert replace(other, name=own.name).ask("GET", "key").code == "AccessDenied"
    assert own.ask("HEAD").headers["x-cos-bucket-region"] == "ap-guangzhou"


def test_a_proxy_s_spelling_of_the_target_reaches_the_same_bucket(bucket: Bucket) -> None:
    """An HTTP_PROXY is asked with the whole address; SDKs reach the sandbox so without any DNS."""
    host = f"{bucket.name}.cos.ap-guangzhou.myqcloud.com"
    assert at_host(bucket, "PUT", host, "proxied", b"x").status == 200
    query = urlencode(bucket.signature("GET", "proxied", headers={"host": host}))
    answer = _ask_raw(bucket, f"GET http://{host}/proxied?{query} HTTP/1.1\r\nHost: other\r\n\r\n")
    assert (answer.splitlines()[0], answer.endswith(b"\r\n\r\nx")) == (b"HTTP/1.1 200 OK", True)
    service = urlencode(bucket.signature("GET", "", headers={"host": "service.cos.myqcloud.com"}))
    answer = _ask_raw(bucket, f"GET http://service.cos.myqcloud.com/?{service} HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"<ListAllMyBucketsResult>" in answer


def _ask_raw(bucket: Bucket, text: str) -> bytes:
    import socket

    place = urlsplit(bucket.store)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(text.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n").encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))
