"""The finder hears the choruses of songs it was never tuned on, and claims little where there are none."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from sandbox.beats import UndecodableError
from sandbox.choruses import Chorus, choruses
from sandbox.choruses.returning import LOW_SCORE
from sandbox.choruses.scoring import overlap
from sandbox.tunes import STYLES, Tune, render, render_song
from sandbox.tunes.styles import Style
from sandbox.tunes.variations import variation

# Styles, forms and seeds that played no part while the finder was made.
UNHEARD: dict[str, tuple[Style, str, int]] = {
    "waltz": (STYLES["waltz"], "build", 82),
    "trap": (STYLES["trap"], "pop", 4_711),
    "funk": (STYLES["funk"], "hook", 4_712),
    "a random style in three": (variation(411), "story", 4_713),
    "a random style in four": (variation(405), "build", 4_714),
    "a random style without drums": (variation(413), "pop", 4_715),
}


def heard_in(tune: Tune, folder: Path) -> list[Chorus]:
    path = folder / "song.wav"
    soundfile.write(path, tune.samples, tune.rate)
    return choruses(path)


def truth_of(tune: Tune) -> list[tuple[float, float]]:
    return [(each.start, each.end) for each in tune.sections if each.name == "chorus"]


def stretches(found: list[Chorus]) -> list[tuple[float, float]]:
    return [(each.start, each.end) for each in found]


@pytest.mark.parametrize("name", UNHEARD)
def test_choruses_of_songs_never_heard_before_are_found(name: str, tmp_path: Path) -> None:
    style, form, seed = UNHEARD[name]
    tune = render_song(style, form, seed)
    found = heard_in(tune, tmp_path)
    score = overlap(truth_of(tune), stretches(found))
    print(f"chorus_iou={score:.3f} song={name}")
    assert score >= 0.7
    assert all(LOW_SCORE < each.score <= 1 for each in found)
    assert all(early.end < late.start for early, late in zip(found, found[1:], strict=False))


def test_a_song_that_never_comes_back_gets_its_fullest_part_with_a_low_score(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).standard_normal(20 * 22_050).astype(np.float32) * 0.02
    for beat in range(40):
        strength = 0.2 if beat < 20 else 0.9
        start = beat * 11_025
        pitch = 200 + 37 * (beat * beat % 23)
        time = np.arange(4_000) / 22_050
        noise[start : start + 4_000] += (
            strength * np.exp(-time / 0.05) * np.sin(2 * np.pi * pitch * time)
        ).astype(np.float32)
    soundfile.write(tmp_path / "odd.wav", noise, 22_050)
    (found,) = choruses(tmp_path / "odd.wav")
    assert found.score <= 0.5
    assert found.end > 10


def test_silence_and_one_click_have_no_chorus(tmp_path: Path) -> None:
    samples = np.zeros(10 * 22_050, np.float32)
    soundfile.write(tmp_path / "silence.wav", samples, 22_050)
    samples[30_000] = 1
    soundfile.write(tmp_path / "click.wav", samples, 22_050)
    assert choruses(tmp_path / "silence.wav") == choruses(tmp_path / "click.wav") == []


def test_the_shortest_tune_is_answered(tmp_path: Path) -> None:
    found = heard_in(render("house", 8), tmp_path)
    assert all(0 <= each.start < each.end <= 8 for each in found)


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.wav").write_bytes(b"Dear listener, " * 50)
    with pytest.raises(UndecodableError):
        choruses(tmp_path / "letter.wav")


@pytest.mark.parametrize(
    ("truth", "found", "score"),
    [
        ([(0.0, 10.0)], [(0.0, 10.0)], 1.0),
        ([(0.0, 10.0)], [(5.0, 15.0)], 1 / 3),
        ([(0.0, 10.0)], [], 0.0),
        ([], [], 1.0),
        ([(0.0, 5.0), (5.0, 10.0)], [(0.0, 10.0)], 1.0),
        ([(0.0, 10.0), (20.0, 30.0)], [(0.0, 10.0)], 0.5),
    ],
)
def test_the_score_is_the_time_in_both_by_the_time_in_either(
    truth: list[tuple[float, float]], found: list[tuple[float, float]], score: float
) -> None:
    assert overlap(truth, found) == pytest.approx(score)
