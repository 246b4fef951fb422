"""musicHighlight as the sandbox performs it: a switch goes in, choruses as texts come out, and no file."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sandbox.choruses.scoring import overlap
from sandbox.performers import Order, Performance, PerformanceError, perform, refuse
from sandbox.tunes import STYLES, Tune, render_song


@pytest.fixture(scope="module")
def tune() -> Tune:
    return render_song(STYLES["waltz"], "hook", 4_717)


@pytest.fixture(scope="module")
def song(tune: Tune, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("songs") / "waltz.wav"
    soundfile.write(path, tune.samples, tune.rate)
    return path


def played(song: Path, out: Path, value: object = 2) -> Performance:
    return perform("musicHighlight", Order(params=value, song=song, out=out, prefix="", job="j1"))


@pytest.mark.parametrize("value", [0, 3, "2", 2.0, True, None, {}, []])
def test_anything_but_the_switch_is_refused(value: object) -> None:
    assert refuse("musicHighlight", value) == "musicHighlight must be 1 (off) or 2 (on)."


@pytest.mark.parametrize("value", [1, 2])
def test_the_switch_is_fine(value: int) -> None:
    assert refuse("musicHighlight", value) is None


def test_choruses_are_told_in_order_as_texts_with_decimals(tune: Tune, song: Path, tmp_path: Path) -> None:
    done = played(song, tmp_path)
    assert {frozenset(each) for each in done.result} == {frozenset({"start", "end", "score"})}
    assert all(isinstance(value, str) and "." in value for each in done.result for value in each.values())
    found = [(float(each["start"]), float(each["end"])) for each in done.result]
    assert found == sorted(found)
    truth = [(each.start, each.end) for each in tune.sections if each.name == "chorus"]
    assert overlap(truth, found) >= 0.7
    assert (done.files, list(tmp_path.iterdir())) == ([], [])


def test_switched_off_nothing_is_found(song: Path, tmp_path: Path) -> None:
    assert played(song, tmp_path, 1).result == []


def test_silence_has_no_chorus_and_what_is_no_sound_ends_in_a_sentence(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros(44_100), 44_100)
    assert played(tmp_path / "silence.wav", tmp_path).result == []
    (tmp_path / "letter.wav").write_bytes(b"Dear listener, " * 50)
    with pytest.raises(PerformanceError, match="cannot be read"):
        played(tmp_path / "letter.wav", tmp_path)


def test_judging_the_switch_needs_no_numpy() -> None:
    code = "import sys, sandbox.performers as p; p.refuse('musicHighlight', 2); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_process_prints_a_list(song: Path, tmp_path: Path) -> None:
    words = ["--params", "2", "--song", str(song), "--out", str(tmp_path), "--job", "7"]
    command = [sys.executable, "-m", "sandbox.performers", "musicHighlight", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    assert answer["files"] == []
    assert len(answer["result"]) == 3
