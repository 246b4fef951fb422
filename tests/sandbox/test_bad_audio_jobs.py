"""Bad audio over HTTP, through the real command: jobs end, the sandbox stays up, its memory comes back."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.bad_audio.corpus import NO_SOUND, cut, hours_of_mp3
from tests.bad_audio.over_http import Over
from tests.bad_audio.valid import FORMATS
from tests.sandbox_process import SandboxProcess


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("bad")) as running:
        yield running


@pytest.fixture(scope="module")
def over(process: SandboxProcess) -> Over:
    return Over(process)


EVERYTHING = {"musicBeat": {"outputType": 4, "drumType": 2, "enlargeLevel": 3, "splitNum": 3}}


@pytest.mark.parametrize(
    ("song", "sentence"),
    [
        (b"", "song.mp3 is empty."),
        (NO_SOUND["a letter"](), "song.mp3 cannot be read as audio: it is text, not music."),
        (cut("m4a", 0.5), "song.mp3 cannot be read as audio: it is damaged."),
        (hours_of_mp3(), "song.mp3 is longer than 15 minutes; the sandbox hears no more."),
    ],
    ids=["nothing", "a letter", "half a film", "three hours"],
)
@pytest.mark.parametrize("descriptor", [EVERYTHING, {"musicHighlight": 2}], ids=["beats", "choruses"])
def test_a_bad_song_ends_in_a_sentence(song: bytes, sentence: str, descriptor: object, over: Over) -> None:
    assert over.finish(song, descriptor) == (4, f"10004 Engine Error: {sentence}")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("专辑/夜 车 🎵.mp3", "夜 车 🎵.mp3"),
        ("out", "out"),
        ("-- help", "-- help"),
        ("a\nb", "song"),
        ("a/..", "song"),
        ("é" * 200, "song"),
    ],
)
def test_a_sentence_names_the_song_as_its_owner_does(path: str, name: str, over: Over) -> None:
    told = over.finish(b"", EVERYTHING, path=path)
    assert told == (4, f"10004 Engine Error: {name} is empty.")


@pytest.mark.parametrize("kind", ["m4a", "webm", "wav"])
def test_after_them_a_good_song_is_performed(kind: str, over: Over, process: SandboxProcess) -> None:
    assert over.finish(FORMATS[kind](), EVERYTHING) == (3, "")
    assert list((process.data_dir / "work").iterdir()) == []
    beats = [key for key in over.stored() if key.endswith("_beat.json")]
    assert "tempo" in json.loads(over.read(beats[-1]))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says what a process holds")
def test_memory_comes_back_with_the_end_of_the_child(over: Over) -> None:
    long = io.BytesIO()
    soundfile.write(long, np.zeros(10 * 60 * 8_000, np.int16), 8_000, format="FLAC")
    over.finish(FORMATS["wav"](), EVERYTHING)
    before = over.memory()
    for _ in range(2):
        assert over.finish(long.getvalue(), {"musicHighlight": 2}) == (3, "")
    assert over.memory() < min(before + 8, 60)
