"""Takes the pictures of docs/screenshots from a demo of its own: `make screenshots`."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import launch

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs/screenshots"
LANGUAGES = {"en": "en-US", "zh": "zh-CN"}
SETTLE_MILLISECONDS = 1500


@contextmanager
def running_demo() -> Iterator[dict[str, str]]:
    """Start a demo with a fresh data folder; its words are `job`, `open` and `password`."""
    with tempfile.TemporaryDirectory() as data:
        demo = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", "8100"],
            cwd=ROOT,
            env={**os.environ, "TMPPORTAL_DATA": data},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield words_of(demo)
        finally:
            demo.send_signal(signal.SIGINT)
            demo.communicate(timeout=30)


def words_of(demo: subprocess.Popen[str]) -> dict[str, str]:
    """What the demo prints as `name=value`, up to its last line."""
    words: dict[str, str] = {}
    assert demo.stdout is not None
    for line in demo.stdout:
        words.update(re.findall(r"(\w+)=(\S+)", line))
        if "password" in words:
            return words
    raise SystemExit("The demo ended before it was ready.")


def sign_in(page: Page, words: dict[str, str]) -> None:
    page.goto(f"{words['open']}sign-in/login/")
    page.fill("[name=login]", words["user"])
    page.fill("[name=password]", words["password"])
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "sign-in" not in address)


def take_pictures(browser: Browser, words: dict[str, str]) -> None:
    subjects = {"result": words["job"], "board": words["open"]}
    for language, locale in LANGUAGES.items():
        with browser.new_context(locale=locale, viewport={"width": 1280, "height": 800}) as visit:
            page = visit.new_page()
            sign_in(page, words)
            for subject, address in subjects.items():
                page.goto(address)
                page.wait_for_timeout(SETTLE_MILLISECONDS)
                page.screenshot(path=PICTURES / f"{subject}-{language}.png")


def main() -> None:
    with running_demo() as words, sync_playwright() as playwright:
        browser = launch(playwright)
        take_pictures(browser, words)
        browser.close()


if __name__ == "__main__":
    main()
