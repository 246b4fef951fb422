"""Many songs in a real Chromium: a pasted list becomes one batch whatever the fingers do, and comes back."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import STILL, findings
from tests.browser.complaints import Complaints
from tests.browser.ports import port
from tests.browser.visits import sign_in
from tests.demo_process import DemoProcess
from tests.prepared import collected
from tests.songs import clicks

BATCH = re.compile(r"/batches/[0-9a-f-]{36}/$")
PLAN = re.compile(r"/jobs/plans/[0-9a-f-]{36}/$")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoProcess]:
    """A demo of our own: a thousand waiting jobs would be in the way of other journeys."""
    with DemoProcess(tmp_path_factory.mktemp("batches"), port=port(6), settings=collected()) as running:
        yield running


def paste(page: Page, demo: DemoProcess, lines: str, *, label: str = "") -> None:
    """Fill in the form of a new job with a pasted list, and send it."""
    page.goto(f"{demo.url}jobs/new/musicBeat/")
    page.get_by_label("As a list").check()
    page.get_by_label("One song a line").fill(lines)
    if label:
        page.locator("summary", has_text="More").click()
        page.get_by_label("Label").fill(label)
    page.get_by_role("button", name="Create job").click()


def batches_on_board(page: Page, demo: DemoProcess, label: str) -> set[str]:
    """Addresses of the batches whose songs the dashboard lists under `label`."""
    page.goto(f"{demo.url}?text={label}")
    links = page.locator("a[href^='/batches/']")
    return {links.nth(number).get_attribute("href") or "" for number in range(links.count())}


def test_a_thousand_pasted_lines_become_one_batch_by_double_click_and_back_button(
    page: Page, demo: DemoProcess
) -> None:
    sign_in(page, demo)
    lines = "\n".join(f"albums/no such song {number}.mp3" for number in range(1000))
    paste(page, demo, lines, label="thousand")
    expect(page).to_have_url(PLAN)
    expect(page.get_by_text("1000 CreateJob")).to_be_visible()
    page.get_by_role("button", name="Send 1000 jobs").dblclick()
    expect(page).to_have_url(BATCH)
    batch = page.url
    # Back to the look: it is sent already, so it leads to the batch.
    page.go_back()
    expect(page).to_have_url(batch)
    page.get_by_role("button", name="Cancel what waits").click()
    expect(page.locator(".messages")).to_contain_text("canceled")
    expect(page.locator("#batch")).to_contain_text("of 1000")
    assert {demo.url + path.removeprefix("/") for path in batches_on_board(page, demo, "thousand")} == {batch}


def test_what_failed_is_sent_again_and_everything_leaves_in_one_zip(
    page: Page, demo: DemoProcess, tmp_path: Path
) -> None:
    sign_in(page, demo)
    # The demo's own song: those used lately are a thousand that were never there.
    page.goto(f"{demo.url}jobs/new/musicBeat/?from={demo.job_url.rstrip('/').rpartition('/')[2]}")
    song = page.locator("input[name=path]:checked").first.get_attribute("value")
    paste(page, demo, f"{song}\nno/such song.mp3", label="two songs")
    page.get_by_role("button", name="Send 2 jobs").click()
    expect(page).to_have_url(BATCH)
    # Without a reload: the page asks for itself until the last job has ended.
    expect(page.locator("#batch")).to_contain_text("2 of 2")
    expect(page.locator("#batch .table [data-state=ERROR]")).to_have_count(1)
    expect(page.locator("#batch .table [data-state=COMPLETED]")).to_have_count(1)
    expect(page.get_by_role("heading", name="What went wrong")).to_be_visible()
    page.get_by_role("link", name="Retry failed").click()
    page.get_by_role("button", name="Send 1 job again").dblclick()
    expect(page).to_have_url(BATCH)
    expect(page.locator("#batch")).to_contain_text("2 of 2")
    expect(page.locator("#batch .table tbody tr")).to_have_count(2)
    # The failed one and its only follower.
    page.goto(f"{demo.url}?text=two songs")
    expect(page.locator("#board tbody tr")).to_have_count(3)
    page.locator("a[href^='/batches/']").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download everything").click()
    assert download.value.suggested_filename == "two songs.zip"
    target = tmp_path / "all.zip"
    download.value.save_as(target)
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        assert [name.split(".", 2)[-1] for name in archive.namelist()][-1] == "csv"
        assert len(archive.read("index.csv").decode("utf-8-sig").splitlines()) == 3


def test_wrong_lines_are_named_and_the_list_stays(
    page: Page, complaints: Complaints, demo: DemoProcess
) -> None:
    complaints.excuse("422")
    sign_in(page, demo)
    paste(page, demo, "a.mp3\nhttp://songs.example.com/b.mp3\nc.mp3")
    expect(page.locator(".errorlist")).to_contain_text("Line 2")
    expect(page.get_by_label("One song a line")).to_have_value("a.mp3\nhttp://songs.example.com/b.mp3\nc.mp3")
    page.get_by_label("One song a line").fill("a.mp3\nc.mp3")
    page.get_by_role("button", name="Create job").click()
    page.get_by_role("link", name="Change something").click()
    expect(page.get_by_label("One song a line")).to_have_value("a.mp3\nc.mp3")


def test_several_files_are_sent_from_this_device(page: Page, demo: DemoProcess) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, demo)
    page.goto(f"{demo.url}jobs/new/musicBeat/")
    files = [
        {"name": f"{name}.wav", "mimeType": "audio/wav", "buffer": clicks(4, 120)}
        for name in ("夜车 1", "夜车 2", "a_name_without_any_space_" * 5)
    ]
    page.set_input_files("input[type=file]", files)
    expect(page.locator("[data-upload-list] li")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Create job").click()
    expect(page).to_have_url(PLAN)
    expect(page.get_by_text("夜车 2.wav")).to_be_visible()


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_no_page_of_batches_is_wider_than_the_screen(
    page: Page, demo: DemoProcess, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    sign_in(page, demo)
    paste(page, demo, f"a.mp3\nb.mp3\n{'long name ' * 40}.mp3\n" + "\n".join(["a.mp3"] * 30), label="x" * 120)
    expect(page).to_have_url(PLAN)
    wide = "document.documentElement.scrollWidth"
    assert page.evaluate(wide) <= size[0]
    page.get_by_role("button", name="Send 3 jobs").click()
    expect(page).to_have_url(BATCH)
    assert page.evaluate(wide) <= size[0]
    expect(page.locator("#batch")).to_contain_text("3 of 3")
    page.get_by_role("link", name="Retry failed").click()
    expect(page.get_by_role("button", name="Send 3 jobs again")).to_be_visible()
    assert page.evaluate(wide) <= size[0]


@pytest.mark.parametrize(("locale", "theme"), [("en-US", "light"), ("zh-CN", "dark")])
def test_no_page_of_batches_has_a_finding(
    browser: Browser, demo: DemoProcess, locale: str, theme: Any
) -> None:
    with browser.new_context(locale=locale, color_scheme=theme) as context:
        context.add_init_script(STILL)
        page = context.new_page()
        sign_in(page, demo)
        page.goto(f"{demo.url}jobs/new/musicBeat/")
        found = findings(page)
        page.locator("[name=source][value=list]").check()
        page.locator("[name=lines]").fill("a.mp3\nnot://this")
        page.locator("#job-form .form__actions button").click()
        expect(page.locator(".errorlist")).to_be_visible()
        found += findings(page)
        page.locator("[name=lines]").fill("a.mp3\nb.mp3\na.mp3")
        page.locator("#job-form .form__actions button").click()
        expect(page).to_have_url(PLAN)
        found += findings(page)
        page.locator("#send").click()
        expect(page).to_have_url(BATCH)
        expect(page.locator("#retry-failed")).to_be_visible()
        found += findings(page)
        page.locator("#retry-failed").click()
        expect(page.locator("#send")).to_be_visible()
        assert found + findings(page) == []


def test_the_list_is_sent_and_looked_at_without_scripts(browser: Browser, demo: DemoProcess) -> None:
    with browser.new_context(locale="en-US", java_script_enabled=False) as context:
        page = context.new_page()
        sign_in(page, demo)
        paste(page, demo, "a.mp3\nb.mp3")
        expect(page).to_have_url(PLAN)
        page.get_by_role("button", name="Send 2 jobs").click()
        expect(page).to_have_url(BATCH)
        expect(page.locator("#batch .table tbody tr")).to_have_count(2)
