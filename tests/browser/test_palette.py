"""The command palette, the list of keys and hints in a real Chromium: by keyboard, on a phone, in Chinese."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import findings
from tests.browser.complaints import Complaints
from tests.browser.filling import fill
from tests.browser.visits import sign_in
from tests.demo_process import DemoProcess

FIELD, OPTIONS, CHOSEN = "#palette input", "#palette [role=option]", "#palette [aria-selected=true]"
# What an input method tells while a word is composed, and at its end.
COMPOSE = """(field, [letters, word]) => {
    field.focus();
    field.dispatchEvent(new CompositionEvent("compositionstart"));
    field.value = letters;
    field.dispatchEvent(new InputEvent("input", { isComposing: true }));
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true }));
    window.meanwhile = document.querySelectorAll("#palette [role=option]").length;
    field.value = word;
    field.dispatchEvent(new CompositionEvent("compositionend", { data: word }));
}"""


def test_everything_is_reached_from_the_palette_without_a_mouse(page: Page, demo: DemoProcess) -> None:
    fill(demo.data, nightingale="CANCELED")
    sign_in(page, demo)
    page.locator("#tick-all").focus()
    page.keyboard.press("Control+k")
    page.keyboard.type("trnds")
    expect(page.locator(CHOSEN)).to_have_text(re.compile("^Trends"))
    assert findings(page) == []
    # Its letters are typed, they are no keys of the dashboard; and what had the focus gets it back.
    page.keyboard.press("Escape")
    expect(page.locator("#tick-all")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.locator(FIELD)).to_have_value("")
    page.keyboard.type("theme dark")
    expect(page.locator(CHOSEN)).to_contain_text("Theme: dark")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("Control+k")
    page.keyboard.type("nightingal")
    expect(page.locator(CHOSEN)).to_contain_text("Canceled")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("nightingale")
    page.wait_for_load_state()
    # What the page itself offers comes first, and its arrows go round.
    page.keyboard.press("Control+k")
    expect(page.locator(CHOSEN)).to_contain_text("On this page")
    expect(page.locator(OPTIONS, has_text="Library of")).not_to_have_count(0)
    page.keyboard.press("ArrowUp")
    expect(page.locator(OPTIONS).last).to_have_attribute("aria-selected", "true")
    page.keyboard.type("duplicate")
    expect(page.locator(CHOSEN)).to_contain_text("Duplicate")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/jobs/new/musicBeat/\?from="))


def test_a_phone_opens_the_palette_by_its_button_and_finds_chinese_words(
    browser: Browser, demo: DemoProcess
) -> None:
    size = {"width": 390, "height": 844}
    with browser.new_context(locale="zh-CN", viewport=size, has_touch=True, is_mobile=True) as context:
        page = context.new_page()
        sign_in(page, demo)
        page.locator("[data-open=palette]").tap()
        for joined in ("的文件库", "任务 · "):
            expect(page.locator(OPTIONS, has_text=joined)).not_to_have_count(0)
        everything = page.locator(OPTIONS).count()
        page.locator(FIELD).evaluate(COMPOSE, ["qushi", "趋势"])
        assert page.evaluate("window.meanwhile") == everything
        expect(page.locator(CHOSEN)).to_contain_text("趋势")
        page.fill(FIELD, "trends")
        expect(page.locator(CHOSEN)).to_contain_text("趋势")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.locator(CHOSEN).tap()
        expect(page).to_have_url(f"{demo.url}jobs/trends/")


def test_the_list_of_keys_is_the_pages_own_and_single_keys_can_be_turned_off(
    page: Page, demo: DemoProcess
) -> None:
    fill(demo.data, first="CANCELED", second="CANCELED")
    sign_in(page, demo)
    page.keyboard.press("?")
    help_of_board = page.locator("#keys")
    expect(help_of_board.locator("h3")).to_have_text(["Jobs", "Everywhere"])
    expect(help_of_board).to_contain_text("next and previous job")
    assert findings(page) == []
    # Behind the dialog nothing is ticked or walked through.
    page.keyboard.press("j")
    assert page.evaluate("document.querySelector('#keys').contains(document.activeElement)")
    page.get_by_label("Keys of a single character").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(help_of_board).to_be_hidden()
    assert page.evaluate("document.activeElement.closest('tr')") is None
    page.click("[data-open=keys]")
    page.get_by_label("Keys of a single character").check()
    page.keyboard.press("Escape")
    page.locator("main").focus()
    page.keyboard.press("j")
    assert page.evaluate("Boolean(document.activeElement.closest('tr'))")
    page.fill("[name=text]", "")
    page.keyboard.type("?")
    expect(page.locator("[name=text]")).to_have_value("?")
    page.goto(demo.job_url)
    expect(page.locator("[data-player-loading]")).to_be_hidden()
    page.keyboard.press("?")
    expect(help_of_board.locator("h3")).to_have_text(["Player", "Everywhere"])


def test_a_form_is_sent_by_control_and_enter(page: Page, complaints: Complaints, demo: DemoProcess) -> None:
    complaints.excuse("422")
    sign_in(page, demo)
    page.goto(f"{demo.url}jobs/adopt/")
    page.focus("[name=told]")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".errorlist").first).to_be_visible()


def test_a_hint_is_dismissed_in_place_and_stays_away(page: Page, demo: DemoProcess) -> None:
    sign_in(page, demo)
    page.goto(demo.job_url)
    hint = page.locator(".hint")
    expect(hint).to_have_count(1)
    expect(hint).to_contain_text("click on every beat")
    hint.get_by_text("Got it").click()
    expect(hint).to_have_count(0)
    page.reload()
    expect(hint).to_contain_text("your editor")
    page.keyboard.press("Control+k")
    page.keyboard.type("show hints")
    expect(page.locator(CHOSEN)).to_contain_text("Show hints again")
    page.keyboard.press("Enter")
    expect(hint).to_contain_text("click on every beat")
