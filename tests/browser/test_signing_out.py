"""What a browser has of somebody whose session is over: nothing, or unsaved beats for whoever comes back."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.visits import COOKIE, drawn, until
from tests.demo_process import DemoProcess

LOGIN = re.compile("/sign-in/login/")
DRAFTS = "Object.keys(sessionStorage).some(name => name.startsWith('correct:'))"
STORED = "[Object.keys(sessionStorage), Object.keys(localStorage)]"


def sign_in(page: Page, demo: DemoProcess) -> None:
    """In a session of their own: the other journeys go on in theirs."""
    page.fill("[name=login]", demo.user)
    page.fill("[name=password]", demo.password)
    page.press("[name=password]", "Enter")


def correct(page: Page) -> None:
    """Unsaved: the second beat is gone."""
    drawn(page)
    page.get_by_role("link", name="Correct the beats").click()
    expect(page.locator("[data-correct]")).to_be_visible()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Delete")
    until(page, DRAFTS)


def test_nothing_of_a_person_stays_in_any_tab(page: Page, context: BrowserContext, demo: DemoProcess) -> None:
    """T30: neither beats that were not saved nor what was chosen; how the portal looks stays."""
    page.goto(demo.job_url)
    sign_in(page, demo)
    other = context.new_page()
    other.goto(demo.url)
    page.bring_to_front()
    page.locator("[data-theme-choice=dark]").dispatch_event("click")
    page.evaluate("localStorage.setItem('export-program', 'csv')")
    correct(page)
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator(".topbar__end summary").click()
    page.locator("#sign-out").click()
    for tab in (page, other):
        expect(tab).to_have_url(LOGIN)
        until(tab, f"String({STORED}) === ',theme'")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_beats_outlive_a_session_that_ended_by_itself_for_whoever_comes_back(
    page: Page, context: BrowserContext, demo: DemoProcess
) -> None:
    page.goto(demo.job_url)
    sign_in(page, demo)
    page.evaluate("localStorage.setItem('export-program', 'csv')")
    # Of somebody else who was here before.
    page.evaluate("sessionStorage.setItem('correct:0:x', '{}')")
    correct(page)
    # As after a day in which nobody did anything.
    context.clear_cookies(name=COOKIE)
    page.get_by_role("button", name="Save as a new version").click()
    expect(page).to_have_url(LOGIN)
    until(page, f"{DRAFTS} && localStorage.length === 0")
    sign_in(page, demo)
    expect(page.get_by_text("Here is what you had not saved yet.")).to_be_visible()
    assert page.evaluate("Object.keys(sessionStorage).filter(name => name.startsWith('correct:0:'))") == []
    # Nothing of it was saved, and nothing is left for the other journeys.
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator(".topbar__end summary").click()
    page.locator("#sign-out").click()
    until(page, f"!{DRAFTS}")
