"""What every visit to the demo begins with, and what the player shows and sounds."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.demo_process import DemoProcess

PATIENCE_MS = 30_000


def sign_in(page: Page, demo: DemoProcess) -> None:
    page.goto(demo.url)
    expect(page).to_have_url(re.compile("/sign-in/login/"))
    page.fill("[name=login]", demo.user)
    page.fill("[name=password]", demo.password)
    page.press("[name=password]", "Enter")
    expect(page).to_have_url(demo.url)


def open_player(page: Page, demo: DemoProcess) -> None:
    """Sign in and wait until the waveform of the demo's own result is drawn."""
    sign_in(page, demo)
    page.goto(demo.job_url)
    expect(page.locator("[data-player-loading]")).to_be_hidden(timeout=PATIENCE_MS)


def has_ink(page: Page) -> bool:
    """Whether the canvas over the waveform shows anything."""
    return page.evaluate(
        """() => {
            const canvas = document.querySelector("[data-player-overlay]");
            const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            return data.some((value, place) => place % 4 === 3 && value > 0);
        }"""
    )


def position(page: Page) -> float:
    """Seconds from the beginning of the song."""
    return page.evaluate("document.querySelector('[data-player-audio]').currentTime")
