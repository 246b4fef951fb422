"""The `Sandbox` of other people's tests: a context manager in their process, with everything at hand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.assembly import BusyError, Sandbox
from sandbox.platform.refusing import RefusedError
from sandbox.store.rights import PolicyError
from tests.sandbox.client import Bucket, Caller, send
from tests.sandbox.conftest import bucket_of


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(tmp_path, buckets=2, ears="quick") as sandbox:
        yield sandbox


def caller_of(sandbox: Sandbox, user_name: str = "demo", bucket: int = 0) -> Caller:
    account = sandbox.register(user_name, bucket=bucket)
    info = {
        "tmpContentId": account.content_id,
        "tmpSecretId": account.tmp_id,
        "tmpSecretKey": account.tmp_key,
        "apiGateSecretId": account.gate_id,
        "apiGateSecretKey": account.gate_key,
    }
    return Caller(sandbox.gateway.url, account.caller, info)


def test_an_account_is_there_at_once_and_works(own: Sandbox) -> None:
    callers = [caller_of(own, name, bucket) for bucket, name in enumerate(("one", "two"))]
    for caller in callers:
        assert caller.finish(caller.create(caller.job("song.mp3")))["state"] == 3
    kinds = [entry["kind"] for entry in own.ledger]
    assert (kinds[:2], kinds.count("create_job")) == (["register", "register"], 2)
    assert bucket_of(own, 1).ask("HEAD", "100000000001_demo/run_musicBeat.py").status == 200


def test_trouble_is_ordered_by_methods_and_cleared(own: Sandbox) -> None:
    caller = caller_of(own)
    own.fault("http", status=503, action="CreateJob", times=9)
    own.store_fault("http", status=500, times=9)
    own.outcome("fail", message="no", times=9)
    with pytest.raises(AssertionError, match="503"):
        caller.create(caller.job("song.mp3"))
    assert bucket_of(own).ask("GET").status == 500
    own.clear()
    own.limit(0.01, caller.source)
    assert "errorResponse" in caller.call("GetJob", getJobRequest={"id": "x"})
    with pytest.raises(AssertionError, match="429"):
        caller.call("GetJob", getJobRequest={"id": "x"})
    own.clear()
    assert bucket_of(own).ask("GET").status == 200
    assert caller.finish(caller.create(caller.job("song.mp3")))["state"] == 3


def test_a_wrong_order_raises_with_a_sentence(own: Sandbox) -> None:
    with pytest.raises(RefusedError, match="fault is one of"):
        own.fault("fire")
    with pytest.raises(RefusedError, match="need seconds"):
        own.outcome("late")
    with pytest.raises(RefusedError, match="http needs status"):
        own.store_fault("http")
    with pytest.raises(PolicyError, match="rights are one of"):
        own.key("everything")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"pace": "fast"}, "pace is one of instant, looks, clock, not fast"),
        ({"ears": "deaf"}, "ears is one of listen, quick, not deaf"),
        ({"buckets": 0}, "at least one bucket"),
        ({"dialect": "tone=rude"}, "there is no switch tone"),
    ],
)
def test_words_that_cannot_be_raise_with_a_sentence(
    words: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=sentence):
        Sandbox(tmp_path / "new", **words)
    assert not (tmp_path / "new").exists()


def test_a_dialect_is_given_in_words_too(tmp_path: Path) -> None:
    with Sandbox(tmp_path, ears="quick", dialect="refusal-status=table-b") as sandbox:
        assert sandbox.backend.dialect["refusal-status"] == "table-b"


def test_keys_are_made_and_changed(own: Sandbox) -> None:
    made = own.key("read", bucket=1)
    key = Bucket(own.store.url, made.bucket, made.secret_id, made.secret_key)
    assert (made.bucket, key.ask("GET").status, key.ask("PUT", "x").status) == (
        "sandbox2-1250000000",
        200,
        403,
    )
    own.change_rights(made.secret_id, "data")
    assert key.ask("PUT", "x", body=b"x").status == 200
    with pytest.raises(KeyError):
        own.change_rights("AKIDnobody", "data")


def test_without_a_folder_it_keeps_nothing() -> None:
    with Sandbox() as sandbox:
        folder = sandbox.data
        assert send("GET", sandbox.gateway.url).status == 200
        assert folder.is_dir()
    assert not folder.exists()


def test_two_of_them_live_in_one_process_but_not_in_one_folder(own: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(BusyError, match="another sandbox works in"):
        Sandbox(tmp_path)
    with Sandbox(tmp_path / "other") as second:
        assert second.gateway.url != own.gateway.url
        second.register("demo")
        assert own.backend.accounts.all() == []


def test_a_test_that_fails_leaves_no_sandbox_behind(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Sandbox(tmp_path) as sandbox:
        raise ZeroDivisionError
    with pytest.raises(OSError):
        send("GET", sandbox.gateway.url)
    with Sandbox(tmp_path) as again:
        assert send("GET", again.gateway.url).status == 200


def test_a_port_that_is_taken_frees_the_folder(own: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(OSError):
        Sandbox(tmp_path / "new", port=own.gateway.server_port)
    with Sandbox(tmp_path / "new") as sandbox:
        assert send("GET", sandbox.gateway.url).status == 200
