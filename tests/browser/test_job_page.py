"""The page of a job in every state, at a desk and on a phone: what happened, and what to do next."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.many_states import MANY, enter, fill_demo
from tests.browser.visits import open_player, until
from tests.demo_process import DemoProcess

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@pytest.fixture
def jobs(page: Page, demo: DemoProcess) -> dict[str, str]:
    """The address of a job in every state but two, by state, for the person who is signed in."""
    addresses = [demo.url + path for path in fill_demo(demo.data) if path.startswith("jobs/")]
    enter(page, demo, MANY)
    found = {}
    for address in addresses:
        page.goto(address)
        found[page.locator("[data-state]").first.get_attribute("data-state") or ""] = address
    return found


def left_and_top(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).bounding_box()
    assert box
    return box["x"], box["y"]


def test_every_state_fits_and_says_what_can_be_done(page: Page, jobs: dict[str, str]) -> None:
    assert {"SUBMITTING", "UNSURE", "SUBMITTED", "PROCESSING", "COLLECTING", "ERROR", "CANCELED"} <= set(jobs)
    best = {"ERROR": "#retry", "GAVE_UP": "#ask-again", "UNSURE": "#adopt"}
    for state, address in jobs.items():
        page.goto(address)
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], (state, size)
            expect(page.locator("#history .timeline > li").last).to_have_attribute("data-state", state)
        if state in best:
            expect(page.locator("#trouble").locator(best[state])).to_be_visible()
        else:
            expect(page.locator("#trouble")).to_have_count(0)


def test_history_and_facts_stand_side_by_side_at_a_desk_and_below_each_other_on_a_phone(
    page: Page, jobs: dict[str, str]
) -> None:
    facts = ".split > :last-child"
    for state in ("UNSURE", "PROCESSING", "ERROR"):
        page.goto(jobs[state])
        page.set_viewport_size(DESK)
        (left, top), (beside, level) = left_and_top(page, "#history"), left_and_top(page, facts)
        assert beside > left + 300
        assert level == pytest.approx(top, abs=1)
        page.set_viewport_size(PHONE)
        (left, top), (below, down) = left_and_top(page, "#history"), left_and_top(page, facts)
        assert below == pytest.approx(left, abs=1)
        assert down > top


def test_the_time_of_what_goes_on_grows_by_itself(page: Page, jobs: dict[str, str]) -> None:
    page.goto(jobs["PROCESSING"])
    total = page.locator(".phases__sum b")
    before = total.inner_text()
    expect(total).not_to_have_text(before, timeout=4000)
    assert float(page.locator(".phases__bar rect").last.get_attribute("width") or 0) > 90


def test_a_finished_job_shows_its_phases_and_its_json_in_colour(page: Page, demo: DemoProcess) -> None:
    open_player(page, demo)
    phases = [each.inner_text() for each in page.locator(".phases__totals li > span").all()]
    assert phases == ["Waiting", "Sending", "At TMP", "Collecting", "In all"]
    assert page.locator(".phases__bar [data-grows]").count() == 0
    coloured = "CSS.highlights.get('json-name').size"
    before = page.evaluate(coloured)
    page.locator("#exchanges summary").first.click()
    expect(page.locator("#exchanges .code").first).to_be_visible()
    until(page, f"{coloured} > {before}")
    assert re.search(r'"secretKey": "\*\*\*"', page.locator("#exchanges .code").first.inner_text())


def test_a_retry_stands_beside_the_run_it_follows(page: Page, jobs: dict[str, str]) -> None:
    page.goto(jobs["CANCELED"])
    page.locator("#retry").click()
    page.locator("#confirm").click()
    runs = page.locator("section[aria-labelledby=runs] .column")
    expect(runs).to_have_count(2)
    first, second = (runs.nth(at).bounding_box() for at in (0, 1))
    assert first and second
    assert second["x"] > first["x"] + 100
    page.set_viewport_size(PHONE)
    first, second = (runs.nth(at).bounding_box() for at in (0, 1))
    assert first and second
    assert second["y"] > first["y"]
    runs.first.get_by_role("link", name="To run 1").click()
    expect(page).to_have_url(jobs["CANCELED"])
    expect(runs).to_have_count(2)
