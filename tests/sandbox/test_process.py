"""The helper that other tests order keys and mishaps with, against the real command."""

import os
import threading
from collections.abc import Iterator

import pytest
import requests

from tests.sandbox.client import Bucket, Caller, register, registration
from tests.sandbox_process import SandboxKey, SandboxProcess


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("process"), options=("--key-rights", "data")) as running:
        yield running


def opened(process: SandboxProcess, key: SandboxKey) -> Bucket:
    return Bucket(process.store, key.bucket, key.secret_id, key.secret_key)


def test_a_key_has_the_rights_asked_for_and_hides_its_secret(process: SandboxProcess) -> None:
    key = process.key()
    assert (key.bucket, key.region) == (process.bucket, process.region)
    assert key.secret_key not in repr(key)
    own = opened(process, key)
    assert own.ask("PUT", "song", body=b"x").status == 200
    assert own.ask("GET", params={"acl": ""}).status == 403
    assert opened(process, process.key("read")).ask("PUT", "song", body=b"x").status == 403
    assert opened(process, process.key("full")).ask("GET", params={"acl": ""}).status == 200
    statement = {"effect": "allow", "action": "name/cos:GetBucketACL", "resource": "*"}
    tight = opened(process, process.key(policy={"version": "2.0", "statement": [statement]}))
    assert (tight.ask("GET", params={"acl": ""}).status, tight.ask("GET").status) == (200, 403)


def test_a_key_can_be_forgotten(process: SandboxProcess) -> None:
    key = process.key()
    process.forget_key(key.secret_id)
    assert opened(process, key).ask("GET").code == "InvalidAccessKeyId"


def test_another_bucket_can_be_made_and_shared(process: SandboxProcess) -> None:
    own = opened(process, process.key("full", bucket="shared-1250000000"))
    own.ask("PUT", "song", body=b"x")
    assert requests.get(own.url("song"), timeout=10).status_code == 403
    process.share(own.name, "public-read")
    assert requests.get(own.url("song"), timeout=10).status_code == 200


def test_a_mishap_can_be_ordered(process: SandboxProcess) -> None:
    own = opened(process, process.key())
    process.fault("lost_reply", caller="100000000001_demo")
    with pytest.raises(requests.ConnectionError):
        requests.post(process.gateway + "/register", json=registration(own), timeout=10)
    assert register(process.gateway, own).info["demoCosPath"]


def test_a_wrong_order_is_told(process: SandboxProcess) -> None:
    with pytest.raises(RuntimeError, match="fault is one of"):
        process.fault("fire")
    with pytest.raises(RuntimeError, match="either rights or policy|version"):
        process.key(policy={})


def test_the_printed_key_has_the_rights_of_the_command_line(process: SandboxProcess) -> None:
    own = Bucket(process.store, process.bucket, process.secret_id, process.secret_key)
    assert own.ask("PUT", "song", body=b"x").status == 200
    assert own.ask("GET", params={"location": ""}).status == 403


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("quick"), ears="quick", seed=7) as running:
        yield running


def caller_of(process: SandboxProcess) -> Caller:
    own = Bucket(process.store, process.bucket, process.secret_id, process.secret_key)
    return register(process.gateway, own)


def test_its_id_is_that_of_the_process(quick: SandboxProcess) -> None:
    os.kill(quick.pid, 0)
    with pytest.raises(RuntimeError, match="does not run"):
        _ = SandboxProcess(quick.data_dir).pid


def test_a_call_is_held_and_let_go(quick: SandboxProcess) -> None:
    caller = caller_of(quick)
    quick.hold("CreateJob", "after", "gate", custom_id="held")
    with pytest.raises(RuntimeError, match="0 of 1 calls wait at gate"):
        quick.wait_at("gate", seconds=0.1)
    made: list[str] = []
    request = caller.job("x.mp3", customId="held")
    thread = threading.Thread(target=lambda: made.append(caller.create(request)))
    thread.start()
    assert quick.wait_at("gate") == 1
    assert (made, quick.ledger("create_job")[-1]["answered"]) == ([], "hold")
    quick.open("gate")
    thread.join(10)
    assert caller.finish(made[0])["state"] == 3
    quick.clear()


def test_trouble_is_ordered_and_cleared(quick: SandboxProcess) -> None:
    caller = caller_of(quick)
    number = quick.ledger()[-1]["number"]
    quick.fault("throttle", "CreateJob", retry_after=2, share=1.0, times=1_000_000)
    quick.outcome("fail", message="no")
    quick.store_fault("http", "GetObject", status=503, times=9)
    quick.skew(3600)
    with pytest.raises(AssertionError):
        caller.create(caller.job("x.mp3"))
    quick.clear()
    assert caller.finish(caller.create(caller.job("x.mp3")))["state"] == 3
    quick.limit(1)
    quick.limit(0)
    assert [each["answered"] for each in quick.ledger("create_job_not_performed", number)] == ["throttle"]
    assert quick.summary()["answered"]["create_job_not_performed"] == {"throttle": 1}


def test_rights_can_be_withdrawn(process: SandboxProcess) -> None:
    key = process.key("full")
    process.change_rights(key.secret_id, "none")
    assert opened(process, key).ask("GET").code == "AccessDenied"
