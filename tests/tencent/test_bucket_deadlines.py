"""A store that drips, or does not end, holds nobody longer than allowed."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import pytest

from tencent import bucket_door
from tencent.bucket import Bucket
from tencent.errors import BucketError, BucketRefused, BucketUnreachable
from tests.tencent.stores import EMPTY, XML, bucket_at, xml
from tests.tencent.wire_server import Script, WireServer, drip

ALLOWED_S = 0.4
ASKED: list[Callable[[Bucket], object]] = [
    lambda bucket: bucket.list(seconds=ALLOWED_S),
    lambda bucket: bucket.head("song", seconds=ALLOWED_S),
    lambda bucket: bucket.read("song", 1000, seconds=ALLOWED_S),
]


def endless(peer: socket.socket, _request: bytes) -> None:
    peer.sendall(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        peer.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


@pytest.mark.parametrize("ask", ASKED)
@pytest.mark.parametrize("script", [drip(b"HTTP/1.1 200 X\r\nX: " + b"x" * 400), drip(b"", 9)])
def test_a_dripping_answer_ends_at_the_deadline(script: Script, ask: Callable[[Bucket], object]) -> None:
    started = time.monotonic()
    with WireServer(script) as server, pytest.raises(BucketUnreachable) as caught:
        ask(bucket_at(server.url))
    assert caught.value.code == "deadline"
    assert time.monotonic() - started < 5 * ALLOWED_S


def test_a_dripping_object_ends_at_the_deadline() -> None:
    script = drip(b"HTTP/1.1 200 X\r\nContent-Length: 400\r\n\r\n" + b"x" * 400, 0.01)
    with WireServer(script) as server, pytest.raises(BucketUnreachable) as caught:
        bucket_at(server.url).read("song", 1000, seconds=1.5)
    assert caught.value.code == "deadline"


def test_a_listing_or_a_refusal_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket_door, "MOST_BYTES", 300_000)
    with WireServer(endless) as server, pytest.raises(BucketRefused) as caught:
        bucket_at(server.url).list()
    assert caught.value.code == "oversized"

    def refusal(peer: socket.socket, request: bytes) -> None:
        peer.sendall(b"HTTP/1.1 403 X\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1_000_000)

    with WireServer(refusal) as server, pytest.raises(BucketError) as error:
        bucket_at(server.url).read("song", 1000)
    assert error.value.code == "oversized"


def test_an_object_that_says_that_it_is_too_large_is_not_begun() -> None:
    with WireServer(endless) as server:
        server.script = drip(b"HTTP/1.1 200 X\r\nContent-Length: 1073741824\r\n\r\nx", 0)
        with pytest.raises(BucketRefused) as caught:
            bucket_at(server.url).read("song", 1000)
    assert caught.value.code == "TooLarge"


def test_a_watched_connection_is_used_again() -> None:
    with WireServer(xml(EMPTY, XML)) as server:
        bucket = bucket_at(server.url)
        for _ in range(3):
            assert bucket.list(seconds=30).entries == []
        assert server.connections == 1
