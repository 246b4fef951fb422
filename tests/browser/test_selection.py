"""Jobs are ticked on the dashboard by mouse and by keyboard, and what is ticked outlives the live table."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import findings
from tests.browser.complaints import Complaints
from tests.browser.filling import fill
from tests.browser.visits import sign_in
from tests.demo_process import DemoProcess

BOX = "[name=job]"


@pytest.fixture(autouse=True)
def dashboard(page: Page, demo: DemoProcess, complaints: Complaints) -> None:
    fill(demo.data, live="SUBMITTING", failed="ERROR", canceled="CANCELED")
    sign_in(page, demo)


def box(page: Page, song: str) -> str:
    return f"tr:has(a:text-is('{song}')) {BOX} >> nth=0"


def test_what_is_ticked_stays_so_when_the_table_is_swapped(page: Page, demo: DemoProcess) -> None:
    page.check(box(page, "failed"))
    expect(page.locator("[data-ticked]")).to_have_text("1 ticked")
    fill(demo.data, latecomer="CANCELED")
    expect(page.locator("a:text-is('latecomer')").first).to_be_visible()
    assert page.is_checked(box(page, "failed"))
    assert not page.is_checked(box(page, "latecomer"))
    expect(page.locator("[data-ticked]")).to_have_text("1 ticked")


def test_all_of_the_page_is_ticked_and_unticked_by_one_box(page: Page, demo: DemoProcess) -> None:
    expect(page.locator(".selection-bar")).to_be_hidden()
    page.check("#tick-all")
    rows = page.locator(BOX).count()
    expect(page.locator("[data-ticked]")).to_have_text(f"{rows} ticked")
    page.uncheck(box(page, "failed"))
    assert not page.is_checked("#tick-all")
    page.check("#tick-all")
    page.uncheck("#tick-all")
    expect(page.locator(".selection-bar")).to_be_hidden()


def test_a_selection_is_retried_by_keyboard_alone(page: Page, demo: DemoProcess) -> None:
    page.focus(box(page, "canceled"))
    page.keyboard.press("Space")
    page.focus(".selection-bar button[value=retry]")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Retry 1 job?")
    assert findings(page) == []
    page.focus("#confirm")
    page.keyboard.press("Enter")
    expect(page.locator(".notice--success").first).to_be_visible()
    expect(page.locator("#followed-by, .timeline").first).to_be_visible()


def test_the_page_that_asks_before_deleting_has_no_finding(page: Page, demo: DemoProcess) -> None:
    page.check("#tick-all")
    assert findings(page) == []
    page.click(".selection-bar button[value=delete]")
    expect(page.locator("#confirm")).to_be_visible()
    assert findings(page) == []
    page.click("text=Leave as it is")
    expect(page).to_have_url(demo.url)


def test_shift_ticks_a_range_and_clear_unticks_all(page: Page, demo: DemoProcess) -> None:
    boxes = page.locator(BOX)
    boxes.nth(0).check()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator("[data-ticked]")).to_have_text("3 ticked")
    page.click("#untick")
    expect(page.locator(".selection-bar")).to_be_hidden()
    expect(page.locator(f"{BOX}:checked")).to_have_count(0)
