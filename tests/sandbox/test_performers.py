"""musicBeat as the sandbox performs it: what is refused, what comes out, and what broken songs lead to."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from sandbox.performers import Order, Performance, PerformanceError, perform, refuse
from sandbox.tunes import render

HEADER_ALONE = (
    b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00D\xac\x00\x00\x88X\x01\x00\x02\x00\x10\x00"
    b"data\x00\x00\x00\x00"
)


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("songs") / "house.wav"
    tune = render("house", 12)
    soundfile.write(path, tune.samples, tune.rate)
    return path


def played(song: Path, out: Path, *, prefix: str = "", **params: object) -> Performance:
    out.mkdir(exist_ok=True)
    return perform("musicBeat", Order(params=params, song=song, out=out, prefix=prefix, job="j1"))


def sound(path: Path) -> NDArray[np.float32]:
    samples, _ = soundfile.read(path, dtype="float32", always_2d=True)
    return np.asarray(samples)


def beats(path: Path) -> list[float]:
    return [beat["time"] for beat in json.loads(path.read_text())["beats"]]


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({}, "musicBeat.outputType is required."),
        ({"outputType": 0}, "musicBeat.outputType must be between 1 and 4."),
        ({"outputType": 5}, "musicBeat.outputType must be between 1 and 4."),
        ({"outputType": "3"}, "musicBeat.outputType must be an integer."),
        ({"outputType": 3.0}, "musicBeat.outputType must be an integer."),
        ({"outputType": True}, "musicBeat.outputType must be an integer."),
        ({"outputType": 3, "drumType": 9}, "musicBeat.drumType must be between 1 and 4."),
        ({"outputType": 3, "enlargeLevel": 7}, "musicBeat.enlargeLevel must be between 1 and 6."),
        ({"outputType": 4, "splitNum": 0}, "musicBeat.splitNum must be at least 1."),
        ([], "musicBeat must be an object."),
        (None, "musicBeat must be an object."),
    ],
)
def test_a_wrong_descriptor_is_refused_with_a_sentence(params: object, sentence: str) -> None:
    assert refuse("musicBeat", params) == sentence


def test_the_descriptor_of_the_official_demo_is_fine() -> None:
    assert refuse("musicBeat", {"outputType": 4, "drumType": 2, "enlargeLevel": 3, "splitNum": 3}) is None


def test_an_unknown_capability_is_refused_by_name() -> None:
    assert refuse("musicMagic", {}) == "smartContentDescriptor.musicMagic is not supported."


def test_judging_a_descriptor_needs_no_numpy() -> None:
    code = "import sys, sandbox.performers as p; p.refuse('musicBeat', {}); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("output_type", "members"),
    [
        (1, {"beatFileName"}),
        (2, {"beatFileName", "drumFileName"}),
        (3, {"beatFileName", "mergeFileName"}),
        (4, {"beatFileName", "drumFileName", "mergeFileName", "splitFileNames"}),
    ],
)
def test_each_output_type_gives_its_own_files(
    song: Path, tmp_path: Path, output_type: int, members: set[str]
) -> None:
    done = played(song, tmp_path, outputType=output_type)
    assert set(done.result) == members
    assert sorted(done.files) == sorted(path.name for path in tmp_path.iterdir())


def test_names_carry_prefix_job_and_kind(song: Path, tmp_path: Path) -> None:
    assert played(song, tmp_path, prefix="abc", outputType=1).files == ["abc_j1_beat.json"]
    assert played(song, tmp_path, outputType=1).files == ["j1_beat.json"]


def test_a_prefix_cannot_lead_out_of_the_folder(song: Path, tmp_path: Path) -> None:
    with pytest.raises(PerformanceError, match="slash"):
        played(song, tmp_path / "out", prefix="../up", outputType=1)


def test_the_beat_file_holds_tempo_times_strengths_and_downbeats(song: Path, tmp_path: Path) -> None:
    played(song, tmp_path, outputType=1)
    told = json.loads((tmp_path / "j1_beat.json").read_text())
    assert set(told) == {"bpm", "duration", "beats", "tempo", "onsets"}
    assert (told["bpm"], told["duration"]) == (pytest.approx(124, rel=0.01), 12)
    assert {frozenset(beat) for beat in told["beats"]} == {frozenset({"time", "strength", "downbeat"})}
    assert [beat["downbeat"] for beat in told["beats"]].count(True) == pytest.approx(
        len(told["beats"]) / 4, abs=1
    )


def test_split_files_share_out_the_beats_in_order(song: Path, tmp_path: Path) -> None:
    done = played(song, tmp_path, outputType=4, splitNum=3)
    names = done.result["splitFileNames"]
    assert names == ["j1_split1.json", "j1_split2.json", "j1_split3.json"]
    groups = [beats(tmp_path / name) for name in names]
    assert sum(groups, []) == beats(tmp_path / "j1_beat.json")
    assert max(map(len, groups)) - min(map(len, groups)) <= 1


def test_there_are_never_more_groups_than_beats(song: Path, tmp_path: Path) -> None:
    done = played(song, tmp_path, outputType=4, splitNum=10**9)
    assert len(list(tmp_path.glob("*split*"))) == len(beats(tmp_path / "j1_beat.json"))
    assert len(done.files) == len(set(done.files))


def test_the_marked_song_is_as_long_as_the_song_and_never_clips(song: Path, tmp_path: Path) -> None:
    played(song, tmp_path, outputType=3, enlargeLevel=6)
    merged = sound(tmp_path / "j1_merge.mp3")
    assert merged.shape == sound(song).shape
    assert np.abs(merged).max() < 1


def test_hits_of_the_drum_track_sit_on_the_beats(song: Path, tmp_path: Path) -> None:
    played(song, tmp_path, outputType=2, drumType=4)
    drums = np.abs(sound(tmp_path / "j1_drum.mp3")[:, 0])
    for beat in beats(tmp_path / "j1_beat.json")[1:-1]:
        start = round(beat * 44_100)
        assert drums[start : start + 2_000].max() > 5 * drums[start - 4_000 : start - 1_000].max()


def test_silence_gives_files_without_beats(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros(44_100), 44_100)
    done = played(tmp_path / "silence.wav", tmp_path / "out", outputType=4, splitNum=3)
    told = json.loads((tmp_path / "out" / "j1_beat.json").read_text())
    assert told == {"bpm": 0, "duration": 1, "beats": [], "tempo": [], "onsets": []}
    assert done.result["splitFileNames"] == []
    assert np.abs(sound(tmp_path / "out" / "j1_merge.mp3")).max() < 0.01


@pytest.mark.parametrize(
    ("channels", "rate", "kind"),
    [
        (1, 8_000, "mp3"),
        (8, 44_100, "flac"),
        (2, 96_000, "flac"),
        (1, 192_000, "flac"),
        (1, 44_101, "flac"),
        (9, 22_050, "wav"),
    ],
)
def test_odd_channels_and_rates_still_give_a_marked_song(
    channels: int, rate: int, kind: str, song: Path, tmp_path: Path
) -> None:
    mono = sound(song)[: 4 * 44_100].mean(axis=1)
    odd = tmp_path / "odd.wav"
    soundfile.write(odd, np.repeat(mono[:, None], channels, axis=1), rate)
    played(odd, tmp_path, outputType=3)
    info = soundfile.info(tmp_path / f"j1_merge.{kind}")
    assert (info.samplerate, info.channels, info.frames) == (rate, channels, len(mono))


def command(song: Path, out: Path, *, params: str = '{"outputType": 3}') -> dict[str, object]:
    """What the process prints, which is one line of JSON whatever happens."""
    arguments = ["--params", params, "--song", str(song), "--out", str(out), "--job", "7", "--prefix", "p"]
    done = subprocess.run(
        [sys.executable, "-m", "sandbox.performers", "musicBeat", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Traceback" not in done.stderr
    (line,) = done.stdout.splitlines()
    answer = json.loads(line)
    assert isinstance(answer, dict)
    return answer


def test_the_process_prints_result_and_files(song: Path, tmp_path: Path) -> None:
    answer = command(song, tmp_path / "new")
    assert answer == {
        "result": {"beatFileName": "p_7_beat.json", "mergeFileName": "p_7_merge.mp3"},
        "files": ["p_7_beat.json", "p_7_merge.mp3"],
    }
    assert (tmp_path / "new" / "p_7_merge.mp3").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"Dear listener, this is a letter. " * 50, "cannot be read"),
        (HEADER_ALONE, "no sound"),
        (None, "does not exist"),
    ],
)
def test_a_broken_song_ends_in_an_engine_error(content: bytes | None, words: str, tmp_path: Path) -> None:
    song = tmp_path / "song.wav"
    if content is not None:
        song.write_bytes(content)
    answer = command(song, tmp_path / "out")
    assert set(answer) == {"error", "message"}
    assert answer["error"] == "10004 Engine Error"
    assert words in str(answer["message"])
    assert str(tmp_path) not in str(answer["message"])


def test_one_sample_is_a_song_without_beats(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "one.wav", np.array([0.5]), 44_100)
    assert "result" in command(tmp_path / "one.wav", tmp_path / "out", params='{"outputType": 1}')


@pytest.mark.parametrize("params", ["{", "[]", '{"outputType": 9}'])
def test_wrong_params_end_in_an_engine_error(params: str, song: Path, tmp_path: Path) -> None:
    assert "error" in command(song, tmp_path, params=params)
