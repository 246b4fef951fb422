"""What the result player sounds, in a real Chromium: clicks on their beats, and loops."""

from __future__ import annotations

import re
from collections import Counter
from statistics import median

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visits import SONG_SECONDS, beats_of, open_player, position, until
from tests.demo_process import DemoProcess

# Writes down when every click is handed to the audio clock, when it is to sound, and how far the song will be
# then, as heard at the speaker.
LISTEN = """
    window.clicks = [];
    const start = AudioBufferSourceNode.prototype.start;
    AudioBufferSourceNode.prototype.start = function (moment) {
        const media = document.querySelector("[data-player-audio]");
        const { contextTime, performanceTime } = this.context.getOutputTimestamp();
        const heard = contextTime + (performance.now() - performanceTime) / 1000;
        const song = media.currentTime + (moment - heard) * media.playbackRate;
        window.clicks.push({ moment, song, now: this.context.currentTime });
        return start.call(this, moment);
    };
"""
RATE = 48_000
# The player's own drums, rendered without a speaker: where each click begins, and the power on either side.
RENDER = """async ({ beats, seconds, rate }) => {
    const address = document.querySelector("[data-player-part=clicks]").href;
    const { createDrums } = await import(address);
    async function render(level) {
        const context = new OfflineAudioContext(2, seconds * rate, rate);
        const drums = createDrums(context, { level, side: "right" });
        beats.forEach((beat, n) => drums.strike(beat, n % 4 === 0));
        const sound = await context.startRendering();
        return [sound.getChannelData(0), sound.getChannelData(1)];
    }
    const power = (samples) => samples.reduce((sum, each) => sum + each * each, 0);
    const [left, right] = await render(0.6);
    const [none] = await render(0);
    const onsets = beats.map((beat) => {
        const from = Math.floor(beat * rate) - 480;
        return right.findIndex((each, at) => at >= from && each !== 0);
    });
    return { onsets, left: power(left), right: power(right), silent: power(none) };
}"""


def listen(page: Page, count: int) -> list[dict[str, float]]:
    """At least so many clicks of playing."""
    page.evaluate("window.clicks.length = 0")
    page.keyboard.press("Space")
    until(page, f"window.clicks.length >= {count}")
    page.keyboard.press("Space")
    clicks: list[dict[str, float]] = page.evaluate("window.clicks")
    return clicks


@pytest.mark.parametrize("rate", [1.0, 0.75])
def test_clicks_stand_on_the_beats_to_the_sample(page: Page, demo: DemoProcess, rate: float) -> None:
    page.add_init_script(LISTEN)
    open_player(page, demo)
    for _ in range(round((1 - rate) / 0.05)):
        page.keyboard.press(",")
    assert page.evaluate("document.querySelector('audio').playbackRate") == pytest.approx(rate)
    assert page.evaluate("document.querySelector('audio').preservesPitch")
    beats = beats_of(page)
    clicks = listen(page, 10)
    first = min(range(len(beats)), key=lambda at: abs(beats[at] - clicks[0]["song"]))
    played = beats[first : first + len(clicks)]
    assert all(click["moment"] > click["now"] for click in clicks), "each is laid ahead of its moment"
    # Where the song's zero lies on the audio clock, by each click; a busy machine needs a moment to be sure.
    zeros = [click["moment"] - beat / rate for click, beat in zip(clicks, played, strict=True)]
    [(_, as_many)] = Counter(round(zero * RATE) for zero in zeros).most_common(1)
    assert as_many >= len(zeros) / 2, "one and the same place, to the sample"
    assert max(zeros) - min(zeros) < 0.005
    assert abs(median(click["song"] - beat for click, beat in zip(clicks, played, strict=True))) < 0.005


def test_a_loop_drawn_in_the_ruler_snaps_to_beats_plays_on_and_is_an_address(
    page: Page, demo: DemoProcess
) -> None:
    page.context.add_init_script(LISTEN)
    open_player(page, demo)
    beats = beats_of(page)
    stage = page.locator("[data-player-stage]").bounding_box()
    assert stage
    at = [stage["x"] + stage["width"] * second / SONG_SECONDS for second in (5.2, 6.9)]
    page.mouse.move(at[0], stage["y"] + 8)
    page.mouse.down()
    page.mouse.move(at[0] + 20, stage["y"] + 8)
    page.mouse.move(at[1], stage["y"] + 8)
    page.mouse.up()
    start, end = map(float, re.findall(r"[\d.]+", page.url.partition("#loop=")[2]))
    assert min(abs(beat - start) for beat in beats) < 0.001
    assert min(abs(beat - end) for beat in beats) < 0.001
    assert (start, end) == (pytest.approx(5.2, abs=0.4), pytest.approx(6.9, abs=0.4))
    shared = page.context.new_page()
    shared.goto(page.url)
    expect(shared.get_by_role("button", name="Loop", exact=True)).to_have_attribute("aria-pressed", "true")
    assert position(shared) == pytest.approx(start, abs=0.001)
    once = sum(start <= beat < end - 0.01 for beat in beats)
    songs = [click["song"] for click in listen(shared, once + 2)]
    assert start - 0.1 <= position(shared) < end + 0.1
    assert start - 0.1 <= min(songs)
    assert max(songs) < end - 0.1, "no click sounds behind the end"
    shared.keyboard.press("x")
    expect(shared.locator("[data-player-loop]")).to_be_hidden()
    assert "#" not in shared.url


def test_keys_set_a_loop_and_switch_it(page: Page, demo: DemoProcess) -> None:
    open_player(page, demo)
    page.keyboard.press("s")
    for key in ("ArrowRight", "i", "ArrowRight", "o"):
        page.keyboard.press(key)
    assert page.url.endswith("#loop=5.000-10.000")
    page.keyboard.press("l")
    expect(page.get_by_role("button", name="Loop", exact=True)).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog").get_by_text("Loop on or off, remove it")).to_be_visible()


def test_rendered_clicks_begin_at_their_beats_and_lie_on_their_side(page: Page, demo: DemoProcess) -> None:
    open_player(page, demo)
    beats = [round(beat + n * 0.00037, 6) for n, beat in enumerate(beats_of(page))]
    clicks = page.evaluate(RENDER, {"beats": beats, "seconds": SONG_SECONDS, "rate": RATE})
    assert [round(at * RATE) for at in beats] == [pytest.approx(first, abs=1) for first in clicks["onsets"]]
    # Ten times the power on its own side, and silence at no volume: neither is taken for the music.
    assert clicks["right"] > 10 * clicks["left"] > 0
    assert clicks["silent"] == 0
