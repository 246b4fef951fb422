"""Two runs on one song: chosen on the dashboard, seen over one waveform, heard on two ears."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import STILL, findings
from tests.browser.filling import run
from tests.browser.visits import drawn, has_ink, position, sign_in, until_played
from tests.demo_process import DemoProcess

# The demo's own job done again: 12 ms later, and deaf between the eighth and the tenth second.
SECOND = """
from jobs.models import Job
from tests.factories import make_job
first = Job.objects.filter(state="COMPLETED", label="").earliest("created_at")
kept = [each for each in first.result["markers"] if not 8 < each["time"] < 10]
markers = [{**each, "time": each["time"] + 0.012} for each in kept]
make_job(first.account, state="COMPLETED", label="second try", params=first.params,
    source_path=first.source_path, source_name=first.source_name, source_seconds=first.source_seconds,
    result={**first.result, "markers": markers})
"""
# On which side every click is heard, and at which second of the song.
LISTEN = """
    window.clicks = [];
    const start = AudioBufferSourceNode.prototype.start;
    const connect = AudioNode.prototype.connect;
    AudioNode.prototype.connect = function (next, ...rest) {
        this.leadsTo = next;
        return connect.call(this, next, ...rest);
    };
    AudioBufferSourceNode.prototype.start = function (moment) {
        let node = this;
        let gain = 1;
        while (node && !(node instanceof StereoPannerNode)) {
            if (node instanceof GainNode) gain *= node.gain.value;
            node = node.leadsTo;
        }
        window.clicks.push({ pan: Math.sign(node?.pan.value ?? 0), isLoud: gain > 0.01 });
        return start.call(this, moment);
    };
"""


@pytest.fixture(scope="module", autouse=True)
def second(demo: DemoProcess) -> None:
    run(demo.data, SECOND)


def heard(page: Page) -> set[int]:
    """The sides of the clicks in a second and a half of the song."""
    start = position(page)
    page.evaluate("window.clicks.length = 0")
    page.keyboard.press("Space")
    until_played(page, start + 1.5)
    page.keyboard.press("Space")
    clicks: list[dict[str, Any]] = page.evaluate("window.clicks")
    return {each["pan"] for each in clicks if each["isLoud"]}


def test_two_ticked_jobs_lie_over_one_waveform_and_on_two_ears(page: Page, demo: DemoProcess) -> None:
    page.add_init_script(LISTEN)
    sign_in(page, demo)
    page.locator("tr", has_text="second try").locator("[name=job]").first.check()
    expect(page.locator("#compare-ticked")).to_be_disabled()
    path = demo.job_url.removeprefix(demo.url).split("/")[1]
    page.check(f"[name=job][value='{path}']")
    page.click("#compare-ticked")
    drawn(page)
    assert has_ink(page)
    assert page.locator("[data-f-measure]").get_attribute("data-f-measure") not in ("0.0", "100.0")
    expect(page.locator("dd", has_text="+12.0 ms")).to_be_visible()
    assert heard(page) == {-1, 1}
    page.get_by_role("button", name="B alone").click()
    assert heard(page) == {0}
    page.keyboard.press("c")
    assert heard(page) == set()
    row = page.locator("[data-compare-from]").first
    row.get_by_role("button").click()
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    assert -1.01 < position(page) - float(row.get_attribute("data-compare-from") or 0) < 1
    expect(row).to_have_attribute("aria-current", "true")
    page.keyboard.press("Space")
    a, b = re.search(r"a=([\w-]+)&b=([\w-]+)", page.url).groups()  # type: ignore[union-attr]
    page.get_by_role("link", name="Swap A and B").click()
    expect(page).to_have_url(re.compile(f"a={b}&b={a}"))
    expect(page.locator("dd", has_text="-12.0 ms")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("en-US", "light", 1280), ("zh-CN", "dark", 390)], ids=["desk", "phone"]
)
def test_the_comparison_shuts_nobody_out(
    browser: Browser, demo: DemoProcess, language: str, theme: Any, width: int
) -> None:
    size = {"width": width, "height": 844}
    with browser.new_context(locale=language, color_scheme=theme, viewport=size) as context:
        context.add_init_script(STILL)
        page = context.new_page()
        sign_in(page, demo)
        page.goto(demo.job_url)
        page.locator(".songmates a[href*=compare]").first.click()
        drawn(page)
        assert findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
