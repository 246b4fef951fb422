"""The dashboard in a real Chromium: found by keyboard, told in the title, filtered by name, drawn."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.axe import findings
from tests.browser.filling import fill, run
from tests.browser.visits import sign_in
from tests.demo_process import DemoProcess

# What a tab sees of itself when another one is in front.
HIDE = """hidden => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""
# A browser whose person allows notifications: the one of the tests never asks anybody.
TOLD = """window.told = [];
window.Notification = class {
    static permission = "default";
    static async requestPermission() { return (this.permission = "granted"); }
    constructor(title, { body }) { window.told.push(`${title}: ${body}`); }
};"""


def focused(page: Page) -> str:
    """The song whose row has the focus."""
    return page.evaluate(
        "document.activeElement.closest('tr')?.querySelector('.table__title > a').textContent"
    )


def test_jobs_are_found_ticked_and_opened_without_a_mouse(page: Page, demo: DemoProcess) -> None:
    fill(demo.data, lower="CANCELED", upper="CANCELED")
    sign_in(page, demo)
    page.keyboard.press("j")
    assert focused(page) == "upper"
    page.keyboard.press("ArrowDown")
    assert focused(page) == "lower"
    page.keyboard.press("x")
    expect(page.locator("[data-ticked]")).to_have_text("1 ticked")
    page.keyboard.press("k")
    assert focused(page) == "upper"
    page.keyboard.press("/")
    page.keyboard.type("xjk lower")
    expect(page.locator("[name=text]")).to_have_value("xjk lower")
    expect(page.locator("[data-ticked]")).to_have_text("1 ticked")
    page.locator("[name=text]").blur()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/jobs/[0-9a-f-]{36}/$"))
    expect(page.locator("h1")).to_contain_text("upper")


def test_what_ends_out_of_sight_stands_in_the_title_and_is_told_once(page: Page, demo: DemoProcess) -> None:
    page.add_init_script(TOLD)
    fill(demo.data, live="SUBMITTING")
    sign_in(page, demo)
    expect(page.locator("#notify")).to_have_attribute("aria-pressed", "false")
    page.click("#notify")
    expect(page.locator("#notify")).to_have_text("Notifications are on")
    page.evaluate(HIDE, True)
    fill(demo.data, one="COMPLETED", two="COMPLETED", three="ERROR")
    expect(page).to_have_title(re.compile(r"^\(3\) Dashboard"))
    assert page.evaluate("window.told") == ["3 jobs have ended: 2 completed, 1 failed"]
    page.evaluate(HIDE, False)
    expect(page).to_have_title(re.compile(r"^Dashboard"))
    page.click("#notify")
    expect(page.locator("#notify")).to_have_text("Notify me when jobs end")


def test_a_filter_is_saved_on_a_phone_and_leads_back_to_its_jobs(phone_page: Page, demo: DemoProcess) -> None:
    page = phone_page
    fill(demo.data, harbour="ERROR", other="ERROR")
    sign_in(page, demo)
    page.fill("[name=text]", "harbour")
    page.click("#filter")
    expect(page.locator("#board tbody tr")).not_to_have_count(0)
    page.click("#save-filter")
    assert findings(page) == []
    page.fill("#filter-name", "At the harbour")
    page.click("#keep-filter")
    expect(page.locator(".saved-filters [aria-current]")).to_have_text("At the harbour")
    page.click("#show-all")
    page.click(".saved-filters a:has-text('At the harbour')")
    expect(page).to_have_url(f"{demo.url}?text=harbour")
    page.click("text=More filters")
    page.fill("[name=since]", "2099-01-01")
    page.click("#filter")
    expect(page.locator("#board")).to_contain_text("No job matches")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click("text=Clear the filter")
    expect(page).to_have_url(demo.url)
    page.click(".saved-filters >> text=Edit")
    page.click("[name=delete]")
    expect(page.locator("main")).to_contain_text("No filter is saved yet")


def test_trends_are_drawn_and_can_be_read_as_a_table(page: Page, demo: DemoProcess) -> None:
    run(demo.data, "from jobs.counting import count_ended; count_ended(lag=0)")
    sign_in(page, demo)
    page.click(".page-header__actions >> text=Trends")
    page.click("text=90 days")
    expect(page.locator("#ended g")).to_have_count(90)
    expect(page.locator("#ended [data-kind=COMPLETED]")).not_to_have_count(0)
    page.click("#ended summary")
    expect(page.locator("#ended tbody tr")).not_to_have_count(0)
    assert findings(page) == []
