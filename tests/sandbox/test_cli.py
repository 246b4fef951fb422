"""The command: what it prints, how it stops, and what it keeps."""

import io
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from sandbox.assembly import Sandbox
from sandbox.platform.pace import PACES
from sandbox.platform.quick import EARS
from sandbox.store.rights import RIGHTS
from tests.sandbox.client import Bucket, register, send
from tests.sandbox.test_guide import clicks

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
    assert second.stderr == f"sandbox: port {port} is taken; name another, or 0 for any that is free\n"


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


def test_help_fits_a_screen_and_names_every_word() -> None:
    run = subprocess.run(
        command("--help"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=10,
        check=True,
        env={**os.environ, "COLUMNS": "80"},
    )
    assert len(run.stdout.splitlines()) <= 40
    for word in ("secret_key=", *PACES, *EARS, *RIGHTS, "--data", "--key-rights", "--fault", "--seed"):
        assert re.search(rf"(?<!\w){word}", run.stdout), word


def test_it_needs_nothing_but_python(tmp_path: Path) -> None:
    """With quick ears: listening needs its libraries."""
    words = [sys.executable, "-S", "-m", "sandbox", "--data", str(tmp_path), "--ears", "quick"]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        printed = dict(process.stdout.readline().rstrip("\n").split("=", 1) for _ in LINES)
        caller = register(printed["gateway"], bucket_of(printed))
        assert caller.finish(caller.create(caller.job("song.mp3")))["state"] == 3
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def refused(*words: object) -> str:
    """What the command says when it will not start."""
    run = subprocess.run(command(*words), cwd=ROOT, capture_output=True, text=True, timeout=10)
    assert run.returncode == 2
    assert run.stdout == ""
    return run.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--host", "0.0.0.0"), "binds to loopback only (127.0.0.1), not to 0.0.0.0"),
        (("--host", "192.168.0.7"), "forward both ports: ssh -L"),
        (("--fault", "fire"), "argument --fault: fault is one of refuse"),
        (("--fault", "http"), "http needs status, and may have retry_after: status is missing"),
        (("--fault", "slow seconds=0"), "seconds must be more than 0"),
        (("--fault", "refuse seconds=2"), "seconds has no place there"),
        (("--skew", "nan"), "a clock is off by at most 315360000 seconds, not nan"),
        (("--data", ""), "a folder has a name"),
        (("--fault", "http 503"), "'503' is not name=value"),
        (("--fault", "slow seconds=1 action=CancelJob"), "action is one of any, Register"),
        (("--outcome", "late"), "need seconds"),
        (("--store-fault", "http status=200"), "status must be a number from 400 to 599"),
        (("--key-rights", "all"), "rights are one of full"),
        (("--limit", "-1"), "calls a second, not -1"),
        (("--port", "99999"), "a port is a number from 0 (any) to 65535"),
        (("--buckets", "0"), "1 to 100 buckets"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    assert sentence in refused("--data", tmp_path / "new", *words)
    assert not (tmp_path / "new").exists()


def test_what_is_no_folder_is_refused_with_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for path in (file, file / "below"):
        assert refused("--data", path) == f"sandbox: nothing can be kept in {path}: it is no folder\n"


@pytest.mark.parametrize("damaged", ["gateway.db", "store/index.db"])
@pytest.mark.parametrize("kept", [0, 2], ids=["whole", "in part"])
def test_a_folder_whose_memory_is_damaged_is_refused_and_left_as_it_is(
    tmp_path: Path, damaged: str, kept: int
) -> None:
    with Sandbox(tmp_path):
        pass
    file, page = tmp_path / damaged, 4096
    noise = file.read_bytes()[: kept * page] + b"no database " * page
    file.write_bytes(noise)
    told = refused("--data", tmp_path)
    assert told.startswith(f"sandbox: what {tmp_path} holds cannot be used (")
    assert "Traceback" not in told
    assert file.read_bytes() == noise


@pytest.mark.parametrize("ports", [b"\xac\xed", b"99999 99999\n", b"1"])
def test_remembered_ports_that_are_none_are_forgotten(tmp_path: Path, ports: bytes) -> None:
    (tmp_path / "ports").write_bytes(ports)
    with Sandbox(tmp_path, port=None, store_port=None) as sandbox:
        assert send("GET", sandbox.gateway.url).status == 200


def test_it_starts_without_a_word_and_keeps_its_things_where_caches_belong(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    process = subprocess.Popen(
        command(), cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline().startswith("gateway=http://127.0.0.1:")
        assert list(tmp_path.rglob("tmp-sandbox/gateway.db"))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_person_at_a_terminal_is_told_what_to_open_and_how_to_stop(tmp_path: Path) -> None:
    master, slave = pty.openpty()
    process = subprocess.Popen(command("--data", tmp_path), cwd=ROOT, stdout=slave)
    os.close(slave)
    try:
        told = ""
        while "Ctrl-C stops." not in told:
            told += os.read(master, 4096).decode()
        [url] = re.findall(r"Open (http://127\.0\.0\.1:\d+/) ", told)
        assert send("GET", url).status == 200
        assert f"kept in {tmp_path}" in told
        assert told.startswith("gateway=")
    finally:
        process.kill()
        process.wait()
        os.close(master)


def test_the_next_start_has_the_same_addresses_unless_they_are_taken(tmp_path: Path) -> None:
    with running(tmp_path) as (_, first):
        pass
    with running(tmp_path) as (_, second):
        assert (second["gateway"], second["store"]) == (first["gateway"], first["store"])
    taken = socket.create_server(("127.0.0.1", int(first["gateway"].rpartition(":")[2])))
    with taken, running(tmp_path) as (_, third):
        assert third["gateway"] != first["gateway"]
        assert send("GET", third["gateway"]).status == 200


def test_a_job_that_ran_when_the_process_was_killed_is_performed_after_all(tmp_path: Path) -> None:
    with running(tmp_path) as (process, printed):
        own = bucket_of(printed)
        own.ask("PUT", "clicks.wav", body=clicks(seconds=30))
        caller = register(printed["gateway"], own)
        job_id = caller.create(caller.job("clicks.wav"))
        [child, *_] = children_of(process.pid)
        process.kill()
        process.wait()
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    with running(tmp_path) as (_, printed):
        job = replace(caller, gateway=printed["gateway"]).finish(job_id)
        assert job["state"] == 3, job
        name = job["outputs"][0]["smartContentResult"]["musicBeat"]["beatFileName"]
        assert bucket_of(printed).ask("GET", f"output/musicBeat/{name}").status == 200


def test_ears_seed_and_skew_are_words_of_the_command(tmp_path: Path) -> None:
    with running(tmp_path, "--ears", "quick", "--seed", 7, "--skew", 600) as (_, printed):
        date = send("GET", printed["gateway"]).headers["date"]
        assert 590 < parsedate_to_datetime(date).timestamp() - time.time() < 610
        caller = register(printed["gateway"], bucket_of(printed))
        assert caller.finish(caller.create(caller.job("no song.mp3")))["state"] == 3


def test_the_server_loads_no_number_library_not_even_for_a_job(tmp_path: Path) -> None:
    """In a child that serves and performs a job: what it has imported then."""
    code = """if True:
        import sys
        from pathlib import Path
        from sandbox.assembly import Sandbox
        from tests.sandbox.conftest import bucket_of
        from tests.sandbox.client import register
        from tests.sandbox.test_guide import clicks
        with Sandbox(Path(sys.argv[1])) as sandbox:
            bucket_of(sandbox).ask("PUT", "clicks.wav", body=clicks(seconds=4))
            caller = register(sandbox.gateway.url, bucket_of(sandbox))
            state = caller.finish(caller.create(caller.job("clicks.wav")))["state"]
        print(state, {"numpy", "scipy", "soundfile", "av", "crcmod"} & set(sys.modules))
    """
    words = [sys.executable, "-c", code, str(tmp_path)]
    run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.strip() == "3 set()"


def test_registering_takes_its_time_with_the_looks_pace(tmp_path: Path) -> None:
    with running(tmp_path, "--pace", "looks") as (_, printed):
        started = time.monotonic()
        register(printed["gateway"], bucket_of(printed))
        assert 0.9 < time.monotonic() - started < 10
