"""What a browser still has of somebody who was signed in: nothing, however their session ended."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.visits import COOKIE, drawn, until
from tests.demo_process import DemoProcess

LOGIN = re.compile("/sign-in/login/")
DRAFTS = "Object.keys(sessionStorage).some(name => name.startsWith('correct:'))"
STORED = "[Object.keys(sessionStorage), Object.keys(localStorage)]"


def press_sign_out(page: Page) -> None:
    page.locator(".topbar__end summary").click()
    page.locator("#sign-out").click()


def let_it_end(page: Page) -> None:
    """As after a day in which nobody did anything: the session is gone, and the page is opened once more."""
    page.context.clear_cookies(name=COOKIE)
    page.reload()


@pytest.mark.parametrize("end", [press_sign_out, let_it_end])
def test_nothing_of_a_person_stays_in_any_tab(
    page: Page, context: BrowserContext, demo: DemoProcess, end: Callable[[Page], None]
) -> None:
    """T30: neither beats that were not saved nor what was chosen; how the portal looks stays."""
    # In a session of their own: the other journeys go on in theirs.
    page.goto(demo.job_url)
    page.fill("[name=login]", demo.user)
    page.fill("[name=password]", demo.password)
    page.press("[name=password]", "Enter")
    drawn(page)
    other = context.new_page()
    other.goto(demo.url)
    page.bring_to_front()
    page.locator("[data-theme-choice=dark]").dispatch_event("click")
    page.evaluate("localStorage.setItem('export-program', 'csv')")
    page.get_by_role("link", name="Correct the beats").click()
    expect(page.locator("[data-correct]")).to_be_visible()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Delete")
    until(page, DRAFTS)
    page.once("dialog", lambda dialog: dialog.accept())
    end(page)
    for tab in (page, other):
        expect(tab).to_have_url(LOGIN)
        until(tab, f"String({STORED}) === ',theme'")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
