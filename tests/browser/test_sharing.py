"""A link to a result: made with a click at a desk, opened by a stranger on a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.complaints import Complaints
from tests.browser.visits import drawn, has_ink, sign_in
from tests.demo_process import DemoProcess


@pytest.fixture(params=[(1280, 800), (390, 844)], ids=["desk", "phone"])
def stranger(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Somebody who never signed in here, and whose browser has nothing to complain of."""
    width, height = request.param
    with browser.new_context(locale="en-US", viewport={"width": width, "height": height}) as fresh:
        complaints = Complaints(fresh)
        yield fresh.new_page()
        assert complaints.unexcused() == []


def test_a_stranger_with_the_link_sees_hears_and_takes_along(
    page: Page, stranger: Page, demo: DemoProcess
) -> None:
    whom = f"a stranger {stranger.evaluate('innerWidth')} pixels wide"
    link = make_link(page, demo, whom)
    asked: list[tuple[str, int]] = []
    stranger.on("response", lambda answer: asked.append((answer.url, answer.status)))
    stranger.goto(link)
    drawn(stranger)
    assert has_ink(stranger)
    stranger.keyboard.press("Space")
    expect(stranger.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    stranger.keyboard.press("Space")
    with stranger.expect_download() as taken:
        stranger.get_by_role("link", name="DaVinci Resolve").click()
    assert taken.value.suggested_filename.endswith(".edl")
    assert stranger.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # Everything came from the link itself or is for everybody.
    places = {urlsplit(url).path for url, _state in asked}
    assert [place for place in places if not place.startswith(("/static/", urlsplit(link).path))] == []
    assert {state for _url, state in asked} <= {200, 206}
    assert stranger.context.cookies() == []
    revoke(page, whom)
    assert stranger.request.get(link).status == 404
    assert stranger.request.get(f"{link}audio/0").status == 404
    token = urlsplit(link).path.split("/")[2]
    logs = [path.read_text(errors="replace") for path in (demo.data / "logs").iterdir()]
    assert logs
    assert not any(token in log for log in logs)


def make_link(page: Page, demo: DemoProcess, whom: str) -> str:
    sign_in(page, demo)
    page.goto(demo.job_url)
    page.click("#shares > summary")
    page.fill("#shares [name=for_whom]", whom)
    page.check("#shares [name=with_audio]")
    page.click("#shares button:has-text('Make a link')")
    link = page.locator("#share-link").input_value()
    assert re.fullmatch(rf"{re.escape(demo.url)}s/[\w-]+\.[\w-]+/", link)
    expect(page.locator("#shares [data-copy]")).to_have_attribute("data-copy", link)
    return link


def revoke(page: Page, whom: str) -> None:
    row = page.locator("#shares li", has_text=whom)
    row.get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("Revoked")
    expect(row.get_by_role("button")).to_have_count(0)
