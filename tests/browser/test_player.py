"""The result player in a real Chromium: jumping, keys, tracks, a long table, and what other scripts hear."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.visits import SONG_SECONDS, beats_of, open_player, position, until
from tests.demo_process import DemoProcess

HEAR = """
    window.heard = {};
    for (const name of ["ready", "position", "pick", "changed"])
        addEventListener(`player:${name}`, ({ detail }) => (heard[name] = detail));
"""
COUNT_ON_PAPER = """
    (rows) => addEventListener("beforeprint", () => (window.printed = document.querySelectorAll(rows).length))
"""
# Of the table of beats: but for those that stand for what is out of sight.
ROWS = ".player__beats tbody tr:has([data-cell=time])"


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
    page.locator("[data-player-stage]").scroll_into_view_if_needed()
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
    assert 5 < place < 60
    shown = f"0:{place:06.3f}"
    expect(page.locator("[data-player-time]")).to_have_text(shown)
    # There, back and there again in one go, so that a press comes while a file still loads.
    page.evaluate(
        """() => {
            const [original, marked] = document.querySelectorAll("[data-player-track]");
            for (const button of [marked, original, marked]) button.click();
        }"""
    )
    marked = page.get_by_role("button", name="Song with marks")
    expect(marked).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-player-time]")).to_have_text(shown)
    # The element itself says zero until the file is known.
    until(page, lambda: position(page) == pytest.approx(place, abs=0.05))
    assert is_paused(page)
    assert (marked.get_attribute("data-player-track") or "") in page.evaluate(
        "document.querySelector('[data-player-audio]').currentSrc"
    )
    expect(page.locator("[data-player-time]")).to_have_text(shown)


def test_a_song_that_is_stopped_at_once_is_not_called_unplayable(page: Page, demo: DemoProcess) -> None:
    open_player(page, demo)
    for _ in range(6):
        page.keyboard.press("Space")
    page.wait_for_timeout(200)
    assert is_paused(page)
    expect(page.locator("[data-player-note]")).to_be_hidden()


def test_the_strip_above_shows_and_moves_what_is_in_sight(page: Page, demo: DemoProcess) -> None:
    open_player(page, demo)
    scroller = page.locator("[data-player-scroller]")
    stage = page.locator("[data-player-stage]")
    stage.hover(position={"x": 300, "y": 100})
    page.keyboard.down("Control")
    page.mouse.wheel(0, -500)
    page.keyboard.up("Control")
    box = stage.bounding_box()
    assert box
    seconds = 300 * SONG_SECONDS / box["width"]
    until(page, "document.querySelector('[data-player-scroller]').scrollWidth > 5000")
    zoom = scroller.evaluate("each => each.scrollWidth") / SONG_SECONDS
    # The moment under the pointer stayed where it was.
    assert scroller.evaluate("each => each.scrollLeft") == pytest.approx(seconds * zoom - 300, abs=2)
    strip = page.locator("[data-player-map]").bounding_box()
    assert strip
    page.mouse.click(strip["x"] + strip["width"] / 2, strip["y"] + 20)
    middle = SONG_SECONDS / 2 * zoom - box["width"] / 2
    assert scroller.evaluate("each => each.scrollLeft") == pytest.approx(middle, abs=3)
    page.locator("[data-player-map]").press("ArrowRight")
    assert scroller.evaluate("each => each.scrollLeft") > middle + 100
    assert position(page) == 0


def test_only_rows_in_sight_exist_and_the_table_follows(page: Page, demo: DemoProcess) -> None:
    serve_with(page, demo, many_beats(600))
    open_player(page, demo)
    table = page.locator("[data-player-table]")
    rows = table.locator("tbody tr")
    assert rows.count() < 60
    expect(table.locator("table")).to_have_attribute("aria-rowcount", "601")
    table.evaluate("each => each.scrollTo(0, each.scrollHeight)")
    last = rows.filter(has_text=re.compile(r"^600"))
    expect(last).to_be_visible()
    assert rows.count() < 60
    last.get_by_role("button").click()
    assert position(page) == pytest.approx(beats_of(page)[599], abs=0.001)
    expect(last).to_have_attribute("aria-current", "true")
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    current = table.locator("[aria-current]")
    expect(current).to_contain_text("0:14.9")
    expect(current).to_be_in_viewport()


def test_other_beats_are_one_event_away(page: Page, demo: DemoProcess) -> None:
    open_player(page, demo)
    page.evaluate(
        """markers => document.querySelector("[data-player]").dispatchEvent(
            new CustomEvent("player:change", { detail: { markers, bpm: 60 } }))""",
        [{"time": 3.0, "label": "moved", "strength": None, "downbeat": False}],
    )
    expect(page.locator("[data-player-table] tbody tr")).to_have_text(re.compile("0:03.000.*moved"))
    expect(page.locator("[data-player-bpm]")).to_have_text("60")
    page.keyboard.press("Shift+ArrowRight")
    assert position(page) == pytest.approx(3.0)
    expect(page.locator("[data-player-lane=tempo]")).to_be_hidden()


def test_other_scripts_hear_where_the_song_is_and_which_beat_was_chosen(
    page: Page, demo: DemoProcess
) -> None:
    page.add_init_script(HEAR)
    open_player(page, demo)
    beats = beats_of(page)
    expect(page.locator("[data-player]")).to_have_attribute("data-listens", "")
    assert page.evaluate("heard.ready") == {"duration": pytest.approx(SONG_SECONDS)}
    page.evaluate(
        """document.querySelector("[data-player]").dispatchEvent(
            new CustomEvent("player:seek", { detail: { time: 7 } }))"""
    )
    until(page, "heard.position.time === 7")
    assert page.evaluate("heard.position.beat") == sum(beat <= 7.01 for beat in beats) - 1
    page.locator("[data-player-table] tbody tr").nth(4).get_by_role("button").click()
    assert page.evaluate("heard.pick") == {"time": pytest.approx(beats[4]), "beat": 4}
    stage = page.locator("[data-player-stage]")
    width = stage.evaluate("each => each.clientWidth")
    stage.click(position={"x": width * beats[9] / SONG_SECONDS, "y": 90})
    assert page.evaluate("heard.pick.beat") == 9


def test_on_a_phone_the_play_button_stays_under_the_thumb(phone_page: Page, demo: DemoProcess) -> None:
    open_player(phone_page, demo)
    play = phone_page.get_by_role("button", name="Play", exact=True)
    # From the first sight of the picture to the last beat of the table.
    for place in ("[data-player-stage]", "[data-player-table]"):
        phone_page.locator(place).evaluate("each => each.scrollIntoView({ block: 'start' })")
        box = play.bounding_box()
        assert box
        assert box["y"] < 844 - 60 - 40, "above the tabs"
    stage = phone_page.locator("[data-player-stage]").bounding_box()
    assert stage
    assert (stage["x"], stage["width"]) == (0, 390)
    phone_page.locator("[data-player-stage]").tap(position={"x": 195, "y": 90})
    assert position(phone_page) == pytest.approx(SONG_SECONDS / 2, abs=0.2)


def test_paper_shows_every_beat_and_the_screen_only_those_in_sight(page: Page, demo: DemoProcess) -> None:
    serve_with(page, demo, many_beats(300))
    open_player(page, demo)
    rows = page.locator(ROWS)
    on_screen = rows.count()
    page.evaluate(COUNT_ON_PAPER, ROWS)
    page.pdf()
    assert page.evaluate("window.printed") == 300
    expect(rows).to_have_count(on_screen)
    assert on_screen < 100
