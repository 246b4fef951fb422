"""Nobody is shut out: axe-core has no finding on any page, and the wizard needs no mouse."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import STILL, findings
from tests.browser.crawl import walk
from tests.browser.many_states import FRESH, MANY, enter, fill_demo
from tests.demo_process import DemoProcess
from tests.factories import PASSWORD

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
# Language with theme and size; the page of patterns is seen in every combination.
LOOKS = {"en-US": ("light", DESK), "zh-CN": ("dark", PHONE)}
# `make axe` walks through all pages in both; by itself one walk sees each second page as the other would.
IN_TURN = os.environ.get("AXE") != "all"
TABS_AT_MOST = 80
GUIDE = """curl -X POST 'https://api.mediax.tencent.com/job' -d '{"action": "Register", "registerRequest": {
"operateUin": "<your uin>", "userName": "x", "cosConfig": {"bucket": "songs-1250000000"}}}'"""


@pytest.fixture(scope="module")
def paths(demo: DemoProcess) -> list[str]:
    """Pages of rows in every state."""
    return fill_demo(demo.data)


@pytest.fixture(params=LOOKS)
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A visitor in one of the looks, for whom nothing moves."""
    theme, size = LOOKS[request.param]
    with browser.new_context(locale=request.param, viewport=size, color_scheme=theme) as context:
        context.add_init_script(STILL)
        yield context.new_page()


def judge(page: Page, where: str) -> list[str]:
    """What axe finds on the open page, with where it was."""
    return [f"{where}: {line}" for line in findings(page)]


@pytest.mark.parametrize("visit", ["zh-CN"] if IN_TURN else LOOKS, indirect=True)
def test_no_page_of_a_person_with_everything_has_a_finding(
    visit: Page, demo: DemoProcess, paths: list[str]
) -> None:
    enter(visit, demo, MANY)
    starts = [demo.url, demo.job_url, *(demo.url + path for path in (*paths, "nowhere/"))]
    found, opened = [], []
    for url in walk(visit, starts):
        opened.append(url.removeprefix(demo.url))
        if IN_TURN:
            theme, size = list(LOOKS.values())[len(opened) % len(LOOKS)]
            visit.emulate_media(color_scheme=theme)
            visit.set_viewport_size(size)
        found += judge(visit, opened[-1])
    assert found == []
    assert {"", "accounts/", "accounts/register/", "library/", "jobs/new/", "nowhere/"} <= set(opened)


def test_no_page_of_a_newcomer_has_a_finding(visit: Page, demo: DemoProcess, paths: list[str]) -> None:
    visit.goto(f"{demo.url}sign-in/login/")
    found = judge(visit, "signed out")
    visit.fill("[name=login]", "nobody")
    visit.fill("[name=password]", "nothing")
    visit.press("[name=password]", "Enter")
    expect(visit.locator(".errorlist, [role=alert]").first).to_be_visible()
    found += judge(visit, "refused")
    enter(visit, demo, FRESH)
    for path in ("", "accounts/", "library/", "jobs/new/"):
        visit.goto(demo.url + path)
        found += judge(visit, f"fresh {path}")
    assert found == []


def test_a_form_full_of_mistakes_has_no_finding(visit: Page, demo: DemoProcess, paths: list[str]) -> None:
    enter(visit, demo, FRESH)
    visit.goto(f"{demo.url}accounts/register/?new=1")
    for field in ("operate_uin", "user_name", "bucket", "region"):
        visit.fill(f"[name={field}]", "not like this!")
    visit.locator("main form .button--primary").last.click()
    expect(visit.locator(".errorlist").first).to_be_visible()
    assert judge(visit, "mistakes") == []


def test_an_open_export_panel_and_a_refused_export_have_no_finding(
    visit: Page, demo: DemoProcess, paths: list[str]
) -> None:
    enter(visit, demo, MANY)
    visit.goto(demo.job_url)
    visit.locator("#exports > summary").click()
    visit.locator("[data-export-choice=capcut]").click()
    found = judge(visit, "exports")
    visit.goto(f"{demo.job_url}export/premiere?start=x&offset=y")
    assert visit.locator(".errorlist").count() == 2
    assert found + judge(visit, "refused") == []


def test_a_link_to_a_result_has_no_finding_for_its_maker_nor_for_a_visitor(
    visit: Page, demo: DemoProcess, paths: list[str]
) -> None:
    enter(visit, demo, MANY)
    visit.goto(demo.job_url)
    visit.locator("#shares > summary").click()
    visit.check("#shares [name=with_audio]")
    visit.locator("#shares .button--primary").click()
    link = visit.locator("#share-link").input_value()
    found = judge(visit, "shares")
    for place in (link, f"{demo.url}s/nowhere/"):
        visit.goto(place)
        found += judge(visit, place)
    assert found == []


@pytest.mark.parametrize("text", ["hello", GUIDE, "region=guangzhou\nuin=1250000000"])
def test_what_was_read_out_of_a_paste_has_no_finding(
    visit: Page, demo: DemoProcess, paths: list[str], text: str
) -> None:
    enter(visit, demo, FRESH)
    visit.goto(f"{demo.url}accounts/register/?new=1")
    visit.fill("[name=pasted]", text)
    visit.locator("[name=intent][value=paste]").click()
    expect(visit.locator("#read")).to_be_visible()
    assert judge(visit, "paste") == []


def test_keys_in_clear_have_no_finding(visit: Page, demo: DemoProcess, paths: list[str]) -> None:
    enter(visit, demo, MANY)
    show = f"form[action='/{paths[-1]}keys/'] button"
    visit.goto(f"{demo.url}{paths[-1]}keys/")
    visit.locator(show).click()
    visit.fill("[name=password]", PASSWORD)
    found = judge(visit, "reauthenticate")
    visit.press("[name=password]", "Enter")
    visit.locator(show).click()
    expect(visit.locator("[data-secret]").first).to_be_visible()
    assert found + judge(visit, "keys in clear") == []


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "500"])
def test_no_error_page_has_a_finding(visit: Page, demo: DemoProcess, name: str) -> None:
    with translation.override(visit.evaluate("navigator.language").replace("zh-CN", "zh-hans")):
        html = render_to_string(f"{name}.html", request=RequestFactory().get("/"))
    visit.route("**/broken/", lambda route: route.fulfill(status=200, content_type="text/html", body=html))
    visit.goto(f"{demo.url}broken/")
    assert judge(visit, name) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_no_pattern_has_a_finding_in_any_look(
    visit: Page, demo: DemoProcess, paths: list[str], theme: str, size: dict[str, int]
) -> None:
    enter(visit, demo, FRESH)
    visit.emulate_media(color_scheme=theme)
    visit.set_viewport_size(size)
    visit.goto(f"{demo.url}patterns/")
    assert judge(visit, "patterns") == []


def test_the_harness_sees_a_planted_fault(visit: Page, demo: DemoProcess) -> None:
    visit.goto(f"{demo.url}sign-in/login/")
    visit.evaluate("document.querySelector('label').remove()")
    visit.evaluate("document.querySelector('main').append(document.createElement('img'))")
    found = "\n".join(judge(visit, "planted"))
    assert "label" in found
    assert "image-alt" in found


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what `selector` names has the focus, as somebody without a mouse must."""
    for _ in range(TABS_AT_MOST):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{TABS_AT_MOST} times Tab, and {selector} was not reached")


def test_the_wizard_is_filled_in_and_sent_by_keyboard_alone(page: Page, demo: DemoProcess) -> None:
    fill_in = "a[href*='sandbox=1']"
    page.goto(f"{demo.url}sign-in/login/")
    tab_to(page, "[name=login]")
    page.keyboard.type(demo.user)
    tab_to(page, "[name=password]")
    page.keyboard.type(demo.password)
    page.keyboard.press("Enter")
    expect(page).to_have_url(demo.url)
    page.goto(f"{demo.url}accounts/register/?new=1")
    tab_to(page, fill_in)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("sandbox=1"))
    tab_to(page, "[name=user_name]")
    page.keyboard.press("Control+A")
    page.keyboard.type("keyboard")
    tab_to(page, "main form button.button--primary")
    page.keyboard.press("Enter")
    expect(page.locator("[data-state=DONE]").first).to_be_visible()
