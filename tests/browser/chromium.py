"""Starts the Chromium of the tests: the one that `make test` unpacks, or the one that the machine has."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, expect, sync_playwright

UNPACKED = Path(__file__).resolve().parents[2] / "var/chromium/run"
PACKED_FOR = ("linux", "x86_64")
# How long an expectation waits to come true, on a machine that has other things to do as well.
PATIENCE_MS = 30_000
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page that asks for anything outside this machine must not get it.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


_playing: list[Playwright] = []


class NoBrowser(Exception):
    """There is no browser to start; the text says what to do."""


def is_promised() -> bool:
    """True where `make test` brings a Chromium itself, so that nothing excuses a test from running."""
    return (sys.platform, platform.machine()) == PACKED_FOR


@contextmanager
def playing() -> Iterator[Playwright]:
    """The Playwright of this process, which can have but one: that which plays already, or a new one."""
    if _playing:
        yield _playing[0]
        return
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        _playing.append(playwright)
        try:
            yield playwright
        finally:
            _playing.clear()


def launch(playwright: Playwright, flags: tuple[str, ...] = ()) -> Browser:
    """Start a headless browser with a fresh profile, and `flags` more; raises NoBrowser where there is none.

    The variable TMPPORTAL_CHROMIUM names a binary to use instead.
    """
    own = os.environ.get("TMPPORTAL_CHROMIUM")
    if own is None and sys.platform == "darwin":
        return playwright.chromium.launch(channel="chrome", args=[*FLAGS, *flags])
    binary = Path(own) if own else UNPACKED
    if not binary.is_file():
        raise NoBrowser(f"There is no {binary}: run `make test`, or name a Chromium in TMPPORTAL_CHROMIUM.")
    return playwright.chromium.launch(executable_path=binary, args=[*FLAGS, *flags])
