"""Results are read by children with bounds: whatever a file does to its reader, only the reader ends."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from jobs import capabilities
from jobs.engine import bounds, reading
from jobs.engine.reading import NoReader, ReaderLost, Readers, Stumbled
from jobs.results import Result
from tests.jobs import hostile_capabilities

BEATS = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
ROOT = Path(__file__).resolve().parents[2]
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the system has no such bounds")


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers know the capabilities that hurt, too."""
    monkeypatch.setattr(capabilities, "CAPABILITIES", hostile_capabilities.NAMES)


@pytest.fixture
def readers(hostile: None) -> Iterator[Readers]:
    """At most one child, which ends with the test."""
    made = Readers(1)
    yield made
    made.end()


def nothing(name: str) -> NoReturn:
    raise FileNotFoundError(name)


def read(readers: Readers, key: str, found: Any = None, open_file: Any = nothing, most: float = 20.0) -> Any:
    result = readers.read(key, found, open_file, seconds=None, most_seconds=most)
    return result.values.get("did", result)


def is_well(readers: Readers) -> bool:
    result = read(readers, "musicBeat", {"beats": BEATS})
    return isinstance(result, Result) and [marker.time for marker in result.markers] == BEATS


@pytest.mark.parametrize(
    ("key", "how", "most_seconds"),
    [
        pytest.param("eatsMemory", "memory", 20.0, marks=on_linux),
        ("spins", "time", 0.5),
        ("sleeps", "time", 0.5),
        ("crashes", "crash", 20.0),
        ("saysTooMuch", "size", 20.0),
    ],
)
def test_a_reader_that_is_lost_is_replaced(readers: Readers, key: str, how: str, most_seconds: float) -> None:
    assert is_well(readers)
    started = time.monotonic()
    with pytest.raises(ReaderLost) as caught:
        read(readers, key, most=most_seconds)
    assert caught.value.how == how
    assert time.monotonic() - started < 15
    assert is_well(readers)
    assert readers.started == 2


def test_a_reader_that_is_killed_from_outside_is_replaced(readers: Readers) -> None:
    idle = read(readers, "tells")["pid"]
    os.kill(idle, signal.SIGKILL)
    os.waitid(os.P_PID, idle, os.WEXITED | os.WNOWAIT)
    assert is_well(readers)

    def open_file(name: str) -> bytes:
        os.kill(pid, signal.SIGKILL)
        return b"[]"

    pid = read(readers, "tells")["pid"]
    with pytest.raises(ReaderLost) as caught:
        read(readers, "opens", {"names": ["a"]}, open_file)
    assert caught.value.how == "crash"
    assert is_well(readers)
    assert readers.started == 3


def test_a_capability_that_stumbles_is_told_without_the_words_of_the_file(readers: Readers) -> None:
    with pytest.raises(Stumbled) as caught:
        read(readers, "stumbles", "SECRET")
    assert "ZeroDivisionError" in str(caught.value)
    assert "hostile_capabilities.py" in str(caught.value)
    assert "SECRET" not in str(caught.value)
    with pytest.raises(Stumbled):
        read(readers, "nobodyKnows")
    assert is_well(readers)
    assert readers.started == 1


def test_files_come_from_the_parent(readers: Readers) -> None:
    def open_file(name: str) -> bytes:
        if name == "large":
            raise ValueError(name)
        return b"x" * 9_000_000 if name == "there" else nothing(name)

    did = read(readers, "opens", {"names": ["there", "gone", "large", ""]}, open_file)
    assert did == ["9000000", "FileNotFoundError", "ValueError", "FileNotFoundError"]


@pytest.mark.parametrize("deep", [b"[" * 200_000, b'{"a":' * 100_000, b'[["' * 5_000])
def test_a_bottomless_file_is_no_trouble(readers: Readers, deep: bytes) -> None:
    result = read(readers, "musicBeat", {"beatFileName": "deep.json"}, lambda name: deep)
    assert result.note
    assert readers.started == 1


@on_linux
def test_a_reader_has_bounds_and_no_secrets(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPPORTAL_FIELD_KEYS", "SECRET")
    told = read(readers, "tells")
    assert "SECRET" not in str(told["environment"])
    assert not [name for name in told["environment"] if name.startswith(("TMPPORTAL", "DATABASE", "DJANGO"))]
    limits = told["limits"]
    assert limits["RLIMIT_AS"] < 1024**3
    assert limits["RLIMIT_CPU"] <= 22
    assert (limits["RLIMIT_FSIZE"], limits["RLIMIT_CORE"]) == (0, 0)
    assert limits["RLIMIT_NOFILE"] <= 32
    assert told["files"] <= 5, "sockets of the worker's database and gateway stay with the worker"
    assert told["session"] == told["pid"]


def test_one_child_serves_many_readings_and_is_then_replaced(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "READINGS_OF_ONE", 5)
    pids = [read(readers, "tells")["pid"] for _ in range(12)]
    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [5, 5, 2]
    assert readers.started == 3


def test_fifty_readings_cost_less_than_five_starts(hostile: None) -> None:
    def children_cpu() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    def cost(readings: list[int]) -> float:
        before = children_cpu()
        for number in readings:
            own = Readers(1)
            assert all(is_well(own) for _ in range(number))
            assert own.started == 1
            own.end()
        return children_cpu() - before

    one, many = cost([50]), cost([1] * 5)
    print(f"cpu of 50 readings by one child / of 5 children = {one / many:.2f}")


def test_a_reader_that_is_wanted_by_too_many_is_waited_for_within_bounds(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "WAIT_SECONDS", 0.05)
    begun, may_end = threading.Event(), threading.Event()

    def open_file(name: str) -> bytes:
        begun.set()
        may_end.wait(20)
        return b"[]"

    thread = threading.Thread(target=read, args=(readers, "opens", {"names": ["a"]}, open_file))
    thread.start()
    assert begun.wait(20)
    with pytest.raises(NoReader):
        read(readers, "tells")
    may_end.set()
    thread.join(20)
    assert is_well(readers)


def test_a_reader_that_cannot_start_says_so(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capabilities, "CAPABILITIES", ["tests.jobs.nowhere.Nothing"])
    with pytest.raises(NoReader):
        read(readers, "musicBeat")
    monkeypatch.setattr(bounds.sys, "executable", "/nowhere/python")
    with pytest.raises(NoReader):
        read(readers, "musicBeat")


def test_threads_come_and_go_and_their_readers_stay(readers: Readers) -> None:
    pids: list[int] = []
    for _ in range(3):
        thread = threading.Thread(target=lambda: pids.append(read(readers, "tells")["pid"]))
        thread.start()
        thread.join(30)
    assert len(set(pids)) == 1


PARENT = """
import os, sys, threading
from jobs import capabilities
from jobs.engine.reading import Readers
capabilities.CAPABILITIES = sys.argv[1].split(",")
readers = Readers()
def found(name):
    print(pid, flush=True)
    return b""
pid = readers.read("tells", None, found, seconds=None).values["did"]["pid"]
readers.read("opens", {"names": ["a"]}, found, seconds=None)
readers.read(sys.argv[2], None, found, seconds=None)
"""


@on_linux
@pytest.mark.parametrize("key", ["spins", "sleeps"])
def test_a_reader_dies_with_its_parent(key: str) -> None:
    command = [sys.executable, "-c", PARENT, ",".join(hostile_capabilities.NAMES), key]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    until = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and " Z " not in _stat(pid):
        assert time.monotonic() < until
        time.sleep(0.02)


def _stat(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return " Z "
