"""What every visit to the demo begins with, and what the player shows and sounds."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.chromium import PATIENCE_MS
from tests.demo_process import DemoProcess

# Of the demo's own song.
SONG_SECONDS = 30.0
COOKIE = "sessionid"


# Session cookies by address: a person signs in once, and many sign-ins in a minute look like guessing.
_SESSIONS: dict[str, str] = {}


def sign_in(page: Page, demo: DemoProcess) -> None:
    sign_in_at(page, demo.url, user=demo.user, password=demo.password)


def sign_in_at(page: Page, url: str, *, user: str, password: str) -> None:
    """Stand on the dashboard: by the sign-in page the first time, later with the session of that time."""
    if url in _SESSIONS:
        page.context.add_cookies([{"name": COOKIE, "value": _SESSIONS[url], "url": url}])
    page.goto(url)
    if url not in _SESSIONS:
        expect(page).to_have_url(re.compile("/sign-in/login/"))
        page.fill("[name=login]", user)
        page.fill("[name=password]", password)
        page.press("[name=password]", "Enter")
    expect(page).to_have_url(url)
    _SESSIONS[url] = next(each["value"] for each in page.context.cookies() if each["name"] == COOKIE)


def open_player(page: Page, demo: DemoProcess) -> None:
    """Sign in and wait until the waveform of the demo's own result is drawn."""
    sign_in(page, demo)
    page.goto(demo.job_url)
    drawn(page)


def drawn(page: Page) -> None:
    """Wait until the player of the open page listens and its waveform is drawn."""
    expect(page.locator("[data-player][data-listens]")).to_be_attached()
    expect(page.locator("[data-player-loading]")).to_be_hidden()


def until(page: Page, is_so: str | Callable[[], bool]) -> None:
    """Wait until a JavaScript expression, or what a function answers, is true. Not wait_for_function: it asks
    again by evaluating a string inside of the page, which the page's policy forbids."""
    latest = time.monotonic() + PATIENCE_MS / 1000
    while not (page.evaluate(is_so) if isinstance(is_so, str) else is_so()):
        assert time.monotonic() < latest, f"{is_so} never came true"
        page.wait_for_timeout(50)


def until_played(page: Page, seconds: float) -> None:
    """Wait until the song has come further than so many seconds from its beginning."""
    until(page, lambda: position(page) > seconds)


def has_ink(page: Page) -> bool:
    """Whether the canvas of the player shows anything on its ground."""
    return page.evaluate(
        """() => {
            const canvas = document.querySelector("[data-player-overlay]");
            const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            return data.some((value, place) => value !== data[place % 4]);
        }"""
    )


def position(page: Page) -> float:
    """Seconds from the beginning of the song."""
    return page.evaluate("document.querySelector('[data-player-audio]').currentTime")


def beats_of(page: Page) -> list[float]:
    """Seconds of all beats that the page was made with."""
    song: dict[str, Any] = json.loads(page.locator("script#song").text_content() or "")
    return [marker["time"] for marker in song["markers"]]
