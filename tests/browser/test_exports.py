"""A newcomer carries the beats of the demo to their editor, at a desk, on a phone and without scripts."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.complaints import Complaints
from tests.browser.visits import sign_in
from tests.demo_process import DemoProcess
from tests.jobs.midi_reading import clicks_of, seconds_of

# What a newcomer may take from opening the demo to a file for a named editor.
PATIENCE_SECONDS = 90
# As much of After Effects as its script meets.
AFTER_EFFECTS = """(script) => {
    const marks = [];
    class CompItem {}
    const comp = new CompItem();
    comp.markerProperty = { setValueAtTime: (time, mark) => marks.push([time, mark.words, mark.label]) };
    const app = { project: { activeItem: comp }, beginUndoGroup() {}, endUndoGroup() {} };
    const MarkerValue = function (words) { this.words = words; };
    new Function("app", "CompItem", "MarkerValue", "alert", script)(app, CompItem, MarkerValue, null);
    return marks;
}"""


def open_panel(page: Page, demo: DemoProcess) -> None:
    sign_in(page, demo)
    page.goto(demo.job_url)
    page.get_by_text("Export to your program").click()


def beats_of(page: Page) -> list[float]:
    return [
        marker["time"] for marker in json.loads(page.locator("script#song").text_content() or "")["markers"]
    ]


def download(page: Page, program: str, tmp_path: Path) -> tuple[str, bytes]:
    """Press the one button that shows; the file's name and content."""
    with page.expect_download() as caught:
        page.get_by_role("button", name=f"Download {program}").click()
    target = tmp_path / caught.value.suggested_filename
    caught.value.save_as(target)
    return target.name, target.read_bytes()


def test_a_newcomer_has_the_markers_for_their_editor_within_ninety_seconds(
    page: Page, demo: DemoProcess, tmp_path: Path
) -> None:
    begun = time.monotonic()
    sign_in(page, demo)
    page.locator("#board a", has_text=re.compile(r"\.wav")).first.click()
    page.get_by_text("Export to your program").click()
    page.get_by_role("link", name="DaVinci Resolve").click()
    expect(page.get_by_text("Timeline Markers from EDL")).to_be_visible()
    name, content = download(page, "DaVinci Resolve", tmp_path)
    assert time.monotonic() - begun < PATIENCE_SECONDS
    assert name.endswith(".resolve.edl")
    assert content.count(b"|M:") == len(beats_of(page))


def test_a_newcomer_who_reads_chinese_finds_jianying(
    browser: Browser, demo: DemoProcess, tmp_path: Path
) -> None:
    begun = time.monotonic()
    with browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844}) as context:
        complaints, phone = Complaints(context), context.new_page()
        sign_in(phone, demo)
        phone.locator("#board a", has_text=re.compile(r"\.wav")).first.click()
        phone.get_by_text("导出到您的软件").click()
        phone.get_by_role("link", name="剪映").click()
        with phone.expect_download() as caught:
            phone.get_by_role("button", name=re.compile("下载.*剪映")).click()
        assert time.monotonic() - begun < PATIENCE_SECONDS
        assert caught.value.suggested_filename.endswith(".capcut.zip")
        assert complaints.unexcused() == []


def test_frame_rate_start_and_offset_reach_the_file_and_the_link_and_are_kept(
    page: Page, demo: DemoProcess, tmp_path: Path
) -> None:
    open_panel(page, demo)
    page.get_by_role("link", name="Avid Media Composer").click()
    page.get_by_label("Frame rate").locator("visible=true").select_option("29.97df")
    page.get_by_label("Start timecode").locator("visible=true").fill("02:00:00:00")
    page.get_by_label("Offset in seconds").locator("visible=true").fill("10")
    _name, content = download(page, "Avid Media Composer", tmp_path)
    assert content.splitlines()[0].split(b"\t")[1].startswith(b"02:00:10;")
    link = page.get_by_role("link", name="Plain link").get_attribute("href") or ""
    assert page.request.get(demo.url.rstrip("/") + link).body() == content
    # Another program: the same rate and offset, its own beginning.
    page.get_by_role("link", name="Adobe Premiere Pro").click()
    expect(page.get_by_label("Frame rate").locator("visible=true")).to_have_value("29.97df")
    expect(page.get_by_label("Offset in seconds").locator("visible=true")).to_have_value("10")
    expect(page.get_by_label("Start timecode").locator("visible=true")).to_have_value("")
    page.reload()
    page.get_by_text("Export to your program").click()
    expect(page.get_by_role("link", name="Adobe Premiere Pro")).to_have_attribute("aria-current", "true")
    expect(page.get_by_label("Frame rate").locator("visible=true")).to_have_value("29.97df")


def test_what_makes_no_sense_can_be_mended_where_it_is_told(
    page: Page, complaints: Complaints, demo: DemoProcess, tmp_path: Path
) -> None:
    complaints.excuse("400")
    open_panel(page, demo)
    page.get_by_label("Start timecode").locator("visible=true").fill("99:00:00:00")
    page.get_by_role("button", name="Download Adobe Premiere Pro").click()
    expect(page.locator(".errorlist")).to_contain_text("before 24:00:00:00")
    expect(page.get_by_label("Start timecode")).to_have_value("99:00:00:00")
    page.get_by_label("Start timecode").fill("09:00:00:00")
    with page.expect_download() as caught:
        page.get_by_role("button", name="Download").click()
    assert caught.value.suggested_filename.endswith(".premiere.xml")


def test_a_thumb_gets_a_midi_file(phone_page: Page, demo: DemoProcess, tmp_path: Path) -> None:
    open_panel(phone_page, demo)
    phone_page.get_by_role("link", name="Ableton Live").tap()
    button = phone_page.get_by_role("button", name="Download Ableton Live")
    expect(button).to_be_in_viewport()
    name, content = download(phone_page, "Ableton Live", tmp_path)
    assert name.endswith(".mid")
    heard = seconds_of(content, [tick for tick, _note, _velocity in clicks_of(content)])
    assert heard == pytest.approx(beats_of(phone_page), abs=0.001)
    assert phone_page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_script_for_after_effects_sets_every_marker(
    page: Page, demo: DemoProcess, tmp_path: Path
) -> None:
    open_panel(page, demo)
    page.get_by_role("link", name="Adobe After Effects").click()
    _name, script = download(page, "Adobe After Effects", tmp_path)
    blank = page.context.browser.new_page()
    marks = blank.evaluate(AFTER_EFFECTS, script.decode())
    blank.close()
    assert [time for time, _words, _label in marks] == pytest.approx(beats_of(page), abs=1e-6)
    assert {words.split()[0]: label for _time, words, label in marks} == {"Downbeat": 1, "Beat": 8}


def test_everything_is_there_without_scripts(browser: Browser, page: Page, demo: DemoProcess) -> None:
    sign_in(page, demo)
    with browser.new_context(
        java_script_enabled=False, storage_state=page.context.storage_state(), locale="en-US"
    ) as context:
        plain = context.new_page()
        plain.goto(demo.job_url)
        plain.get_by_text("Export to your program").click()
        panel = plain.locator("#export-protools")
        expect(panel).to_be_visible()
        panel.get_by_label("Offset in seconds").fill("1.5")
        with plain.expect_download() as caught:
            panel.get_by_role("button").click()
        assert caught.value.suggested_filename.endswith(".mid")
        with plain.expect_download() as caught:
            plain.locator("#export-resolve").get_by_role("link", name="Plain link").click()
        assert caught.value.suggested_filename.endswith(".resolve.edl")
