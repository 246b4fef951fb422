"""Children of one start begin together and end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tmpportal.processes import ChildFailed, Children, free_port, python

SLEEP = "import time; print('ready=1', flush=True); time.sleep(60)"


@pytest.fixture(autouse=True)
def keep_signal_handlers():
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_every_child_is_gone_after_the_block(tmp_path):
    with Children(logs=tmp_path) as children:
        children.start("one", python("-c", SLEEP), env={}, announce=["ready"])
        children.start("two", python("-c", SLEEP), env={})
        pids = [process.pid for process in children.running.values()]
        assert all(is_alive(pid) for pid in pids)
    assert not any(is_alive(pid) for pid in pids)


def test_a_child_that_does_not_listen_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("tmpportal.processes.STOP_PATIENCE_SECONDS", 0.3)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SLEEP
    with Children(logs=tmp_path) as children:
        children.start("deaf", python("-c", deaf), env={}, announce=["ready"])
        pid = children.running["deaf"].pid
    assert not is_alive(pid)


def test_a_child_that_ends_is_reported_with_its_last_words(tmp_path):
    with Children(logs=tmp_path) as children:
        children.start("short", python("-c", "import sys; sys.exit('no space left')"), env={})
        children.running["short"].wait()
        with pytest.raises(ChildFailed, match="no space left"):
            children.check()


def test_a_lost_log_is_no_reason_to_fail_twice(tmp_path):
    with Children(logs=tmp_path) as children:
        children.start("short", python("-c", "pass"), env={})
        children.running["short"].wait()
        (tmp_path / "short.log").unlink()
        with pytest.raises(ChildFailed, match="Its last words: none"):
            children.check()


def test_a_child_that_never_announces_itself_is_reported(tmp_path):
    with Children(logs=tmp_path) as children, pytest.raises(ChildFailed, match="silent"):
        children.start("silent", python("-c", "pass"), env={}, announce=["gateway"])


def test_a_taken_port_is_passed_over():
    import socket

    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = holder.getsockname()[1]
        assert free_port(taken) > taken


def test_a_termination_ends_the_grandchildren_too(tmp_path):
    script = f"""
import sys, time
from pathlib import Path
from tmpportal.processes import Children, Stopped, python
try:
    with Children(logs=Path({str(tmp_path)!r})) as children:
        children.start("child", python("-c", {SLEEP!r}), env={{}}, announce=["ready"])
        print(children.running["child"].pid, flush=True)
        children.wait()
except Stopped as reason:
    print(f"stopped by {{reason}}", flush=True)
"""
    root = Path(__file__).resolve().parents[2]
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=root)
    child = int(parent.stdout.readline())
    parent.terminate()
    out, _ = parent.communicate(timeout=20)
    assert "stopped by SIGTERM" in out
    deadline = time.monotonic() + 5
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(child)
