"""The browser of the tests can do what the pages need, and its complaints are heard."""

from __future__ import annotations

import io
import math
import socket
import threading
import time
import wave
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.complaints import Complaints

RATE = 8000
SONG_SECONDS = 0.5


def tone(seconds: float) -> bytes:
    """A WAV file with a quiet tone."""
    samples = (int(3000 * math.sin(n / 5)) for n in range(int(RATE * seconds)))
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE)
        target.writeframes(b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples))
    return file.getvalue()


class Site(BaseHTTPRequestHandler):
    """A page with strict rules, and a song."""

    def do_GET(self) -> None:
        song = self.path == "/song.wav"
        body = tone(SONG_SECONDS) if song else b"<!doctype html><title>t</title><button>play</button>"
        self.send_response(200 if self.path in {"/", "/song.wav"} else 404)
        self.send_header("Content-Type", "audio/wav" if song else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'self'; img-src 'self' data:")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def ink_of(page: Page, text: str) -> list[int]:
    """The pixels of `text` as drawn on a canvas, so that the box for a missing sign shows."""
    return page.evaluate(
        """text => {
            const canvas = Object.assign(document.createElement("canvas"), {width: 60, height: 60});
            const pen = canvas.getContext("2d");
            pen.font = "40px sans-serif";
            pen.fillText(text, 5, 45);
            return Array.from(pen.getImageData(0, 0, 60, 60).data);
        }""",
        text,
    )


def test_the_browser_plays_a_song(page: Page, site: str) -> None:
    page.goto(site)
    page.evaluate(
        """() => document.querySelector("button").addEventListener("click", () => {
            window.song = new Audio("/song.wav");
            window.song.play();
        })"""
    )
    page.get_by_role("button").click()
    played = page.evaluate(
        """() => new Promise((resolve, reject) => {
            window.song.addEventListener("ended", () => resolve(window.song.currentTime));
            setTimeout(() => reject(new Error("the song did not end")), 6000);
        })"""
    )
    assert played == pytest.approx(SONG_SECONDS, abs=0.05)


def test_the_browser_has_a_font_for_chinese(page: Page, site: str) -> None:
    page.goto(site)
    drum, beat, missing = (ink_of(page, text) for text in ("鼓", "拍", "\U0010fffd"))
    assert drum != beat
    assert missing not in (drum, beat)
    assert any(drum)


@pytest.mark.parametrize(
    ("deed", "heard"),
    [
        ("setTimeout(() => { throw new Error('a bug') })", "a bug"),
        ("console.error('a worry')", "a worry"),
        (
            "document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">')",
            "Content Security Policy",
        ),
        ("fetch('/nothing')", "404"),
        ("fetch('/?path=x&q-signature=y')", "lets in whoever reads it"),
        ("location.href = 'http://198.51.100.7/'", "another machine: http://198.51.100.7/"),
    ],
)
def test_every_complaint_of_a_page_is_heard(
    context: BrowserContext, site: str, deed: str, heard: str
) -> None:
    complaints = Complaints(context)
    page = context.new_page()
    page.goto(site)
    page.evaluate(f"() => {{ {deed} }}")
    deadline = time.monotonic() + 5
    while not any(heard in complaint for complaint in complaints.unexcused()):
        assert time.monotonic() < deadline, complaints.unexcused()
        page.wait_for_timeout(20)


def test_a_complaint_can_be_expected(page: Page, complaints: Complaints, site: str) -> None:
    complaints.excuse("404")
    page.goto(f"{site}nothing")


def test_a_page_on_a_phone_is_narrow_and_feels_touch(phone_page: Page, site: str) -> None:
    phone_page.goto(site)
    assert phone_page.evaluate("[screen.width, navigator.maxTouchPoints > 0]") == [390, True]


def test_no_other_machine_can_be_reached_by_name(page: Page, complaints: Complaints, site: str) -> None:
    complaints.excuse("localhost")
    complaints.excuse("ERR_NAME_NOT_RESOLVED")
    page.goto(site)
    with socket.create_server(("127.0.0.1", 0)) as waiting:
        waiting.settimeout(0.3)
        port = waiting.getsockname()[1]
        page.evaluate("port => fetch(`http://localhost:${port}/`, {mode: 'no-cors'}).catch(() => 0)", port)
        with pytest.raises(TimeoutError):
            waiting.accept()
