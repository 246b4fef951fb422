"""Buckets as made since 2024: named by the host only, and what they hand out is saved, not shown."""

from collections.abc import Callable
from urllib.parse import urlencode

from sandbox.assembly import Sandbox
from tests.sandbox.client import Bucket, Reply, send
from tests.sandbox.conftest import bucket_of


def ask(own: Bucket, method: str, key: str, body: bytes = b"", **params: str) -> Reply:
    host = f"{own.name}.cos.ap-guangzhou.myqcloud.com"
    query = urlencode({**params, **own.signature(method, key, params=params, headers={"host": host})})
    return send(method, f"{own.store}/{key}?{query}", body, {"Host": host})


def test_paths_are_refused_and_downloads_are_forced(start: Callable[..., Sandbox]) -> None:
    own = bucket_of(start(since_2024=True))
    refused = own.ask("GET", "song.wav")
    assert (refused.status, refused.code) == (403, "PathStyleDomainForbidden")
    assert ask(own, "PUT", "song.wav", b"la la").status == 200
    for params in ({}, {"response-content-disposition": "inline"}):
        got = ask(own, "GET", "song.wav", **params)
        assert got.body == b"la la"
        assert (got.headers["x-cos-force-download"], got.headers["content-disposition"]) == (
            "true",
            "attachment",
        )
    ask(own, "PUT", "app.apk", b"x")
    assert ask(own, "GET", "app.apk").code == "DownloadForbidden"
    assert "x-cos-force-download" not in ask(own, "HEAD", "song.wav").headers


def test_older_buckets_do_neither(bucket: Bucket) -> None:
    bucket.ask("PUT", "song.wav", body=b"la la")
    for got in (bucket.ask("GET", "song.wav"), ask(bucket, "GET", "song.wav")):
        assert (got.status, "x-cos-force-download" in got.headers) == (200, False)
