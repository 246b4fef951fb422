"""The process that performs: what it may take, where it may not go, and that nothing of it stays."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sandbox.performers import bounds
from tests.sandbox.client import Bucket, register
from tests.sandbox_process import SandboxProcess

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's")
ENTRY = "import sandbox.performers.__main__ as entry; raise SystemExit(entry.main())"


def told(code: str, *words: str) -> str:
    """What a Python process of its own prints."""
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_every_limit_is_taken_on() -> None:
    code = (
        "import json, resource; from sandbox.performers.bounds import LIMITS, bound_myself; bound_myself();"
        "print(json.dumps({kind: resource.getrlimit(kind) for kind in LIMITS}))"
    )
    limits = {int(kind): tuple(values) for kind, values in json.loads(told(code)).items()}
    if sys.platform != "linux":
        del limits[resource.RLIMIT_AS]
    assert limits == {kind: bounds.LIMITS[kind] for kind in limits}
    assert limits[resource.RLIMIT_CORE] == (0, 0)


@LINUX
@pytest.mark.parametrize(
    ("deed", "outcome"),
    [
        ("open('/dev/null').read()", "done"),
        ("socket.socket()", "PermissionError"),
        ("socket.socket(socket.AF_UNIX)", "PermissionError"),
        ("subprocess.run(['true'])", "PermissionError"),
        ("os.execv('/bin/true', ['true'])", "PermissionError"),
    ],
)
def test_it_reaches_no_network_and_starts_no_program(deed: str, outcome: str) -> None:
    code = (
        "import os, socket, subprocess\nfrom sandbox.performers.bounds import shut_in\nassert shut_in()\n"
        f"try:\n    {deed}; print('done')\nexcept OSError as error:\n    print(type(error).__name__)"
    )
    assert told(code) == outcome


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("songs") / "noise.flac"
    samples = np.random.default_rng(1).normal(0, 0.2, 60 * 8_000)
    soundfile.write(path, samples, 8_000)
    return path


def answer(before: str, song: Path, out: Path) -> dict[str, str]:
    """What the true entry says once `before` has changed its limits."""
    words = ["musicBeat", "--params", '{"outputType": 3}', "--song", str(song), "--out", str(out)]
    code = f"import resource; from sandbox.performers.bounds import LIMITS; {before}; {ENTRY}"
    said = json.loads(told(code, *words, "--job", "j"))
    assert isinstance(said, dict)
    return said


@LINUX
def test_a_song_that_takes_too_much_memory_is_told_so(tmp_path: Path) -> None:
    with soundfile.SoundFile(tmp_path / "long.flac", "w", samplerate=8_000, channels=1) as file:
        for _ in range(14):
            file.write(np.zeros(60 * 8_000))
    said = answer("LIMITS[resource.RLIMIT_AS] = (180 << 20, 180 << 20)", tmp_path / "long.flac", tmp_path)
    assert said == {"error": "10004 Engine Error", "message": "The song takes more than 1536 MiB of memory."}


def test_an_output_that_grows_too_large_is_told_so(noise: Path, tmp_path: Path) -> None:
    said = answer("LIMITS[resource.RLIMIT_FSIZE] = (60_000, 60_000)", noise, tmp_path / "out")
    assert said["message"].startswith("j_merge.mp3 cannot be written: it would be larger than 1024 MiB")


def children(pid: int) -> list[int]:
    """The processes that this one started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def until(wanted: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < end
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@LINUX
def test_when_the_sandbox_is_killed_its_performer_dies_and_the_next_start_tidies_up(
    noise: Path, tmp_path: Path
) -> None:
    work = tmp_path / "data" / "work"
    process = SandboxProcess(tmp_path / "data").start()
    try:
        bucket = bucket_at(process)
        bucket.ask("PUT", "song.flac", body=noise.read_bytes())
        caller = register(process.gateway, bucket)
        job = caller.create(caller.job("song.flac"))
        until(lambda: children(process.pid) and any(work.glob("*/out")))
        performer = children(process.pid)[0]
        until(lambda: os.getpgid(performer) == performer)  # seen between its birth and its own session
        process.kill()
        until(lambda: not is_alive(performer))
        assert any(work.iterdir())
        process.start()
        caller = register(process.gateway, bucket_at(process))
        assert caller.finish(job)["state"] == 3
        assert list(work.iterdir()) == []
    finally:
        process.kill()


def bucket_at(process: SandboxProcess) -> Bucket:
    return Bucket(process.store, process.bucket, process.secret_id, process.secret_key)
