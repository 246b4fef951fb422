"""From chances to beats and bars: the right level, through changes of tempo, in any meter."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sandbox.beats import network
from sandbox.beats.bars import downbeats
from sandbox.beats.decoding import RATE
from sandbox.beats.network import chances
from sandbox.beats.readings import best_beats
from sandbox.beats.scoring import f_measure
from sandbox.beats.spectra import BANDS, PACE, spectrum


def sure_of(times: NDArray[np.float64], seconds: float, height: float = 0.9) -> NDArray[np.float32]:
    """A curve of chances that is high at the times and half as high beside them."""
    curve = np.full(int(seconds * PACE) + 2, 0.01, np.float32)
    for shift, share in ((-1, 0.5), (1, 0.5), (0, 1.0)):
        curve[np.round(times * PACE).astype(int) + shift] = height * share
    return curve


def noise(seconds: float) -> NDArray[np.float32]:
    return np.random.default_rng(5).standard_normal(int(seconds * RATE)).astype(np.float32) * np.float32(0.1)


@pytest.mark.parametrize("bpm", [56, 72, 100, 133, 170, 192])
def test_a_steady_beat_is_read_at_its_own_level(bpm: int) -> None:
    times = np.arange(0.5, 29, 60 / bpm)
    found = best_beats(sure_of(times, 30))
    assert f_measure(times.tolist(), found.tolist()) > 0.98
    assert all(np.abs(times - beat).min() < 0.02 for beat in found)


def test_the_beat_is_followed_while_the_tempo_rises_by_half() -> None:
    periods = 60 / np.geomspace(90, 135, 60)
    times = 0.5 + np.concatenate([[0], np.cumsum(periods)])
    found = best_beats(sure_of(times, float(times[-1]) + 1))
    assert f_measure(times.tolist(), found.tolist()) > 0.95


def test_faint_chances_between_sure_beats_do_not_double_the_tempo() -> None:
    times = np.arange(0.5, 29, 0.6)
    both = np.maximum(sure_of(times, 30), sure_of(times[:-1] + 0.3, 30, height=0.15))
    assert f_measure(times.tolist(), best_beats(both).tolist()) > 0.98


def test_beats_that_are_missing_now_and_then_are_filled_in() -> None:
    times = np.arange(0.5, 29, 0.5)
    heard = times[np.random.default_rng(3).random(len(times)) > 0.2]
    assert f_measure(times.tolist(), best_beats(sure_of(heard, 30)).tolist()) > 0.98


@pytest.mark.parametrize("meter", [2, 3, 4, 5, 7])
def test_bars_of_any_meter_are_counted_from_their_first_beat(meter: int) -> None:
    beats = np.arange(0.5, 29, 0.5)
    found = downbeats(sure_of(beats[1::meter], 30), beats)
    assert found.tolist() == list(range(1, len(beats), meter))


def test_a_bar_that_is_too_short_does_not_throw_the_others_out() -> None:
    beats = np.arange(0.5, 40, 0.5)
    first = [*range(0, 36, 4), *range(34, len(beats), 4)]
    assert downbeats(sure_of(beats[first], 41), beats).tolist() == first


def test_neither_volume_nor_length_of_the_song_changes_what_the_network_sees() -> None:
    samples = noise(3)
    assert np.abs(spectrum(samples) - spectrum(samples * np.float32(0.02))).max() < 0.01
    assert spectrum(samples).shape == (3 * PACE + 1, BANDS)


def test_a_song_is_heard_the_same_in_pieces_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = spectrum(noise(20))
    whole = chances(seen)
    monkeypatch.setattr(network, "CHUNK", 77)
    pieces = chances(seen)
    for name in ("beat", "downbeat"):
        assert np.abs(getattr(whole, name) - getattr(pieces, name)).max() < 1e-5


def test_a_song_in_another_pitch_is_heard_more_alike_than_by_one_listening(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = spectrum(noise(5))

    def difference() -> float:
        higher = np.roll(seen, 1, axis=1)
        return float(np.abs(chances(seen).beat - chances(higher).beat).mean())

    several = difference()
    monkeypatch.setattr(network, "PITCHES", (0,))
    assert several < 0.8 * difference()
