"""A page of another origin and the sandbox's store, nobody in between: a real Chromium uploads, plays and
seeks by signed addresses, as far as the bucket's cross-origin rules go."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response

from tests.accounts.bringing import long_wav
from tests.browser.complaints import Complaints
from tests.sandbox.client import Bucket
from tests.sandbox_process import SandboxProcess

MIB = 1 << 20
RULE = (
    "<CORSConfiguration><CORSRule><AllowedOrigin>{origin}</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>"
    "<AllowedMethod>GET</AllowedMethod>{more}<MaxAgeSeconds>0</MaxAgeSeconds></CORSRule></CORSConfiguration>"
)
# Status and ETag of a PUT, or "refused" where the browser lets the page learn nothing.
PUT = """([url, type, size]) => fetch(url, {
    method: "PUT", headers: { "Content-Type": type }, body: new Uint8Array(size).fill(7),
}).then((answer) => [answer.status, answer.headers.get("etag")], () => "refused")"""
# Plays from the start, then jumps; the moment that is heard after it, and what went wrong.
PLAY = """([url, place]) => new Promise((resolve) => {
    const audio = document.body.appendChild(document.createElement("audio"));
    audio.crossOrigin = "anonymous";
    audio.muted = true;
    const heard = () => {
        if (!audio.currentTime) return;
        audio.removeEventListener("timeupdate", heard);
        audio.addEventListener("seeked", () => {
            const from = audio.currentTime;
            audio.ontimeupdate = () => audio.currentTime > from && resolve([from, audio.duration]);
        });
        audio.currentTime = place;
    };
    audio.addEventListener("timeupdate", heard);
    audio.addEventListener("error", () => resolve(`error ${audio.error.code}`));
    audio.src = url;
    audio.play().catch(() => {});
})"""


class _Blank(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    sandbox = SandboxProcess(tmp_path_factory.mktemp("direct") / "data", ears="quick").start()
    yield Bucket(sandbox.store, sandbox.bucket, sandbox.secret_id, sandbox.secret_key)
    sandbox.stop()


@pytest.fixture
def origin(tmp_path: Path, page: Page) -> Iterator[str]:
    """The origin of an empty page that is open already."""
    (tmp_path / "index.html").write_text('<!doctype html><link rel="icon" href="data:,"><title>x</title>')
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Blank, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    found = f"http://127.0.0.1:{server.server_port}"
    page.goto(found)
    yield found
    page.goto("about:blank")
    server.shutdown()
    thread.join()
    server.server_close()


def allow(bucket: Bucket, origin: str, more: str = "") -> None:
    rule = RULE.format(origin=origin, more=more).encode()
    assert bucket.ask("PUT", params={"cors": ""}, body=rule).status == 200


def test_a_page_uploads_as_far_as_the_rules_of_the_bucket_go(
    page: Page, complaints: Complaints, bucket: Bucket, origin: str
) -> None:
    complaints.excuse("CORS policy")
    complaints.excuse("net::ERR_FAILED")
    bucket.ask("DELETE", params={"cors": ""})
    url = bucket.signed_url("PUT", "direct", headers={"content-type": "audio/x-odd"})

    def put(kind: str = "audio/x-odd", size: int = 3) -> object:
        return page.evaluate(PUT, [url, kind, size])

    assert put() == "refused", "without a rule"
    allow(bucket, "http://portal.test", "<AllowedHeader>*</AllowedHeader>")
    assert put() == "refused", "another origin's rule"
    allow(bucket, origin)
    assert put() == "refused", "the type asks for a preflight, and its header is not allowed"
    assert bucket.ask("GET", "direct").code == "NoSuchKey", "nothing was sent so far"
    allow(bucket, origin, "<AllowedHeader>content-type</AllowedHeader>")
    assert put() == [200, None], "the ETag is not for the page to see"
    allow(bucket, origin, "<AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader>")
    complaints.excuse("403")
    assert put("audio/x-other") == [403, None], "another type than was signed, and the page may learn it"
    assert put() == [200, bucket.ask("HEAD", "direct").headers["etag"]]
    assert bucket.ask("GET", "direct").body == b"\x07" * 3


def test_a_page_sends_parts_and_tells_their_etags_to_whoever_completes(
    page: Page, bucket: Bucket, origin: str
) -> None:
    allow(bucket, origin, "<AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader>")
    begun = bucket.ask("POST", "parts", params={"uploads": ""}).body.decode()
    upload = begun.partition("<UploadId>")[2].partition("<")[0]
    items = ""
    for number, size in ((1, MIB), (2, 5)):
        params = {"uploadId": upload, "partNumber": str(number)}
        status, etag = page.evaluate(PUT, [bucket.signed_url("PUT", "parts", params), "audio/wav", size])
        assert status == 200
        items += f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"
    body = f"<CompleteMultipartUpload>{items}</CompleteMultipartUpload>".encode()
    assert bucket.ask("POST", "parts", params={"uploadId": upload}, body=body).status == 200
    assert bucket.ask("GET", "parts").body == b"\x07" * (MIB + 5)


def test_a_page_plays_and_seeks_in_a_song_of_the_bucket(
    page: Page, complaints: Complaints, bucket: Bucket, origin: str
) -> None:
    complaints.excuse("CORS policy")
    complaints.excuse("net::ERR_FAILED")
    complaints.excuse("lets in whoever reads it")
    size = 24 * MIB
    bucket.ask("PUT", "song.wav", body=long_wav(size), headers={"Content-Type": "audio/wav"})
    url = bucket.signed_url("GET", "song.wav")
    seen: list[tuple[int, str]] = []

    def note(answer: Response) -> None:
        if answer.url == url:
            seen.append((answer.status, answer.headers.get("content-range", "")))

    page.on("response", note)
    bucket.ask("DELETE", params={"cors": ""})
    assert page.evaluate(PLAY, [url, 2000]) == "error 4", "without a rule"
    allow(bucket, origin)
    heard, duration = page.evaluate(PLAY, [url, 2000])
    assert (round(heard), int(duration)) == (2000, size // 8000)
    starts = [int(span.removeprefix("bytes ").split("-")[0]) for status, span in seen if status == 206]
    assert max(starts) > 15_000_000, "the place was asked for, not everything before it"
