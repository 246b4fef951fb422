"""The choruses of a song over its beats, from the choice of what TMP should do to the picture."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect

from tests.browser.visits import PATIENCE_MS, sign_in
from tests.demo_process import DemoProcess


def test_choruses_are_asked_for_and_shown_over_the_beats_of_another_job(
    page: Page, demo: DemoProcess
) -> None:
    sign_in(page, demo)
    page.goto(demo.job_url)
    path = page.locator(".facts a", has_text="uploads/").first.inner_text()
    page.get_by_role("link", name="New job").first.click()
    page.get_by_role("link", name="Chorus detection").click()
    # Songs of journeys before may have pushed it out of those that were used lately.
    page.get_by_label("As a list").check()
    page.get_by_label("One song a line").fill(path)
    page.get_by_role("button", name="Create job").last.click()
    expect(page).to_have_url(re.compile(r"/jobs/[0-9a-f-]{36}/$"))
    expect(page.locator("#job [data-state=COMPLETED]")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("[data-player-loading]")).to_be_hidden(timeout=PATIENCE_MS)
    song = json.loads(page.locator("script#song").text_content() or "")
    assert len(song["regions"]) >= 1
    assert len(song["markers"]) > 40
    borrowed = page.locator(".borrowed")
    expect(borrowed).to_contain_text("They are not part of this job's downloads.")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    borrowed.get_by_role("link").click()
    # The newest of the song lends: the demo's own, unless a journey before made another.
    expect(page.locator(".page-header")).to_contain_text("Beat detection")
    expect(page.locator(".borrowed")).to_contain_text("Chorus detection")
