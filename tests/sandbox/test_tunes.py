"""Our own songs: the same every time, as long as asked, with the beats where they say."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sandbox.tunes import FORMS, STYLES, render, render_song, render_style
from sandbox.tunes.variations import variation


@pytest.mark.parametrize("style", sorted(STYLES))
def test_every_style_fills_its_length_without_clipping(style: str) -> None:
    tune = render(style, 9)
    assert tune.samples.shape == (9 * tune.rate, 2)
    assert tune.samples.dtype == np.float32
    assert 0.5 < np.abs(tune.samples).max() < 0.9


@pytest.mark.parametrize("style", sorted(STYLES))
def test_every_style_keeps_its_tempo_and_meter(style: str) -> None:
    tune = render(style, 12)
    assert all(
        later - earlier == pytest.approx(60 / tune.bpm, abs=2e-4) for earlier, later in pairwise(tune.beats)
    )
    assert tune.downbeats == tune.beats[:: STYLES[style].meter]
    assert 0 < tune.beats[0] < tune.beats[-1] < 12


def test_a_true_beat_is_where_the_kick_starts() -> None:
    tune = render("house", 20)
    mono = np.abs(tune.samples.mean(axis=1))
    kicks = [round(beat * tune.rate) for beat in tune.beats[8:40]]
    before = np.mean([mono[start - 441 : start].mean() for start in kicks])
    after = np.mean([mono[start : start + 441].mean() for start in kicks])
    assert after > 2 * before


def test_the_same_seed_gives_the_same_song_and_another_seed_another_one() -> None:
    first, again, other = (render("funk", 8, seed) for seed in (1, 1, 2))
    assert np.array_equal(first.samples, again.samples)
    assert not np.array_equal(first.samples, other.samples)


def test_a_tempo_of_ones_own_moves_the_beats() -> None:
    tune = render("ballad", 10, bpm=90)
    assert tune.bpm == 90
    assert tune.beats[1] - tune.beats[0] == pytest.approx(60 / 90, abs=2e-4)


def test_too_short_a_song_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 8 seconds"):
        render("waltz", 7.9)


def test_random_styles_can_be_played_and_differ() -> None:
    styles = [variation(seed) for seed in range(32)]
    assert len({(style.bpm, style.bass.grid, style.comp.grid) for style in styles}) == 32
    assert {style.meter for style in styles} == {3, 4}
    assert np.abs(render_style(styles[5], 8, 1).samples).max() > 0.5


@pytest.mark.parametrize("form", sorted(FORMS))
def test_a_song_says_on_which_downbeats_its_sections_begin_and_end(form: str) -> None:
    tune = render_song(STYLES["waltz"], form, 5)
    assert [each.name for each in tune.sections] == [section.name for section in FORMS[form]]
    assert sum(each.name == "chorus" for each in tune.sections) >= 3
    assert tune.sections[0].start == tune.beats[0]
    assert tune.sections[-1].end == tune.beats[-1]
    assert {each.start for each in tune.sections} <= set(tune.downbeats)
    assert all(early.end == late.start for early, late in pairwise(tune.sections))


def test_the_choruses_of_a_song_are_alike_and_louder_than_its_verses() -> None:
    tune = render_song(STYLES["waltz"], "pop", 5)
    mono = tune.samples.mean(axis=1)

    def level(name: str) -> list[float]:
        spans = [
            (round(each.start * tune.rate), round(each.end * tune.rate))
            for each in tune.sections
            if each.name == name
        ]
        return [float(np.sqrt(np.mean(mono[start:end] ** 2))) for start, end in spans]

    assert min(level("chorus")) > 1.1 * max(level("verse"))
    assert max(level("chorus")) < 1.05 * min(level("chorus"))


def test_a_tune_that_is_one_groove_has_no_sections() -> None:
    assert render("funk", 8).sections == ()


def test_the_command_writes_a_song_in_a_form_with_its_sections(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox.tunes", "--out", str(tmp_path), "--style", "waltz"]
    subprocess.run([*command, "--form", "hook", "--seed", "3"], capture_output=True, check=True)
    told = json.loads((tmp_path / "waltz.json").read_text())
    assert told["sections"][0] == {
        "name": "chorus",
        "start": told["downbeats"][0],
        "end": told["downbeats"][8],
    }
    assert soundfile.info(tmp_path / "waltz.wav").duration > told["sections"][-1]["end"]


def test_the_command_writes_songs_and_their_truth(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox.tunes", "--out", str(tmp_path / "new"), "--seconds", "8"]
    done = subprocess.run([*command, "--style", "waltz", "trap"], capture_output=True, text=True, check=True)
    for line, style in zip(done.stdout.splitlines(), ("waltz", "trap"), strict=True):
        song, truth = (Path(part.partition("=")[2]) for part in line.split(" "))
        info = soundfile.info(song)
        assert (info.samplerate, info.channels, info.frames, info.subtype) == (
            44_100,
            2,
            8 * 44_100,
            "PCM_16",
        )
        told = json.loads(truth.read_text())
        assert (told["style"], told["bpm"]) == (style, STYLES[style].bpm)
        assert told["title_zh"] == STYLES[style].title_zh
        assert told["downbeats"][0] == told["beats"][0]
        assert told["license"].startswith("CC0")
