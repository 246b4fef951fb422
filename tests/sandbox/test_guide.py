"""The five-minute guide, from registration to downloaded result, with the real command and performer."""

import io
import json
import math
import struct
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.client import Bucket, Caller, register
from tests.sandbox_process import SandboxProcess

RATE = 22_050  # samples per second
TEMPO = 120  # BPM


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Caller, Bucket]]:
    """An account at a sandbox process, and its bucket with `songs/clicks.wav`."""
    with SandboxProcess(tmp_path_factory.mktemp("guide")) as process:
        bucket = Bucket(process.store, process.bucket, process.secret_id, process.secret_key)
        assert bucket.ask("PUT", "songs/clicks.wav", body=clicks(seconds=8)).status == 200
        yield register(process.gateway, bucket, operateUin=100000000001, userName="guide"), bucket


def clicks(*, seconds: int) -> bytes:
    """A WAV file with a fading click on every beat."""
    period = RATE * 60 // TEMPO
    samples = (
        int(20_000 * math.exp(-(at % period) / 300) * math.sin((at % period) / 3))
        for at in range(RATE * seconds)
    )
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, RATE, 0, "NONE", ""))
        sound.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return file.getvalue()


def test_a_job_ends_with_files_that_can_be_downloaded(walk: tuple[Caller, Bucket]) -> None:
    caller, bucket = walk
    job = caller.finish(caller.create(caller.job("songs/clicks.wav")))
    assert job["state"] == 3, job
    found = job["outputs"][0]["smartContentResult"]["musicBeat"]
    merged = bucket.ask("GET", f"output/musicBeat/{found['mergeFileName']}")
    assert merged.status == 200
    assert merged.headers["content-type"].startswith("audio/")
    beats = bucket.ask("GET", f"output/musicBeat/{found['beatFileName']}").json
    assert isinstance(beats, dict)
    assert len(beats["beats"]) >= 8


def test_the_demo_script_runs_once_its_input_path_is_filled_in(
    walk: tuple[Caller, Bucket], tmp_path: Path
) -> None:
    caller, bucket = walk
    script = bucket.ask("GET", caller.info["demoCosPath"]).body.decode()
    assert script.count("file_path_to_root") == 1
    file = tmp_path / "run_musicBeat.py"
    file.write_text(script.replace("file_path_to_root", "songs/clicks.wav"))
    run = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, timeout=30, check=True)
    job = json.loads(run.stdout)["createJobResponse"]["job"]
    assert job["customId"] == "musicBeat"
    assert caller.finish(job["id"])["state"] == 3


def test_a_file_that_is_no_music_ends_in_an_error_with_a_sentence(walk: tuple[Caller, Bucket]) -> None:
    caller, bucket = walk
    bucket.ask("PUT", "songs/text.mp3", body=b"This is no music. " * 100)
    job = caller.finish(caller.create(caller.job("songs/text.mp3")))
    assert job["state"] == 4
    assert job["message"].startswith("10004 Engine Error: ")
