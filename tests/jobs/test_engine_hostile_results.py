"""Answers, files and buckets that would hold or hurt a worker: the job ends with a note, all others go on."""

from __future__ import annotations

import re
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now

from accounts.clients import bucket_for
from accounts.models import Account
from jobs import capabilities
from jobs.engine import collecting, reading, result_files
from jobs.models import Job, in_seconds
from jobs.results import Result
from tests.factories import make_account, make_job
from tests.jobs import hostile_capabilities
from tests.jobs.raw_gateway import RawGateway
from tests.sandbox_process import SandboxProcess
from tests.tencent.stores import DENIED, xml_error
from tests.tencent.wire_server import Script, WireServer, answer, drip, reset

State = Job.State
BEATS = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
PLAIN = {"beats": BEATS}


@pytest.fixture
def store(gateway: RawGateway, settings: Any) -> Iterator[WireServer]:
    """A store that has nothing, until told otherwise."""
    with WireServer(answer(404)) as server:
        settings.SANDBOX = {**settings.SANDBOX, "store": server.url}
        yield server


@pytest.fixture(autouse=True)
def hostile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers know the capabilities that hurt, too."""
    monkeypatch.setattr(capabilities, "CAPABILITIES", hostile_capabilities.NAMES)


def finished(account: Account, key: str, found: Any, **fields: Any) -> Job:
    """A job that TMP finished and whose result nobody has read."""
    answer = {"id": "tmp-1", "state": 3, "outputs": [{"smartContentResult": {key: found}}]}
    known = {
        "state": State.COLLECTING,
        "tmp_id": "tmp-1",
        "raw_answer": answer,
        "lease_until": in_seconds(-1),
    }
    return make_job(account, capability=key, **{**known, **fields})


def collect(job: Job) -> Job:
    """Whether its time has come or not."""
    Job.objects.filter(pk=job.pk).update(lease_until=Now())
    collecting.collect(job.pk)
    job.refresh_from_db()
    return job


def result_of(job: Job) -> Result:
    assert job.state == State.COMPLETED
    return Result.from_json(job.result)


def memory_mib(field: str) -> float:
    return int(re.search(rf"{field}:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024  # type: ignore[index]


@pytest.mark.parametrize("key", ["crashes", "spins", "saysTooMuch", "eatsMemory"])
def test_what_kills_its_readers_is_given_up_and_what_tmp_said_is_kept(
    account: Account, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if key == "eatsMemory" and sys.platform != "linux":
        pytest.skip("the system bounds no memory")
    monkeypatch.setattr(collecting, "READ_SECONDS", 0.5 if key == "spins" else 20.0)
    before = reading.readers().started
    job, other = finished(account, key, PLAIN), finished(account, "musicBeat", PLAIN)
    for number in (1, 2):
        assert (collect(job).state, job.readings) == (State.COLLECTING, number)
        assert Job.objects.filter(pk=job.pk, lease_until__gt=Now()).exists()
    assert len(result_of(collect(other)).markers) == len(BEATS)
    result = result_of(collect(job))
    assert (result.note, result.values) == ("unreadable", PLAIN)
    assert reading.readers().started - before <= 4


def test_a_killed_reader_loses_nothing(alice: User, at_sandbox: SandboxProcess) -> None:
    account = make_account(alice, at_sandbox)
    folder = f"/output/{uuid4()}"
    job = finished(account, "dies", PLAIN, destination=folder)
    bomb = result_files.key_of(folder, "bomb.json")
    bucket_for(account).put(bomb, b"[]")
    assert collect(job).state == State.COLLECTING
    bucket_for(account).delete(bomb)
    assert collect(job).state == State.COLLECTING
    Job.objects.filter(pk=job.pk).update(due_at=Now())
    assert result_of(collect(job)).values == {"did": "well"}


def test_a_result_that_its_workers_never_came_back_from_is_not_read_again(account: Account) -> None:
    job = finished(account, "musicBeat", PLAIN)
    before = reading.readers().started
    for _ in range(collecting.MOST_READINGS):
        assert collecting.take(job.pk) is not None
        Job.objects.update(lease_until=Now())
    result = result_of(collect(job))
    assert (result.note, result.values) == ("unreadable", PLAIN)
    assert reading.readers().started == before
    assert collecting.read_again(job), "a person may still try"
    assert len(result_of(job).markers) == len(BEATS)


def test_a_capability_that_stumbles_is_not_tried_again(account: Account) -> None:
    result = result_of(collect(finished(account, "stumbles", PLAIN)))
    assert (result.note, result.values) == ("unreadable", PLAIN)
    result = result_of(collect(finished(account, "goneSinceLastYear", 7)))
    assert (result.note, result.values) == ("unreadable", {"answer": 7})


def test_results_wait_while_no_reader_can_be_started(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = finished(account, "musicBeat", PLAIN)
    with monkeypatch.context() as broken:
        broken.setattr(capabilities, "CAPABILITIES", ["tests.jobs.nowhere.Nothing"])
        for _ in range(collecting.MOST_READINGS + 2):
            assert (collect(job).state, job.readings) == (State.COLLECTING, 0)
        late = finished(account, "musicBeat", PLAIN)
        Job.objects.filter(pk=late.pk).update(changed_at=in_seconds(-collecting.NO_READER_SECONDS - 5))
        assert result_of(collect(late)).note == "unreadable"
    assert len(result_of(collect(job)).markers) == len(BEATS)


def test_a_late_file_is_waited_for_with_longer_and_longer_pauses(
    account: Account, store: WireServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "file_patience", lambda account: 100.0)
    job = finished(account, "musicBeat", {"beatFileName": "late.json"})
    pauses = []
    for age in (0, 10, 30, 50, 80):
        Job.objects.filter(pk=job.pk).update(changed_at=in_seconds(-age))
        collect(job)
        assert (job.state, job.readings) == (State.COLLECTING, 0)
        pauses.append((job.lease_until - job.changed_at).total_seconds() - age)  # type: ignore[operator]
    assert pauses == sorted(pauses)
    assert pauses[-1] < 2 * collecting.LONGEST_WAIT
    Job.objects.filter(pk=job.pk).update(due_at=Now())
    result = result_of(collect(job))
    assert result.note == "file_missing"
    assert [file.path for file in result.files] == ["output/musicBeat/late.json"]


@pytest.mark.parametrize(
    "trouble",
    [
        DENIED,
        xml_error(503, "SlowDown", "slow"),
        answer(200, b"", {"Content-Length": "9"}),
        reset,
        drip(b"HTTP/1.1 200 X\r\nX: " + b"x" * 9_000),
    ],
)
def test_a_store_in_trouble_is_waited_for_and_then_said(
    account: Account, store: WireServer, trouble: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("STORE_SECONDS", "SLOW_STORE_SECONDS"):
        monkeypatch.setattr(result_files, name, 0.4)
    monkeypatch.setattr(collecting, "file_patience", lambda account: 50.0)
    store.script = trouble
    job = finished(account, "musicBeat", {**PLAIN, "beatFileName": "beats.json", "mergeFileName": "m.mp3"})
    started = time.monotonic()
    assert collect(job).state == State.COLLECTING
    assert time.monotonic() - started < 5
    assert Job.objects.filter(pk=job.pk, lease_until__gt=Now(), readings=0).exists()
    Job.objects.filter(pk=job.pk).update(due_at=Now())
    result = result_of(collect(job))
    assert (result.note, len(result.markers)) == ("file_missing", len(BEATS))


def test_one_slow_store_takes_less_and_less_of_everybody_s_time(
    account: Account, store: WireServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result_files, "STORE_SECONDS", 3.0)
    monkeypatch.setattr(result_files, "SLOW_STORE_SECONDS", 0.2)
    store.script = drip(b"HTTP/1.1 200 X\r\nX: " + b"x" * 9_000)
    collect(finished(account, "musicBeat", {"beatFileName": "beats.json"}))
    started = time.monotonic()
    for _ in range(4):
        collect(finished(account, "musicBeat", {"beatFileName": "beats.json"}))
    assert time.monotonic() - started < 3
    store.script = answer(200, b"[0.5, 1.0, 1.5, 2.0]")
    for _ in range(2):
        job = collect(finished(account, "musicBeat", {"beatFileName": "beats.json"}))
        assert len(result_of(job).markers) == 4


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_file_without_end_leaves_the_worker_s_memory_alone(account: Account, store: WireServer) -> None:
    def endless(peer: socket.socket, _request: bytes) -> None:
        peer.sendall(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            peer.sendall(b"100000\r\n" + b"[" * 0x100000 + b"\r\n")

    assert result_of(collect(finished(account, "musicBeat", PLAIN)))
    before = memory_mib("VmRSS")
    store.script = answer(200, b"x", {"Content-Length": str(1024**3)})
    assert result_of(collect(finished(account, "opens", {"names": ["huge"]}))).values == {
        "did": ["ValueError"]
    }
    store.script = endless
    assert result_of(collect(finished(account, "opens", {"names": ["huge"]}))).values == {
        "did": ["ValueError"]
    }
    job = finished(account, "eatsMemory", PLAIN)
    assert collect(job).state == State.COLLECTING
    assert memory_mib("VmRSS") - before < 60


def test_of_ten_thousand_files_only_some_are_asked_for(account: Account, store: WireServer) -> None:
    store.script = answer(200, b"[]")
    names = [f"{number}.json" for number in range(10_000)]
    job = collect(finished(account, "opens", {"names": names}))
    did = result_of(job).values["did"]
    assert (did.count("2"), did.count("ValueError")) == (
        result_files.MOST_OPENED,
        10_000 - result_files.MOST_OPENED,
    )
    assert len(store.requests) == result_files.MOST_OPENED
    store.requests.clear()
    result = result_of(collect(finished(account, "musicBeat", {"fileNames": names})))
    assert result.note
    assert len(store.requests) <= result_files.MOST_OPENED + result_files.MOST_CHECKED


def test_many_large_files_are_read_up_to_a_sum(
    account: Account, store: WireServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result_files, "MOST_BYTES", 2_500)
    store.script = answer(200, b"x" * 1000)
    job = collect(finished(account, "opens", {"names": ["a", "b", "c", "d"]}))
    assert result_of(job).values["did"] == ["1000", "1000", "ValueError", "ValueError"]


def done(account: Account, found: Any, **result: Any) -> Job:
    stored = Result(**result).to_json()
    return finished(account, "musicBeat", found, state=State.COMPLETED, lease_until=None, result=stored)


def test_reading_again_never_spoils_what_was_good(account: Account, store: WireServer) -> None:
    store.script = xml_error(503, "SlowDown", "slow")
    good = done(account, {"beatFileName": "beats.json"})
    before = good.result
    assert not collecting.read_again(good)
    good.refresh_from_db()
    assert good.result == before
    noted = done(account, {"beatFileName": "beats.json"}, note="file_missing")
    store.script = answer(200, b"[0.5, 1.0, 1.5, 2.0]")
    assert collecting.read_again(noted)
    assert len(result_of(noted).markers) == 4


def test_a_person_who_has_a_result_read_again_does_not_wait_long(
    account: Account, store: WireServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "PERSON_SECONDS", 0.3)
    store.script = drip(b"HTTP/1.1 200 X\r\nX: " + b"x" * 9_000)
    started = time.monotonic()
    assert not collecting.read_again(done(account, {"beatFileName": "beats.json"}))
    job = done(account, PLAIN)
    Job.objects.filter(pk=job.pk).update(capability="spins", raw_answer={"outputs": []})
    job.refresh_from_db()
    assert not collecting.read_again(job)
    assert time.monotonic() - started < 5
