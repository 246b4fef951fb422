"""Listing a bucket: prefixes, folders and pages in COS's order, and deleting many keys at once."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlencode

import pytest

from tests.sandbox.client import Bucket, send

KEYS = ["l/a", "l/b/1", "l/b/2", "l/b/c/3", "l/d", "l/ä/1", "l/😀", "m"]


@pytest.fixture(autouse=True)
def _objects(bucket: Bucket) -> Iterator[None]:
    for key in KEYS:
        bucket.ask("PUT", key, body=key.encode())
    yield
    delete(bucket, KEYS)


def delete(bucket: Bucket, keys: list[str], more: str = "") -> str:
    items = "".join(f"<Object><Key>{key}</Key></Object>" for key in keys)
    reply = bucket.ask("POST", params={"delete": ""}, body=f"<Delete>{more}{items}</Delete>".encode())
    assert reply.status == 200
    return reply.body.decode()


def listed(bucket: Bucket, **params: str) -> tuple[list[str], list[str], str | None]:
    """Keys, common prefixes, and where the next page starts (None at the end)."""
    text = bucket.ask("GET", params={"prefix": "l/", **params}).body.decode()
    folders = re.findall("<CommonPrefixes><Prefix>(.*?)</Prefix>", text)
    marker = re.search("<NextMarker>(.*?)</NextMarker>", text)
    assert ("<IsTruncated>true<" in text) == bool(marker)
    return re.findall("<Key>(.*?)</Key>", text), folders, marker[1] if marker else None


def test_keys_come_in_the_order_of_their_bytes(bucket: Bucket) -> None:
    assert listed(bucket) == (KEYS[:-1], [], None)


def test_a_delimiter_makes_folders(bucket: Bucket) -> None:
    assert listed(bucket, delimiter="/") == (["l/a", "l/d", "l/😀"], ["l/b/", "l/ä/"], None)


@pytest.mark.parametrize("delimiter", ["", "/"])
@pytest.mark.parametrize("size", ["1", "2", "3"])
def test_pages_together_are_the_whole_listing(bucket: Bucket, delimiter: str, size: str) -> None:
    whole = listed(bucket, delimiter=delimiter)
    keys, folders, marker = [], [], ""
    while marker is not None:
        page = listed(bucket, delimiter=delimiter, marker=marker, **{"max-keys": size})
        assert 0 < len(page[0]) + len(page[1]) <= int(size)
        keys, folders, marker = keys + page[0], folders + page[1], page[2]
    assert (keys, folders) == whole[:2]


def test_a_marker_inside_a_folder_does_not_repeat_it(bucket: Bucket) -> None:
    assert listed(bucket, delimiter="/", marker="l/b/1")[1] == ["l/ä/"]


def test_names_can_be_asked_for_encoded(bucket: Bucket) -> None:
    keys = listed(bucket, **{"encoding-type": "url"})[0]
    assert all(key.isascii() for key in keys)
    assert [unquote(key) for key in keys] == KEYS[:-1]


def test_a_listing_describes_every_object(bucket: Bucket) -> None:
    text = bucket.ask("GET", params={"prefix": "m"}).body.decode()
    for part in (
        "<Size>1</Size>",
        '<ETag>"',
        "<LastModified>20",
        "<StorageClass>STANDARD<",
        "<MaxKeys>1000<",
    ):
        assert part in text


@pytest.mark.parametrize("size", ["x", "-1", "1.5"])
def test_a_page_size_that_is_no_number_is_refused(bucket: Bucket, size: str) -> None:
    assert bucket.ask("GET", params={"max-keys": size}).code == "InvalidArgument"


def test_a_page_size_of_nothing_gives_an_empty_page(bucket: Bucket) -> None:
    text = bucket.ask("GET", params={"prefix": "l/", "max-keys": "0"}).body.decode()
    assert "<Key>" not in text


def test_many_keys_are_deleted_at_once(bucket: Bucket) -> None:
    text = delete(bucket, ["l/a", "l/missing"])
    assert re.findall("<Deleted><Key>(.*?)</Key>", text) == ["l/a", "l/missing"]
    assert "<Deleted>" not in delete(bucket, ["l/d"], "<Quiet>true</Quiet>")
    assert listed(bucket)[0] == ["l/b/1", "l/b/2", "l/b/c/3", "l/ä/1", "l/😀"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<Delete>",
        b"<Delete></Delete>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><Delete><Object><Key>&b;</Key></Object></Delete>',
        b"<Delete>" + b"<Object><Key>x</Key></Object>" * 1001 + b"</Delete>",
    ],
)
def test_a_deletion_that_makes_no_sense_is_refused(bucket: Bucket, body: bytes) -> None:
    assert bucket.ask("POST", params={"delete": ""}, body=body).code == "MalformedXML"


def test_the_service_lists_the_caller_s_bucket_only(bucket: Bucket, other_bucket: Bucket) -> None:
    for own in (bucket, other_bucket):
        reply = send("GET", f"{own.store}/?{urlencode(own.signature('GET', ''))}")
        assert re.findall("<Name>(.*?)</Name>", reply.body.decode()) == [own.name]
