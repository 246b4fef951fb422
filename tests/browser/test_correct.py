"""Beats are corrected in a real Chromium: by keys and mouse, by finger; and the list of beats itself."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import STILL, findings
from tests.browser.complaints import Complaints
from tests.browser.visits import open_player, until_played
from tests.demo_process import ROOT, DemoProcess

PARTS = ROOT / "static/js/correct"
# Where the song is when the key goes down.
HEAR_TAPS = """() => {
    const media = document.querySelector("[data-player-audio]");
    window.taps = [];
    addEventListener("keydown", ({ key }) => key === "t" && taps.push(media.currentTime), { capture: true });
}"""


def script(name: str) -> str:
    return (Path(__file__).parent / f"{name}.js").read_text(encoding="utf-8")


@pytest.fixture
def parts() -> list[str]:
    return [(PARTS / name).read_text(encoding="utf-8") for name in ("edits.js", "history.js")]


def test_undo_of_anything_gives_back_exactly_what_was(browser: Browser, parts: list[str]) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        done: set[str] = set()
        for seed in range(40):
            told = page.evaluate(script("edits_at_random"), [*parts, 7919 * seed + 1])
            assert told["faults"] == [], seed
            done |= set(told["names"])
    assert done == {"add", "downbeat", "move", "remove", "toFrame", "tool"}


def test_edits_do_what_they_say(browser: Browser, parts: list[str]) -> None:
    with browser.new_context() as context:
        told = context.new_page().evaluate(
            script("edits_by_example"),
            parts[:1],
        )
    assert told == {
        "moved": [1, 2.25, 3.25, 4],
        "stopped": [1, 2.999, 3.999, 4],
        "atStart": [0, 2, 3, 4],
        "toFrame": [1.04, 2.04],
        "backToFrame": [1, 1.96],
        "added": [1, 2, 2.5, 3, 4],
        "addedTwice": [1, 2, 3, 4],
        "everySecond": [2, 4],
        "downbeats": [1, 3],
        "strong": [3, 4],
        "doubled": [1, 1.5, 2, 2.5, 3, 3.5, 4],
        "earlier": [0.5, 1.5, 2.5],
        "snapped": [1, 2.5],
        "inRange": [1, 2, 4, 5],
        "lines": "1.500000\t*\t\ta\n2.000000",
    }


def beats_of(page: Page) -> list[float]:
    """What the player shows now, by its own list."""
    times: list[float] = page.evaluate("document.querySelector('[data-player]').player.song.times")
    return times


def begin(page: Page) -> list[float]:
    page.get_by_role("link", name="Correct the beats").click()
    expect(page.locator("[data-correct]")).to_be_visible()
    return beats_of(page)


def exported(page: Page, demo: DemoProcess) -> list[float]:
    answer = page.request.get(f"{demo.job_url}export/csv")
    rows = csv.DictReader(io.StringIO(answer.body().decode("utf-8-sig")))
    return [float(row["time_s"]) for row in rows if row["kind"] == "beat"]


def test_beats_are_corrected_by_keys_saved_exported_and_given_up_again(page: Page, demo: DemoProcess) -> None:
    open_player(page, demo)
    found = begin(page)
    expect(page.locator("[data-correct-do=add]")).to_be_in_viewport()
    expect(page.locator("[data-player-stage]")).to_be_focused()
    for _ in range(2):
        page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_text("Beat 2 at")).to_be_visible()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert beats_of(page)[1] == pytest.approx(found[1] + 0.03)
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Delete")
    assert beats_of(page)[2] == found[3]
    # A beat between two others, by a double click on the picture.
    page.locator("[data-player-stage]").scroll_into_view_if_needed()
    stage = page.locator("[data-player-stage]").bounding_box()
    assert stage
    gap = (found[8] + found[9]) / 2
    page.mouse.dblclick(stage["x"] + stage["width"] * gap / 30, stage["y"] + 100)
    assert len(beats_of(page)) == len(found)
    assert min(abs(beat - gap) for beat in beats_of(page)) < 0.03
    edited = beats_of(page)
    for _ in range(5):
        page.keyboard.press("Control+z")
    assert beats_of(page) == found
    for _ in range(5):
        page.keyboard.press("Control+Shift+Z")
    assert beats_of(page) == edited
    # Reloading asks, and loses nothing.
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_text("Here is what you had not saved yet.")).to_be_visible()
    assert beats_of(page) == edited
    page.get_by_label("Tool").select_option("every")
    expect(page.get_by_text(f"{len(found)} → {(len(found) + 1) // 2} beats")).to_be_visible()
    page.get_by_role("button", name="Apply").click()
    page.get_by_placeholder("What you changed").fill("half the cuts")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_text("Saved as version")).to_be_visible()
    assert exported(page, demo) == pytest.approx(edited[::2])
    expect(page.get_by_text("half the cuts")).to_be_attached()
    page.get_by_text("All versions").click()
    page.locator(".versions__list li").last.get_by_role("button", name="Use").click()
    expect(page.get_by_text("The original is in use now.")).to_be_visible()
    assert exported(page, demo) == pytest.approx(found)


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_the_editor_shuts_nobody_out(browser: Browser, demo: DemoProcess, theme: Any, width: int) -> None:
    size: Any = {"width": width, "height": 844}
    with browser.new_context(locale="en-US", viewport=size, color_scheme=theme) as context:
        context.add_init_script(STILL)
        page = context.new_page()
        open_player(page, demo)
        begin(page)
        page.keyboard.press("Shift+ArrowRight")
        page.get_by_label("Tool").select_option("strong")
        assert findings(page) == []


def save_as_text(page: Page, demo: DemoProcess, beats: list[float]) -> None:
    """In another tab, without the editor."""
    other = page.context.new_page()
    other.goto(f"{demo.job_url}beats/")
    other.get_by_label("Beats").fill("\n".join(f"{beat:.6f}" for beat in beats))
    other.get_by_role("button", name="Save as a new version").click()
    expect(other.get_by_text("Saved as version")).to_be_visible()
    other.close()


def test_a_version_saved_in_another_tab_takes_nothing_away(
    page: Page, demo: DemoProcess, complaints: Complaints
) -> None:
    complaints.excuse("409")
    open_player(page, demo)
    found = begin(page)
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Delete")
    save_as_text(page, demo, found[:5])
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_text("Nothing of yours was saved yet.")).to_be_visible()
    assert beats_of(page) == found[1:]
    save_as_text(page, demo, found[:6])
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_text("now it lies on top of version")).to_be_visible()
    assert beats_of(page) == found[1:]
    page.keyboard.press("Control+z")
    assert beats_of(page) == found[:6]
    page.keyboard.press("Control+Shift+Z")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_text("Saved as version")).to_be_visible()
    assert exported(page, demo) == pytest.approx(found[1:])
    page.goto(f"{demo.job_url}?version=0")
    page.get_by_role("button", name="Use this version").click()
    expect(page.get_by_text("The original is in use now.")).to_be_visible()
    assert exported(page, demo) == pytest.approx(found)


def test_taps_while_the_song_plays_are_beats_and_one_step_to_undo(page: Page, demo: DemoProcess) -> None:
    open_player(page, demo)
    begin(page)
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.press("t")
    expect(page.get_by_text("Play the song, then tap along.")).to_be_visible()
    page.evaluate(HEAR_TAPS)
    page.keyboard.press("Space")
    for tap in range(4):
        until_played(page, 0.3 * (tap + 1))
        page.keyboard.press("t")
    page.keyboard.press("Space")
    played = page.evaluate("window.taps")
    assert len(played) == 4
    assert beats_of(page) == [pytest.approx(each, abs=0.05) for each in played]
    page.keyboard.press("Control+z")
    assert beats_of(page) == []
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Leave without saving").click()
    expect(page.get_by_role("link", name="Correct the beats")).to_be_visible()


def test_on_a_phone_beats_are_chosen_dragged_and_nudged_by_finger(
    phone_page: Page, demo: DemoProcess
) -> None:
    page = phone_page
    open_player(page, demo)
    found = begin(page)
    for _ in range(3):
        page.get_by_role("button", name="Zoom in").click()
    stage = page.locator("[data-player-stage]")
    stage.evaluate("each => each.scrollIntoView({ block: 'center' })")
    sight: dict[str, float] = page.evaluate("document.querySelector('[data-player]').player.view.now()")
    target = next(at for at, beat in enumerate(found) if beat * sight["perSecond"] - sight["scroll"] > 100)
    x = found[target] * sight["perSecond"] - sight["scroll"]
    stage.tap(position={"x": x + 6, "y": 90})
    expect(page.get_by_text(f"Beat {target + 1} at")).to_be_visible()
    page.get_by_role("button", name="Nudge on").tap()
    assert beats_of(page)[target] == pytest.approx(found[target] + 0.01)
    box = stage.bounding_box()
    assert box
    touch = page.context.new_cdp_session(page)
    for kind, moved in (("touchStart", 0), ("touchMove", 8), ("touchMove", 20), ("touchEnd", None)):
        points = [] if moved is None else [{"x": box["x"] + x + moved, "y": box["y"] + 90}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    dragged = beats_of(page)[target] - found[target] - 0.01
    assert dragged == pytest.approx(20 / sight["perSecond"], abs=4 / sight["perSecond"])
    for name in ("Delete", "Undo", "Undo", "Undo"):
        page.locator("[data-correct]").get_by_role("button", name=name, exact=True).tap()
    assert beats_of(page) == found
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
