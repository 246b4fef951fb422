"""The choruses of a song over its beats, from the choice of what TMP should do to the picture."""

from __future__ import annotations

import json
import re
from urllib.parse import urljoin

from playwright.sync_api import Page, expect

from tests.browser.visits import sign_in
from tests.demo_process import DemoProcess


def beats_found(page: Page, demo: DemoProcess) -> str:
    """The path of a song of this journey's own, whose beats are known: the demo's song, brought once more."""
    page.goto(demo.job_url)
    known = page.locator(".facts a", has_text="uploads/").first.get_attribute("href") or ""
    song = page.request.get(urljoin(demo.url, known)).body()
    page.goto(f"{demo.url}jobs/new/musicBeat/")
    page.set_input_files("input[type=file]", {"name": "own.wav", "mimeType": "audio/wav", "buffer": song})
    page.get_by_role("button", name="Create job").click()
    expect(page.locator("#job [data-state=COMPLETED]")).to_be_visible()
    return page.locator(".facts a", has_text="uploads/").first.inner_text()


def test_choruses_are_asked_for_and_shown_over_the_beats_of_another_job(
    page: Page, demo: DemoProcess
) -> None:
    sign_in(page, demo)
    path = beats_found(page, demo)
    page.get_by_role("link", name="New job").first.click()
    page.get_by_role("link", name="Chorus detection").click()
    page.get_by_label("As a list").check()
    page.get_by_label("One song a line").fill(path)
    page.get_by_role("button", name="Create job").last.click()
    expect(page).to_have_url(re.compile(r"/jobs/[0-9a-f-]{36}/$"))
    expect(page.locator("#job [data-state=COMPLETED]")).to_be_visible()
    expect(page.locator("[data-player-loading]")).to_be_hidden()
    song = json.loads(page.locator("script#song").text_content() or "")
    assert len(song["regions"]) >= 1
    assert len(song["markers"]) > 40
    borrowed = page.locator(".borrowed")
    expect(borrowed).to_contain_text("They are not part of this job's downloads.")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    borrowed.get_by_role("link").click()
    expect(page.locator(".page-header")).to_contain_text("Beat detection")
    expect(page.locator(".borrowed")).to_contain_text("Chorus detection")
