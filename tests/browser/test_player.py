"""The result player in a real Chromium: jumping, keys, tracks, clicks and a long table."""

from __future__ import annotations

import json
import re
from statistics import median
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.visits import open_player, position
from tests.demo_process import DemoProcess

SONG_SECONDS = 30.0
# Writes down, for every click that is handed to the audio clock, which moment of the song it will sound with.
LISTEN = """
    window.clicks = [];
    const start = AudioBufferSourceNode.prototype.start;
    AudioBufferSourceNode.prototype.start = function (moment) {
        const media = document.querySelector("[data-player-audio]");
        const wait = moment + this.context.outputLatency - this.context.currentTime;
        window.clicks.push(media.currentTime + wait * media.playbackRate);
        return start.call(this, moment);
    };
"""


def beats_of(page: Page) -> list[float]:
    song: dict[str, Any] = json.loads(page.locator("script#song").text_content() or "")
    return [marker["time"] for marker in song["markers"]]


def many_beats(count: int) -> list[dict[str, Any]]:
    step = SONG_SECONDS / (count + 1)
    return [{"time": (n + 1) * step, "label": "", "strength": None, "downbeat": False} for n in range(count)]


def serve_with(page: Page, demo: DemoProcess, markers: list[dict[str, Any]]) -> None:
    """The demo's own result page, with other beats in it."""
    song = json.dumps({"bpm": None, "markers": markers, "regions": []})

    def answer(route: Route) -> None:
        real = route.fetch()
        body = re.sub(r'(<script id="song"[^>]*>).*?(</script>)', rf"\g<1>{song}\g<2>", real.text(), count=1)
        route.fulfill(response=real, body=body)

    page.route(demo.job_url, answer)


def is_paused(page: Page) -> bool:
    return page.evaluate("document.querySelector('[data-player-audio]').paused")


@pytest.mark.parametrize("down", [8, 90], ids=["ruler", "waveform"])
def test_a_click_on_the_picture_leads_to_its_moment(page: Page, demo: DemoProcess, down: int) -> None:
    open_player(page, demo)
    canvas = page.locator("[data-player-overlay]").bounding_box()
    assert canvas
    page.mouse.click(canvas["x"] + canvas["width"] * 0.4, canvas["y"] + down)
    expect(page.locator("[data-player-time]")).to_have_text(re.compile(r"0:1[12]\."))
    assert position(page) == pytest.approx(SONG_SECONDS * 0.4, abs=0.1)


def test_the_keyboard_alone_plays_and_moves(page: Page, demo: DemoProcess) -> None:
    open_player(page, demo)
    beats = beats_of(page)
    page.keyboard.press("ArrowRight")
    assert position(page) == pytest.approx(5)
    page.keyboard.press("Shift+ArrowRight")
    assert position(page) == pytest.approx(min(beat for beat in beats if beat > 5.02), abs=0.001)
    page.keyboard.press("Home")
    assert position(page) == 0
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Clicks")).to_have_attribute("aria-pressed", "false")


def test_another_track_goes_on_from_the_same_place(page: Page, demo: DemoProcess) -> None:
    open_player(page, demo)
    page.locator("[data-player-table] tbody tr").nth(19).get_by_role("button").click()
    place = position(page)
    # Twice in a row, so that the second press comes while the first file still loads.
    page.evaluate("document.querySelectorAll('[data-player-track]').forEach(button => button.click())")
    page.get_by_role("button", name="Song with marks").click()
    page.wait_for_timeout(500)
    assert position(page) == pytest.approx(place, abs=0.05)
    assert is_paused(page)


def test_a_song_that_is_stopped_at_once_is_not_called_unplayable(page: Page, demo: DemoProcess) -> None:
    open_player(page, demo)
    for _ in range(6):
        page.keyboard.press("Space")
    page.wait_for_timeout(200)
    assert is_paused(page)
    expect(page.locator("[data-player-note]")).to_be_hidden()


def test_clicks_sound_on_the_beats(page: Page, demo: DemoProcess) -> None:
    page.add_init_script(LISTEN)
    open_player(page, demo)
    beats = beats_of(page)
    page.keyboard.press("Space")
    page.wait_for_timeout(3500)
    page.keyboard.press("Space")
    # The first click may be late: it is asked for while the audio clock still starts.
    clicks = page.evaluate("window.clicks")[1:]
    nearest = [min(beats, key=lambda beat: abs(beat - click)) for click in clicks]
    first = beats.index(nearest[0])
    assert len(clicks) >= 4
    assert nearest == beats[first : first + len(clicks)]
    assert median(abs(click - beat) for click, beat in zip(clicks, nearest, strict=True)) < 0.015


def test_a_long_table_is_shown_on_request(page: Page, demo: DemoProcess) -> None:
    serve_with(page, demo, many_beats(600))
    open_player(page, demo)
    rows = page.locator("[data-player-table] tbody tr")
    expect(rows).to_have_count(100)
    page.get_by_role("button", name="Show all 600 beats").click()
    expect(rows).to_have_count(600)
    rows.nth(549).get_by_role("button").click()
    assert position(page) == pytest.approx(beats_of(page)[549], abs=0.001)
    expect(rows.nth(549)).to_have_attribute("aria-current", "true")
    expect(rows.nth(549)).to_be_in_viewport()


def test_the_table_follows_beyond_its_first_rows(page: Page, demo: DemoProcess) -> None:
    serve_with(page, demo, many_beats(600))
    open_player(page, demo)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator("[data-player-table] [aria-current]")).to_contain_text("0:14.9")
