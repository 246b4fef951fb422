"""An editor plans cuts on the beats, at a desk and on a phone."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.complaints import Complaints
from tests.browser.visits import sign_in
from tests.demo_process import DemoProcess

SHOTS = ".cuts__shot"


def download(page: Page, name: str, tmp_path: Path) -> tuple[str, str]:
    with page.expect_download() as caught:
        page.get_by_role("link", name=name, exact=True).click()
    target = tmp_path / caught.value.suggested_filename
    caught.value.save_as(target)
    return target.name, target.read_text()


def test_a_number_of_shots_becomes_a_cut_list_for_an_editor(
    page: Page, complaints: Complaints, demo: DemoProcess, tmp_path: Path
) -> None:
    complaints.excuse("400")
    sign_in(page, demo)
    page.goto(demo.job_url)
    beats = [each["time"] for each in json.loads(page.locator("script#song").text_content() or "")["markers"]]
    page.get_by_role("link", name="Plan cuts").click()
    expect(page.locator(SHOTS)).to_have_count(12)
    page.get_by_label("Cut into").select_option("… shots")
    page.get_by_label("How many").fill("90")
    page.get_by_role("button", name="Plan cuts").click()
    enough = f"{len(beats)} beats lie here: enough for {len(beats) - 1} shots"
    expect(page.locator(".errorlist")).to_contain_text(enough)
    expect(page.get_by_label("How many")).to_have_value("90")
    page.get_by_label("How many").fill("9")
    page.get_by_label("Frame rate").select_option("50")
    page.get_by_role("button", name="Plan cuts").click()
    expect(page.get_by_role("heading", name="9 shots")).to_be_visible()
    expect(page.locator(SHOTS)).to_have_count(9)
    expect(page.locator(SHOTS).last).to_contain_text("9")
    # The player has the same shots, as regions that a click loops.
    shown = json.loads(page.locator("script#song").text_content() or "")
    assert len(shown["regions"]) == 9
    assert {each["start"] for each in shown["regions"]} <= set(beats)
    name, content = download(page, "EDL", tmp_path)
    assert name.endswith(".cuts.edl")
    cuts = re.findall(r" (\d\d):(\d\d):(\d\d):(\d\d)$", content, re.M)
    assert len(cuts) == 9
    for _hour, minute, second, frame in cuts:
        at = (int(minute) * 60 + int(second)) * 50 + int(frame)
        # A beat between two frames may fall to either.
        assert min(abs(at - beat * 50) for beat in beats) <= 0.501
    name, content = download(page, "OTIO", tmp_path)
    assert name.endswith(".cuts.otio")
    assert len(json.loads(content)["tracks"]["children"][0]["children"]) == 10


def test_a_thumb_plans_shots_that_take_turns(phone_page: Page, demo: DemoProcess) -> None:
    sign_in(phone_page, demo)
    phone_page.goto(f"{demo.job_url}cuts/?by=beats&n=8+4+4")
    strip = phone_page.get_by_role("region", name="The shots over the song")
    expect(strip).to_be_visible()
    # To scale, wider than the phone, and scrolled there rather than the page.
    assert strip.evaluate("(it) => it.scrollWidth > it.clientWidth")
    assert phone_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    widths = phone_page.locator(f"{SHOTS} rect").evaluate_all(
        "found => found.map((each) => each.getBoundingClientRect().width)"
    )
    assert [round(width / widths[1]) for width in widths[:3]] == [2, 1, 1]
    phone_page.get_by_label("To", exact=True).fill("0:10")
    phone_page.get_by_label("How many").fill("2")
    phone_page.get_by_role("button", name="Plan cuts").tap()
    expect(phone_page).to_have_url(re.compile("n=2&"))
    expect(phone_page.locator(SHOTS).last).to_contain_text("1.1 s")
