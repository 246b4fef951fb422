"""The ledger as a judge: what it counts, how it is asked, and that it stays quick."""

import time
from collections.abc import Callable

import pytest

from sandbox.assembly import Sandbox
from sandbox.platform.call import Call
from tests.sandbox.client import Caller, Reply, registration, send
from tests.sandbox.conftest import bucket_of, caller_of
from tests.sandbox.doors import knock


def ledger(sandbox: Sandbox, query: str = "") -> list[dict]:
    return send("GET", f"{sandbox.gateway.url}/_ledger?{query}").json


def summary(sandbox: Sandbox) -> dict:
    return send("GET", f"{sandbox.gateway.url}/_ledger?summary=1").json


def refused(caller: Caller) -> Reply:
    stranger = Caller(caller.gateway, caller.source, {**caller.info, "apiGateSecretKey": "wrong"})
    return send("POST", caller.gateway + "/job", b'{"action": "GetJob"}', stranger.headers())


def test_every_call_with_a_good_signature_is_an_entry(start: Callable[..., Sandbox]) -> None:
    sandbox = start()
    caller = caller_of(sandbox)
    knock(sandbox, "faults", {"fault": "http", "status": 502, "action": "CreateJob"})
    with pytest.raises(AssertionError):
        caller.create(caller.job("song.mp3", customId="mine"))
    job_id = caller.create(caller.job("song.mp3", customId="mine"))
    knock(sandbox, "faults", {"fault": "refuse", "action": "GetJob"})
    caller.call("GetJob", getJobRequest={"id": job_id})
    caller.look(job_id)
    assert refused(caller).status == 401
    caller.call("CancelJob")
    found = [
        (each["kind"], each["performed"], each["answered"], each["custom_id"], each["job_id"])
        for each in ledger(sandbox)
    ]
    assert found == [
        ("register", True, "ok", "", ""),
        ("create_job_not_performed", False, "http_502", "mine", ""),
        ("create_job", True, "ok", "mine", job_id),
        ("get_job_not_performed", False, "refuse", "mine", job_id),
        ("get_job", True, "ok", "mine", job_id),
    ]


def test_a_registration_that_is_refused_is_an_entry_without_its_secrets(sandbox: Sandbox) -> None:
    body = registration(bucket_of(sandbox), userName="not/fit")
    send("POST", sandbox.gateway.url + "/register", str(body).replace("'", '"').encode())
    entry = ledger(sandbox, "kind=register_not_performed")[-1]
    assert (entry["answered"], entry["source"]) == ("refused", "100000000001_not/fit")
    assert bucket_of(sandbox).secret_key not in str(entry)


def test_it_can_be_asked_for_one_kind_and_for_what_is_new(sandbox: Sandbox, caller: Caller) -> None:
    job_id = caller.create(caller.job("song.mp3"))
    number = ledger(sandbox)[-1]["number"]
    for _ in range(3):
        caller.look(job_id)
    caller.create(caller.job("song.mp3"))
    assert [each["kind"] for each in ledger(sandbox, f"after={number}")] == ["get_job"] * 3 + ["create_job"]
    assert len(ledger(sandbox, f"after={number}&kind=get_job")) == 3
    assert {each["kind"] for each in ledger(sandbox, "kind=create_job")} == {"create_job"}
    assert ledger(sandbox, "kind=nothing") == []
    assert send("GET", sandbox.gateway.url + "/_ledger?after=x").status == 400


def test_a_summary_counts_and_names_custom_ids_of_several_jobs(start: Callable[..., Sandbox]) -> None:
    sandbox = start()
    caller = caller_of(sandbox)
    knock(sandbox, "faults", {"fault": "throttle", "action": "CreateJob", "custom_id": "b"})
    for name in ("a-1", "b-1", "a-1", "c-1", "", ""):
        caller_job = caller.job("song.mp3", customId=name)
        if name == "b-1":
            with pytest.raises(AssertionError):
                caller.create(caller_job)
        else:
            caller.create(caller_job)
    caller.call("GetJob", getJobRequest={"id": "nothing"})
    assert summary(sandbox) == {
        "kinds": {
            "register": 1,
            "create_job": 5,
            "create_job_not_performed": 1,
            "get_job_not_performed": 1,
        },
        "answered": {
            "register": {"ok": 1},
            "create_job": {"ok": 5},
            "create_job_not_performed": {"throttle": 1},
            "get_job_not_performed": {"refused": 1},
        },
        "twice": {"a-1": 2},
    }


def test_a_hundred_thousand_entries_are_counted_and_asked_quickly(start: Callable[..., Sandbox]) -> None:
    sandbox = start()
    book = sandbox.backend.ledger
    call = Call(action="GetJob", source="1_demo", body={"action": "GetJob"}, job_id="j", custom_id="c")
    with sandbox.backend.database.together():
        for _ in range(99_000):
            book.add(call, now=time.time(), answered="ok")
        for number in range(1000):
            job = Call(action="CreateJob", source="1_demo", body={}, custom_id=f"c{number}")
            book.add(job, now=time.time(), answered="ok")
    started = time.monotonic()
    assert summary(sandbox)["kinds"] == {"get_job": 99_000, "create_job": 1000}
    assert len(ledger(sandbox, "kind=create_job")) == 1000
    assert len(ledger(sandbox, "after=99990")) == 10
    assert time.monotonic() - started < 2
    assert len(ledger(sandbox)) == 100_000


def test_a_folder_of_an_earlier_version_keeps_its_ledger_and_jobs(start: Callable[..., Sandbox]) -> None:
    first = start()
    caller = caller_of(first)
    job_id = caller.create(caller.job("song.mp3"))
    caller.finish(job_id)
    run = first.backend.database.run
    for index in ("ledger_kind", "ledger_answered", "ledger_created", "ready_job"):
        run(f"drop index {index}")
    for table, columns in (
        ("ledger", ("performed", "answered")),
        ("job", ("ready", "outcome", "outcome_seconds", "outcome_message")),
    ):
        for column in columns:
            run(f"alter table {table} drop column {column}")
    first.stop()
    second = start()
    again = Caller(second.gateway.url, caller.source, caller.info)
    assert again.look(job_id)["state"] == 3
    assert {(each["performed"], each["answered"]) for each in ledger(second)} == {(True, "ok")}
    assert again.finish(again.create(again.job("song.mp3")))["state"] == 3
