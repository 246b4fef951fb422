"""The main job in a real Chromium, as a person does it: at a desk and on a phone, in both languages."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.complaints import Complaints
from tests.browser.visits import has_ink, position, sign_in, until, until_played
from tests.demo_process import ROOT, DemoProcess

PAGES = [
    "",
    "jobs/new/",
    "accounts/",
    "accounts/register/",
    "library/",
    "sign-in/password/change/",
    "patterns/",
]


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("songs")
    command = [
        sys.executable,
        "-m",
        "sandbox.tunes",
        "--out",
        str(folder),
        "--style",
        "house",
        "--seconds",
        "20",
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return (folder / "house.wav").rename(folder / '夜车 "live" 🎧 <b>.wav')


def test_the_result_is_seen_heard_and_taken_away(page: Page, demo: DemoProcess, tmp_path: Path) -> None:
    sign_in(page, demo)
    page.get_by_role("link", name="city_pop.wav").first.click()
    expect(page).to_have_url(demo.job_url)
    rows = page.locator("[data-player-table] tbody tr")
    expect(rows).not_to_have_count(0)
    expect(page.locator("[data-player-loading]")).to_be_hidden()
    assert has_ink(page)

    rows.nth(9).get_by_role("button").click()
    tenth = position(page)
    assert tenth > 3
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    until_played(page, tenth + 0.3)
    page.keyboard.press("Space")
    stopped = position(page)
    page.keyboard.press("Shift+ArrowRight")
    assert stopped < position(page) < stopped + 1

    page.get_by_text("Export to your program").click()
    page.get_by_role("link", name="CSV").click()
    with page.expect_download() as csv:
        page.get_by_role("button", name="Download Spreadsheet").click()
    assert csv.value.suggested_filename.endswith(".csv")
    target = tmp_path / "beats.csv"
    csv.value.save_as(target)
    assert len(target.read_text(encoding="utf-8-sig").splitlines()) > 40


def test_zooming_makes_room_between_the_beats(page: Page, demo: DemoProcess) -> None:
    sign_in(page, demo)
    page.goto(demo.job_url)
    expect(page.locator("[data-player-loading]")).to_be_hidden()
    width = "document.querySelector('[data-player-scroller]').scrollWidth"
    whole = page.evaluate(width)
    picture = page.locator("[data-player-overlay]")
    before = picture.screenshot()
    for _ in range(3):
        page.get_by_role("button", name="Zoom in").click()
    until(page, f"{width} > {whole * 2}")
    until(page, lambda: picture.screenshot() != before)
    page.get_by_role("button", name="Show the whole song").click()
    until(page, lambda: picture.screenshot() == before)


def test_a_song_goes_from_the_form_to_its_beats_without_a_reload(
    page: Page, demo: DemoProcess, song: Path
) -> None:
    sign_in(page, demo)
    page.goto(f"{demo.url}jobs/new/musicBeat/")
    page.set_input_files("input[type=file]", str(song))
    page.get_by_role("button", name="Create job").click()
    expect(page).to_have_url(re.compile(r"/jobs/[0-9a-f-]{36}/$"))
    expect(page.locator("#job [data-state=COMPLETED]")).to_be_visible()
    expect(page.locator("h1")).to_contain_text('夜车 "live" 🎧 <b>.wav')
    expect(page.locator("[data-player-table] tbody tr")).not_to_have_count(0)
    page.get_by_role("link", name="Dashboard").first.click()
    expect(page.get_by_role("link", name='夜车 "live" 🎧 <b>.wav')).to_be_visible()


def test_a_text_file_is_refused_and_what_was_typed_stays(
    page: Page, complaints: Complaints, demo: DemoProcess, tmp_path: Path
) -> None:
    complaints.excuse("422")
    sign_in(page, demo)
    wrong = tmp_path / "words.mp3"
    wrong.write_text("no music in here\n" * 50)
    page.goto(f"{demo.url}jobs/new/musicBeat/")
    page.fill("[name=enlargeLevel]", "5")
    page.set_input_files("input[type=file]", str(wrong))
    expect(page.locator("[data-upload-list]")).to_contain_text("not an audio file")
    page.get_by_role("button", name="Create job").click()
    expect(page.get_by_role("alert")).to_contain_text("Not every file was taken")
    expect(page.locator("[name=enlargeLevel]")).to_have_value("5")


def test_an_account_is_registered_with_the_sandboxs_own_values(page: Page, demo: DemoProcess) -> None:
    sign_in(page, demo)
    page.get_by_role("link", name="Connect my Tencent account").click()
    page.get_by_role("link", name="Fill in the sandbox").click()
    page.fill("[name=user_name]", "browser")
    page.get_by_role("button", name="Check and register").click()
    expect(page.locator("[data-state=DONE]").first).to_be_visible()
    page.get_by_role("link", name="account").last.click()
    page.goto(f"{demo.url}accounts/")
    expect(page.get_by_role("link", name="browser").first).to_be_visible()


def test_wrong_fields_get_sentences_and_keep_what_was_typed(
    page: Page, complaints: Complaints, demo: DemoProcess
) -> None:
    complaints.excuse("422")
    sign_in(page, demo)
    page.goto(f"{demo.url}accounts/register/")
    page.fill("[name=operate_uin]", "not digits")
    page.fill("[name=user_name]", "too long for a user name")
    page.fill("[name=region]", "guangzhou")
    page.get_by_role("button", name="Check and register").click()
    expect(page.locator(".errorlist")).not_to_have_count(0)
    expect(page.locator("[name=operate_uin]")).to_have_value("not digits")
    expect(page.locator("[name=region]")).to_have_value("guangzhou")


def test_the_language_is_switched_on_the_page(page: Page, demo: DemoProcess) -> None:
    sign_in(page, demo)
    page.locator(".menu summary").click()
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page.locator("h1")).not_to_contain_text("Dashboard")


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_wider_than_a_phone(phone_page: Page, demo: DemoProcess, path: str) -> None:
    sign_in(phone_page, demo)
    phone_page.goto(demo.url + path)
    assert phone_page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_result_is_usable_on_a_phone(phone_page: Page, demo: DemoProcess) -> None:
    sign_in(phone_page, demo)
    phone_page.goto(demo.job_url)
    expect(phone_page.locator("[data-player-loading]")).to_be_hidden()
    assert has_ink(phone_page)
    phone_page.get_by_role("button", name="Play", exact=True).tap()
    until_played(phone_page, 0.1)
    assert phone_page.evaluate("document.documentElement.scrollWidth") <= 390
