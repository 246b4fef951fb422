"""The marked song measured: each drum has its own sound, each level is louder, and hits sit on the beats."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from sandbox.performers import Order, perform
from sandbox.performers.drums import hit
from sandbox.performers.marking import Marks, write_drums, write_merge
from sandbox.performers.tempo_curve import tempo_curve
from sandbox.tunes import render
from tests.media import media

Samples = NDArray[np.float32]
RATE = 44_100
TIMES = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5]


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of music in stereo."""
    path = tmp_path_factory.mktemp("songs") / "pop.wav"
    tune = render("city_pop", 8)
    soundfile.write(path, tune.samples[4 * RATE :], RATE)
    return path


def read(path: Path) -> Samples:
    samples, _ = soundfile.read(path, dtype="float32", always_2d=True)
    return np.asarray(samples)


def marks(*, drum: int = 1, level: int = 3) -> Marks:
    return Marks(times=TIMES, strengths=[1.0] * len(TIMES), drum=drum, level=level)


def order(song: Path, out: Path) -> Order:
    out.mkdir(exist_ok=True)
    return Order(params={}, song=song, out=out, prefix="", job="j")


def added(song: Path, merged: Path) -> tuple[Samples, float]:
    """What the merge has beside the song, in one channel and at the song's scale; and the song's scale."""
    music, both = read(song), read(merged)
    assert both.shape == music.shape
    far = np.ones(len(music), bool)
    for time in TIMES:
        far[round((time - 0.05) * RATE) : round((time + 0.35) * RATE)] = False
    scale = float((both[far] * music[far]).sum() / np.square(music[far]).sum())
    return (both / scale - music).mean(axis=1), scale


def centroid(sound: Samples, rate: int = RATE) -> float:
    """Where the middle of a sound's spectrum is, in Hz."""
    power = np.abs(np.fft.rfft(sound)) ** 2
    return float((power * np.fft.rfftfreq(len(sound), 1 / rate)).sum() / power.sum())


def test_every_drum_has_a_sound_of_its_own_in_the_marked_song(song: Path, tmp_path: Path) -> None:
    middles = []
    for drum in (1, 2, 3, 4):
        name = write_merge(order(song, tmp_path), marks(drum=drum, level=6))
        rest, _ = added(song, tmp_path / name)
        hits = np.concatenate([rest[round(time * RATE) :][: round(0.06 * RATE)] for time in TIMES])
        middles.append(centroid(hits))
    low, snare, cymbal, block = middles
    assert 1.6 * low < block < 0.6 * snare
    assert snare < 0.7 * cymbal


@pytest.mark.parametrize("drum", [1, 2, 3, 4])
def test_every_level_is_louder_than_the_one_below(drum: int, song: Path, tmp_path: Path) -> None:
    told = []
    for level in range(1, 7):
        name = write_merge(order(song, tmp_path), marks(drum=drum, level=level))
        rest, _ = added(song, tmp_path / name)
        on = np.concatenate([rest[round(time * RATE) :][: round(0.06 * RATE)] for time in TIMES])
        told.append(10 * np.log10(np.square(on).mean()))
        assert np.abs(read(tmp_path / name)).max() < 1
    assert all(1.5 < step < 4.5 for step in np.diff(told))


def test_the_hits_stand_out_from_loud_and_from_quiet_music_alike(song: Path, tmp_path: Path) -> None:
    heights = []
    for factor in (0.3, 1.0):
        quiet = tmp_path / f"song{factor}.wav"
        soundfile.write(quiet, read(song) * factor, RATE)
        rest, _ = added(quiet, tmp_path / write_merge(order(quiet, tmp_path), marks()))
        heights.append(np.abs(rest).max() / np.sqrt(np.square(read(quiet)).mean()))
    assert heights[0] == pytest.approx(heights[1], rel=0.3)


@pytest.mark.parametrize("drum", [1, 2, 3, 4])
def test_hits_begin_on_the_beat_to_five_milliseconds(drum: int, song: Path, tmp_path: Path) -> None:
    drums = read(tmp_path / write_drums(order(song, tmp_path), marks(drum=drum)))[:, 0]
    merged, _ = added(song, tmp_path / write_merge(order(song, tmp_path), marks(drum=drum, level=6)))
    ideal = hit(drum, RATE)
    for sound in (drums, merged):
        for time in TIMES:
            start = round((time - 0.05) * RATE)
            part = sound[start : start + len(ideal) + round(0.1 * RATE)]
            late = int(np.argmax(np.correlate(part, ideal))) / RATE - 0.05
            assert abs(late) < 0.005
    energy = np.square(drums)
    on = sum(float(energy[round((time - 0.005) * RATE) :][: round(0.3 * RATE)].sum()) for time in TIMES)
    assert on > 0.99 * float(energy.sum())


def test_the_marked_song_lies_on_the_song_to_the_sample(song: Path, tmp_path: Path) -> None:
    merged = read(tmp_path / write_merge(order(song, tmp_path), marks(level=1))).mean(axis=1)
    music = read(song).mean(axis=1)
    size = 2 * len(music)
    product = np.fft.irfft(np.fft.rfft(merged, size) * np.conj(np.fft.rfft(music, size)))
    assert int(np.argmax(product)) == 0


@pytest.mark.parametrize(("container", "codec"), [("ipod", "aac"), ("webm", "libopus")])
def test_a_song_of_another_format_is_marked_where_its_own_sound_is(
    container: str, codec: str, song: Path, tmp_path: Path
) -> None:
    rate = 48_000
    mono = np.interp(np.arange(4 * rate) / rate, np.arange(4 * RATE) / RATE, read(song).mean(axis=1))
    other = tmp_path / "other"
    other.write_bytes(media(container, codec, sound=mono.astype(np.float32)))
    merged = read(tmp_path / write_merge(order(other, tmp_path), marks(level=1)))
    assert merged.shape[1] == 2
    assert len(merged) == pytest.approx(len(mono), abs=0.03 * rate)
    size = 2 * len(mono)
    product = np.fft.irfft(np.fft.rfft(merged.mean(axis=1), size) * np.conj(np.fft.rfft(mono, size)))
    late = int(np.argmax(product))
    assert min(late, size - late) / rate < 0.005


@pytest.mark.parametrize("level", [1, 6])
def test_what_is_square_and_at_full_scale_does_not_clip(level: int, tmp_path: Path) -> None:
    square = np.sign(np.sin(np.arange(4 * RATE) * 0.02)).astype(np.float32)
    soundfile.write(tmp_path / "song.wav", square, RATE)
    merged = read(tmp_path / write_merge(order(tmp_path / "song.wav", tmp_path), marks(level=level)))
    assert 0.5 < np.abs(merged).max() < 1


def test_the_tempo_curve_follows_the_beats() -> None:
    slow = [round(0.5 * beat, 3) for beat in range(9)]
    quick = [round(slow[-1] + 0.4 * beat, 3) for beat in range(1, 9)]
    curve = tempo_curve(slow + quick)
    assert [point["time"] for point in curve] == slow + quick
    assert [point["bpm"] for point in curve[:7]] == [120.0] * 7
    assert [point["bpm"] for point in curve[-7:]] == pytest.approx([150.0] * 7, abs=0.1)
    between = [point["bpm"] for point in curve[6:11]]
    assert between == sorted(between)
    assert (tempo_curve([]), tempo_curve([1.0])) == ([], [])


def test_a_quiet_song_keeps_its_loudness(song: Path, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "quiet.wav", read(song) * 0.2, RATE)
    _, scale = added(
        tmp_path / "quiet.wav", tmp_path / write_merge(order(tmp_path / "quiet.wav", tmp_path), marks())
    )
    assert scale == pytest.approx(1, abs=0.02)


def test_the_whole_way_from_song_to_marked_song(song: Path, tmp_path: Path) -> None:
    done = perform("musicBeat", Order(params={"outputType": 3}, song=song, out=tmp_path, prefix="", job="j"))
    assert soundfile.info(tmp_path / done.result["mergeFileName"]).frames == len(read(song))
