"""The command: what it prints, how it stops, and what it keeps."""

import io
import os
import re
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from tests.sandbox.client import Bucket, register, send

ROOT = Path(__file__).resolve().parents[2]
LINES = ["gateway", "store", "bucket", "region", "secret_id", "secret_key"]


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "sandbox", *map(str, words)]


@contextmanager
def running(
    data: Path, *words: object, lines: int = 6
) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """The command with what it printed; killed at the end if it still runs."""
    arguments = command("--data", data, "--pace", "instant", *words)
    process = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        pairs = (process.stdout.readline().rstrip("\n").partition("=") for _ in range(lines))
        yield process, {name: value for name, _, value in pairs}
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def bucket_of(printed: dict[str, str]) -> Bucket:
    return Bucket(printed["store"], printed["bucket"], printed["secret_id"], printed["secret_key"])


def test_it_prints_where_it_is_and_a_bucket_that_works(tmp_path: Path) -> None:
    with running(tmp_path) as (_, printed):
        assert list(printed) == LINES
        for name in ("gateway", "store"):
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+", printed[name])
        assert re.fullmatch(r"[a-z]+-\d+", printed["bucket"])
        assert (len(printed["secret_id"]), len(printed["secret_key"])) == (36, 32)
        assert bucket_of(printed).ask("PUT", "key", body=b"x").status == 200


def test_it_starts_within_a_second_or_so(tmp_path: Path) -> None:
    started = time.monotonic()
    with running(tmp_path):
        assert time.monotonic() - started < 5


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path) as (process, _):
        process.send_signal(number)
        assert process.wait(10) == 0


def test_keys_accounts_and_files_survive_even_a_kill(tmp_path: Path) -> None:
    with running(tmp_path) as (_, first):
        bucket_of(first).ask("PUT", "kept", body=b"abc")
        info = register(first["gateway"], bucket_of(first)).info
    with running(tmp_path) as (_, second):
        assert {name: second[name] for name in LINES[2:]} == {name: first[name] for name in LINES[2:]}
        assert bucket_of(second).ask("GET", "kept").body == b"abc"
        again = register(second["gateway"], bucket_of(second)).info
        assert again["tmpSecretKey"] == info["tmpSecretKey"]


def test_every_data_folder_has_keys_of_its_own(tmp_path: Path) -> None:
    with running(tmp_path / "a") as (_, first), running(tmp_path / "b") as (_, second):
        assert first["secret_key"] != second["secret_key"]


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    with running(tmp_path):
        second = subprocess.run(
            command("--data", tmp_path), cwd=ROOT, capture_output=True, text=True, timeout=10
        )
    assert second.returncode == 2
    assert "another sandbox works in" in second.stderr


def test_a_port_in_use_is_refused(tmp_path: Path) -> None:
    with running(tmp_path / "a") as (_, printed):
        port = printed["gateway"].rpartition(":")[2]
        words = command("--data", tmp_path / "b", "--port", port)
        second = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=10)
    assert second.returncode == 2
    assert second.stderr.startswith("sandbox: ")


def test_further_buckets_are_numbered(tmp_path: Path) -> None:
    with running(tmp_path, "--buckets", 2, lines=10) as (_, printed):
        assert list(printed)[6:] == [name + "2" for name in LINES[2:]]
        second = Bucket(printed["store"], printed["bucket2"], printed["secret_id2"], printed["secret_key2"])
        assert second.ask("PUT", "key", body=b"x").status == 200


def test_the_rights_of_printed_keys_are_those_of_their_first_start(tmp_path: Path) -> None:
    with running(tmp_path, "--key-rights", "read") as (_, printed):
        own = bucket_of(printed)
        assert (own.ask("GET").status, own.ask("PUT", "key", body=b"x").status) == (200, 403)
    with running(tmp_path, "--key-rights", "full") as (_, printed):
        assert bucket_of(printed).ask("PUT", "key", body=b"x").status == 403


def test_the_data_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    with running(tmp_path / "new"):
        assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_stopping_ends_the_performer_too(tmp_path: Path) -> None:
    with running(tmp_path) as (process, printed):
        own = bucket_of(printed)
        own.ask("PUT", "long.wav", body=silence(minutes=20))
        caller = register(printed["gateway"], own)
        caller.create(caller.job("long.wav"))
        children = children_of(process.pid)
        process.terminate()
        assert process.wait(10) == 0
        deadline = time.monotonic() + 5
        while any(alive(child) for child in children) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not [child for child in children if alive(child)]


def silence(*, minutes: int) -> bytes:
    """A WAV file that keeps a performer busy."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 1, 8000, 0, "NONE", ""))
        sound.writeframes(bytes([128]) * 8000 * 60 * minutes)
    return file.getvalue()


def children_of(pid: int) -> list[int]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found: list[int] = []
        for file in Path(f"/proc/{pid}/task").glob("*/children"):
            # A thread may end between the listing and the reading.
            with suppress(FileNotFoundError, ProcessLookupError):
                found += map(int, file.read_text().split())
        if found:
            return found
    raise AssertionError("no performer was started")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_help_explains_what_is_printed_and_the_paces() -> None:
    run = subprocess.run(command("--help"), cwd=ROOT, capture_output=True, text=True, timeout=10, check=True)
    for word in ("secret_key=", "instant", "looks", "clock", "--data", "--key-rights", "quick", "--seed"):
        assert word in run.stdout


def test_ears_seed_and_skew_are_words_of_the_command(tmp_path: Path) -> None:
    with running(tmp_path, "--ears", "quick", "--seed", 7, "--skew", 600) as (_, printed):
        date = send("GET", printed["gateway"]).headers["date"]
        assert 590 < parsedate_to_datetime(date).timestamp() - time.time() < 610
        caller = register(printed["gateway"], bucket_of(printed))
        assert caller.finish(caller.create(caller.job("no song.mp3")))["state"] == 3


def test_importing_the_server_loads_no_number_library() -> None:
    code = "import sys, sandbox.__main__; print({'numpy', 'soundfile', 'crcmod'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_registering_takes_its_time_with_the_looks_pace(tmp_path: Path) -> None:
    with running(tmp_path, "--pace", "looks") as (_, printed):
        started = time.monotonic()
        register(printed["gateway"], bucket_of(printed))
        assert 0.9 < time.monotonic() - started < 10
