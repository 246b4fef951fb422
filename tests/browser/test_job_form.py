"""The form of a new job in a real Chromium: presets, the request that follows it, settings that travel."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.axe import findings
from tests.browser.visits import sign_in
from tests.demo_process import DemoProcess
from tests.songs import clicks

FORM = "jobs/new/musicBeat/"


def open_form(page: Page, demo: DemoProcess, query: str = "") -> None:
    sign_in(page, demo)
    page.goto(f"{demo.url}{FORM}{query}")


def unfold(page: Page, name: str) -> None:
    page.locator(f"#{name} > summary").click()


def request_of(page: Page) -> dict[str, object]:
    """What the panel shows as JSON, of musicBeat."""
    shown = json.loads(page.locator("[data-code=json] pre").text_content() or "")
    found: dict[str, object] = shown["createJobRequest"]["outputs"][0]["smartContentDescriptor"]["musicBeat"]
    return found


def save_preset(page: Page, name: str) -> None:
    unfold(page, "presets")
    page.get_by_label("Save these settings as").fill(name)
    page.keyboard.press("Enter")
    expect(page.locator("#settings-notes")).to_contain_text(f"“{name}” is saved.")


def test_a_preset_is_saved_by_enter_and_used_while_a_chosen_file_stays(page: Page, demo: DemoProcess) -> None:
    open_form(page, demo)
    song = {"name": "夜车.wav", "mimeType": "audio/wav", "buffer": clicks(4, 120)}
    page.set_input_files("#songs input[type=file]", song)
    expect(page.locator("#calls")).to_contain_text("1 song makes 1 call to TMP.")
    page.get_by_label("1: positions only").check()
    page.get_by_role("slider", name="Loudness of the marks").press("End")
    expect(page.locator("[name=enlargeLevel]")).to_have_value("6")
    expect(page.locator(".param[data-changed]")).to_have_count(2)
    save_preset(page, "At a desk")
    page.locator("#use-defaults").click()
    expect(page.locator("[name=enlargeLevel]")).to_have_value("3")
    expect(page.locator(".param[data-changed]")).to_have_count(0)
    page.locator(".chip", has_text="At a desk").click()
    expect(page.locator("[name=enlargeLevel]")).to_have_value("6")
    expect(page.get_by_label("1: positions only")).to_be_checked()
    expect(page.locator(".chip[aria-pressed=true]")).to_contain_text("At a desk")
    # The file is where it was, and the request follows what the preset brought.
    expect(page.locator("#songs")).to_contain_text("夜车.wav")
    expect(page.locator("[data-code=json] pre")).to_contain_text('"enlargeLevel": 6')
    assert request_of(page) == {"outputType": 1, "drumType": 2, "enlargeLevel": 6}
    assert findings(page) == []
    page.get_by_role("button", name="Create job").click()
    expect(page).to_have_url(re.compile(r"/jobs/[0-9a-f-]{36}/$"))


def test_the_request_follows_the_form_in_three_languages(page: Page, demo: DemoProcess) -> None:
    open_form(page, demo)
    page.locator("[name=enlargeLevel]").fill("5")
    expect(page.locator("[data-code=json] pre")).to_contain_text('"enlargeLevel": 5')
    page.locator("[name=enlargeLevel]").fill("55")
    expect(page.locator(".request__notes")).to_contain_text("Loudness of the marks")
    page.get_by_role("button", name=re.compile("^Reset to 3")).click()
    expect(page.locator("[data-code=json] pre")).to_contain_text('"enlargeLevel": 3')
    page.get_by_role("radio", name="curl").check()
    expect(page.locator("[data-code=curl] pre")).to_contain_text("openssl dgst -sha1")
    page.get_by_role("radio", name="Python").check()
    expect(page.locator("[data-code=python] pre")).to_contain_text("requests.post(")
    expect(page.locator("[data-code=json]")).to_be_hidden()
    page.get_by_label("As a list").check()
    page.get_by_label("One song a line").fill("a.mp3\nb.mp3")
    expect(page.locator("#calls")).to_contain_text("2 songs make 2 calls to TMP.")
    expect(page.locator("[data-code=python] pre")).to_contain_text('"path": "a.mp3"')


def test_settings_are_exported_imported_and_a_job_is_duplicated(
    page: Page, demo: DemoProcess, tmp_path: Path
) -> None:
    open_form(page, demo, f"?from={demo.job_url.rstrip('/').rpartition('/')[2]}")
    expect(page.locator("#settings-notes")).to_contain_text("Filled in as the job")
    page.get_by_label("Drum type 4").check()
    unfold(page, "more")
    page.get_by_label("Label").fill("carried away")
    unfold(page, "settings-files")
    with page.expect_download() as download:
        page.locator("#export-settings").click()
    assert download.value.suggested_filename == "musicBeat-settings.json"
    target = tmp_path / "settings.json"
    download.value.save_as(target)
    page.goto(f"{demo.url}{FORM}")
    unfold(page, "settings-files")
    page.set_input_files("#settings-file", str(target))
    expect(page.locator("#settings-text")).to_have_value(re.compile("carried away"))
    page.locator("#import-settings").click()
    expect(page.locator("#settings-notes")).to_contain_text("The settings are imported.")
    expect(page.get_by_label("Drum type 4")).to_be_checked()
    expect(page.get_by_label("Label")).to_have_value("carried away")


def test_on_a_phone_everything_is_within_reach(phone_page: Page, demo: DemoProcess) -> None:
    open_form(phone_page, demo)
    phone_page.get_by_label("4: everything, in groups").check()
    save_preset(phone_page, "On a phone")
    phone_page.locator("#use-defaults").click()
    expect(phone_page.get_by_label("3: the marked song")).to_be_checked()
    phone_page.locator(".chip", has_text="On a phone").click()
    expect(phone_page.get_by_label("4: everything, in groups")).to_be_checked()
    expect(phone_page.locator("[data-code=json] pre")).to_contain_text('"outputType": 4')
    for fold in ("more", "settings-files"):
        unfold(phone_page, fold)
    assert phone_page.evaluate("document.documentElement.scrollWidth") <= 390
