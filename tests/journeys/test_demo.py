"""`manage.py demo` as a newcomer meets it: real processes, real HTTP, the embedded default."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.demo_process import ROOT, DemoProcess, clean_env, processes_of

LINES = re.compile(
    r"^registration=done seconds=(?P<seconds>[\d.]+)\n"
    r"(?:.*\n)*?"
    r"job=(?P<job>http://127\.0\.0\.1:\d+/jobs/[0-9a-f-]{36}/) state=COMPLETED\n"
    r"bpm=(?P<bpm>[\d.]+) beats=(?P<beats>\d+)(?: f_measure=(?P<f_measure>[\d.]+))?\n"
    r"open=(?P<open>http://127\.0\.0\.1:\d+/) user=demo password=(?P<password>\S+)\n",
    re.MULTILINE,
)


def demo_once(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "demo", "--once", "--port", "8200", *arguments]
    return subprocess.run(command, cwd=ROOT, env=clean_env(data), capture_output=True, text=True, timeout=180)


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def first(data) -> re.Match[str]:
    """What the first run over `data` said."""
    done = demo_once(data)
    assert done.returncode == 0, done.stdout + done.stderr
    assert processes_of(data) == []
    found = LINES.search(done.stdout)
    assert found, done.stdout
    return found


def test_one_command_goes_from_registration_to_the_right_beats(first):
    assert float(first["f_measure"]) >= 0.95
    assert float(first["bpm"]) == pytest.approx(112, rel=0.02)


def test_only_scripts_that_were_looked_at_are_served(data, first):
    """T36: what is collected, beside our own, is what tests/security compares with its digests."""
    recorded = (ROOT / "tests/security/static_files.sha256").read_text()
    known = {line.split("  ", 1)[1] for line in recorded.splitlines()}
    served = {str(path.relative_to(data / "static")) for path in (data / "static").rglob("*.js")}
    ours = {str(path.relative_to(ROOT / "static")) for path in (ROOT / "static").rglob("*.js")}
    # Each lies there twice: under its name, and with a digest in it.
    plain = {name for name in served if not re.search(r"\.[0-9a-f]{12}\.js$", name)}
    assert plain - ours == {name for name in known if name.endswith(".js")}


def test_a_second_run_keeps_the_data_and_hears_a_song_of_ones_own_without_a_score(data, first, tmp_path):
    command = [sys.executable, "-m", "sandbox.tunes", "--out", str(tmp_path), "--style", "house"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    song = tmp_path / '我的歌 "1" 🎵.wav'
    (tmp_path / "house.wav").rename(song)
    done = demo_once(data, "--song", str(song))
    again = LINES.search(done.stdout)
    assert again, done.stdout + done.stderr
    assert again["f_measure"] is None
    assert float(again["bpm"]) == pytest.approx(124, rel=0.02)
    assert again["job"] != first["job"]
    assert again["password"] != first["password"]
    for name in ("secret.key", "field.keys"):
        assert (data / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("name", "content"), [("missing.mp3", None), ("text.mp3", b"not a song at all\n" * 99)]
)
def test_what_is_no_song_ends_in_one_sentence(data, tmp_path, name, content):
    song = tmp_path / name
    if content:
        song.write_bytes(content)
    done = demo_once(data, "--song", str(song))
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert processes_of(data) == []


def test_ctrl_c_stops_every_child(data):
    demo = DemoProcess(data, port=8300).start()
    assert len(processes_of(data)) >= 4
    assert demo.stop() == 0
    assert processes_of(data) == []


def test_no_secret_of_the_demo_is_in_its_logs_or_queue(data):
    """Looked for in every file of the data folder but the sandbox's own: the sealed database included."""
    keys = [line.split("=", 1)[1] for line in sandbox_lines(data) if line.startswith("secret_")]
    assert len(keys) == 2
    files = [
        path for path in data.rglob("*") if path.is_file() and "sandbox" not in path.relative_to(data).parts
    ]
    assert {"portal.sqlite3", "web.log", "worker.log"} <= {path.name for path in files}
    assert [path for path in files for key in keys if key.encode() in path.read_bytes()] == []


def sandbox_lines(data: Path) -> list[str]:
    """What the sandbox of `data` announces; its keys stay the same over restarts."""
    command = [sys.executable, "-m", "sandbox", "--data", str(data / "sandbox"), "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = [process.stdout.readline().strip() for _ in range(6)]
    process.terminate()
    process.communicate(timeout=10)
    return lines
