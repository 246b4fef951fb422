"""The tracker hears what our own tunes play, at any sample rate, and survives what is not music."""

import json
import os
import resource
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sandbox.beats import Beats, UndecodableError, track, track_samples
from sandbox.beats.decoding import RATE, decode
from sandbox.beats.resampling import Resampler
from sandbox.beats.scoring import f_measure
from sandbox.tunes import STYLES, Tune, render


def heard_in(tune: Tune) -> Beats:
    resampler = Resampler(tune.rate, RATE)
    mono = tune.samples.mean(axis=1)
    return track_samples(
        np.concatenate([resampler.push(mono), resampler.flush()]), duration=len(mono) / tune.rate
    )


@pytest.fixture(scope="module")
def house() -> Tune:
    return render("house", 20)


@pytest.fixture(scope="module")
def song(house: Tune, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("beats") / "house.wav"
    soundfile.write(path, house.samples, house.rate)
    return path


@pytest.mark.parametrize("style", sorted(STYLES))
def test_beats_tempo_and_bars_of_every_style_are_found(style: str) -> None:
    tune = render(style, 25, seed=77)
    heard = heard_in(tune)
    assert f_measure(tune.beats, heard.beats, skip=0) >= 0.93
    assert f_measure(tune.downbeats, heard.downbeats, skip=0) >= 0.9
    assert heard.bpm == pytest.approx(tune.bpm, rel=0.01)


def test_found_beats_are_close_enough_to_play_along(house: Tune) -> None:
    truth = np.array(house.beats)
    missed = [float(np.abs(truth - beat).min()) for beat in heard_in(house).beats]
    assert np.median(missed) < 0.012


def test_times_rise_and_stay_within_the_song(song: Path) -> None:
    heard = track(song)
    assert heard.duration == 20
    for times in (heard.beats, heard.downbeats, heard.onsets):
        assert all(earlier < later for earlier, later in pairwise(times))
        assert times[0] >= 0 and times[-1] <= heard.duration
    assert set(heard.downbeats) <= set(heard.beats)
    assert len(heard.strengths) == len(heard.beats)
    assert 0 <= min(heard.strengths) < max(heard.strengths) == 1


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_101, 48_000, 96_000])
def test_the_sample_rate_does_not_move_the_beats(house: Tune, rate: int, tmp_path: Path) -> None:
    resampler = Resampler(house.rate, rate)
    mono = np.concatenate([resampler.push(house.samples.mean(axis=1)), resampler.flush()])
    soundfile.write(tmp_path / "song.wav", mono, rate)
    assert f_measure(house.beats, track(tmp_path / "song.wav").beats, skip=0) > 0.9


def test_resampling_in_blocks_keeps_a_tone_in_place() -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(48_000) / 48_000).astype(np.float32)
    resampler = Resampler(48_000, RATE)
    made = np.concatenate([*(resampler.push(part) for part in np.array_split(tone, 17)), resampler.flush()])
    wanted = np.sin(2 * np.pi * 440 * np.arange(len(made)) / RATE)
    assert len(made) == pytest.approx(RATE, abs=2)
    assert np.abs(made - wanted)[100:-100].max() < 0.01


def test_resampling_removes_what_the_lower_rate_cannot_hold() -> None:
    tone = np.sin(2 * np.pi * 15_000 * np.arange(44_100) / 44_100).astype(np.float32)
    resampler = Resampler(44_100, RATE)
    assert np.abs(resampler.push(tone)[100:]).max() < 0.01


@pytest.mark.parametrize("seconds", [0.0001, 0.5, 3.0])
def test_silence_has_no_beats(seconds: float) -> None:
    heard = track_samples(np.zeros(int(seconds * RATE), np.float32), duration=seconds)
    assert (heard.bpm, heard.beats, heard.downbeats, heard.onsets) == (0, [], [], [])


def test_a_constant_is_as_silent_as_silence() -> None:
    assert track_samples(np.full(3 * RATE, 0.5, np.float32), duration=3).beats == []


def test_one_click_is_no_rhythm() -> None:
    samples = np.zeros(4 * RATE, np.float32)
    samples[2 * RATE] = 1
    assert track_samples(samples, duration=4).beats == []


def test_the_start_of_a_song_that_was_cut_off_is_still_read(song: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.wav"
    cut.write_bytes(song.read_bytes()[:2_000_001])
    assert 10 < decode(cut).duration < 12


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"these are words, not music. " * 99, "cannot be read as audio"),
        (b"RIFF", "cannot be read"),
    ],
)
def test_what_is_not_sound_is_refused_with_a_sentence(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(content)
    with pytest.raises(UndecodableError, match=f"^song.mp3 {words}"):
        decode(path)


@pytest.mark.parametrize("length", [1, 2, 300, 440, 441, 500, 882, 1_400, 3_000])
def test_a_sound_of_a_moment_has_no_beats(length: int) -> None:
    for samples in (np.random.default_rng(length).normal(0, 0.3, length), np.full(length, 0.5)):
        samples[-1] = -0.9
        heard = track_samples(samples.astype(np.float32), duration=length / RATE)
        assert (heard.bpm, heard.beats, heard.downbeats) == (0, [], [])


def test_the_score_counts_a_beat_once_and_forgives_70_milliseconds() -> None:
    truth = [6.0, 7.0, 8.0, 9.0]
    assert f_measure(truth, [6.069, 6.931, 8.0, 9.0]) == 1
    assert f_measure(truth, [6.0, 6.05, 7.0, 8.0, 9.0]) == pytest.approx(8 / 9)
    assert f_measure(truth, [6.5, 7.5, 8.5]) == 0
    assert f_measure(truth, []) == 0


def test_the_command_prints_one_line_per_file_and_reports_those_that_cannot_be_read(
    song: Path, tmp_path: Path
) -> None:
    broken, folder, pipe, odd = (
        tmp_path / name for name in ("broken.wav", "folder", "pipe", "晴天\udcff\n.mp3")
    )
    for file in (broken, odd):
        file.write_bytes(b"no sound")
    folder.mkdir()
    os.mkfifo(pipe)
    files = [broken, folder, pipe, tmp_path / "missing", odd, song]
    command = [sys.executable, "-m", "sandbox.beats", *files]
    plain = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, check=False, timeout=60, env=plain)
    *bad, good = (json.loads(line) for line in done.stdout.decode().splitlines())
    assert done.returncode == 1
    assert set(good) == {"file", "bpm", "beats", "downbeats", "onsets"}
    assert good["bpm"] == pytest.approx(124, rel=0.01)
    assert [set(line) for line in bad] == [{"file", "error"}] * 5
    assert [line["file"] for line in (*bad, good)] == list(map(str, files))
    told = done.stderr.decode()
    for sentence in ("is text, not music", "is a folder", "is no file", "does not exist"):
        assert sentence in told
    assert "Errno" not in told + done.stdout.decode()
    assert "Traceback" not in told


def test_the_command_says_no_word_when_nobody_listens_any_more(song: Path) -> None:
    command = [sys.executable, "-m", "sandbox.beats", str(song)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""


def test_a_half_minute_song_takes_less_than_two_seconds_of_work(tmp_path: Path) -> None:
    """In a process of its own, as jobs are heard: here idle threads of the matrix library count too."""
    tune = render("city_pop", 30)
    soundfile.write(tmp_path / "song.wav", tune.samples, tune.rate)
    before = worked()
    subprocess.run([sys.executable, "-m", "sandbox.beats", tmp_path / "song.wav"], check=True)
    assert worked() - before < 2


def worked() -> float:
    """Seconds of computing of the processes that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
