"""Calls that are held until a test lets them go."""

import threading
import time
from collections.abc import Callable

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.client import Caller, send
from tests.sandbox.conftest import caller_of
from tests.sandbox.doors import knock
from tests.sandbox.reading import rows_of


@pytest.fixture(autouse=True)
def _let_go(sandbox: Sandbox):
    yield
    knock(sandbox, "clear", {})


def hold(sandbox: Sandbox, at: str, **more: object) -> None:
    order = {"fault": "hold", "action": "CreateJob", "barrier": "gate", "at": at, **more}
    assert knock(sandbox, "faults", order).status == 200


def wait(sandbox: Sandbox, count: int = 1, seconds: float = 10) -> dict:
    return knock(sandbox, "barriers/wait", {"name": "gate", "count": count, "seconds": seconds}).json


def created(caller: Caller, custom_id: str, answers: list[dict]) -> threading.Thread:
    """A CreateJob in the background."""

    def call() -> None:
        request = caller.job("song.mp3", customId=custom_id)
        answers.append(caller.call("CreateJob", createJobRequest=request))

    thread = threading.Thread(target=call)
    thread.start()
    return thread


def kinds(caller: Caller, custom_id: str) -> list[tuple[str, str]]:
    entries = send("GET", caller.gateway + "/_ledger").json
    return [(each["kind"], each["answered"]) for each in entries if each["custom_id"] == custom_id]


@pytest.mark.parametrize(("at", "performed"), [("before", []), ("after", [("create_job", "hold")])])
def test_a_call_is_held_before_or_after_it_is_performed(
    sandbox: Sandbox, caller: Caller, at: str, performed: list
) -> None:
    hold(sandbox, at)
    answers: list[dict] = []
    thread = created(caller, at, answers)
    assert wait(sandbox) == {"waiting": 1}
    assert (answers, kinds(caller, at)) == ([], performed)
    assert knock(sandbox, "barriers/open", {"name": "gate"}).status == 200
    thread.join(10)
    assert answers[0]["createJobResponse"]["job"]["customId"] == at
    assert kinds(caller, at) == [("create_job", "hold")]


def test_several_calls_gather_at_a_barrier(sandbox: Sandbox, caller: Caller) -> None:
    hold(sandbox, "before", times=3)
    answers: list[dict] = []
    threads = [created(caller, f"many-{number}", answers) for number in range(3)]
    assert wait(sandbox, count=3) == {"waiting": 3}
    assert rows_of(sandbox.gateway.url, "trouble")[-1] == ["Barrier", "gate", "", "", "3 held, closed"]
    knock(sandbox, "barriers/open", {"name": "gate"})
    for thread in threads:
        thread.join(10)
    assert len(answers) == 3


def test_waiting_ends_with_words_when_nobody_comes(sandbox: Sandbox) -> None:
    started = time.monotonic()
    reply = knock(sandbox, "barriers/wait", {"name": "gate", "count": 2, "seconds": 0.3})
    assert (reply.status, reply.json) == (408, {"message": "0 of 2 calls wait at gate after 0.3 s"})
    assert 0.2 < time.monotonic() - started < 5


def test_an_open_barrier_lets_later_calls_pass(sandbox: Sandbox, caller: Caller) -> None:
    knock(sandbox, "barriers/open", {"name": "gate"})
    hold(sandbox, "before", times=2)
    assert caller.create(caller.job("song.mp3"))
    assert caller.create(caller.job("song.mp3"))


def test_clearing_opens_what_is_held_and_forgets_what_was_ordered(sandbox: Sandbox, caller: Caller) -> None:
    hold(sandbox, "before", times=9)
    answers: list[dict] = []
    thread = created(caller, "cleared", answers)
    wait(sandbox)
    assert knock(sandbox, "clear", {}).status == 200
    thread.join(10)
    assert "createJobResponse" in answers[0]
    assert caller.create(caller.job("song.mp3"))
    hold(sandbox, "before")
    thread = created(caller, "held again", answers)
    assert wait(sandbox) == {"waiting": 1}
    knock(sandbox, "clear", {})
    thread.join(10)


def test_stopping_ends_a_call_that_is_held(start: Callable[..., Sandbox]) -> None:
    own = start()
    caller = caller_of(own)
    hold(own, "before")
    ended: list[str] = []

    def call() -> None:
        try:
            caller.create(caller.job("song.mp3"))
        except OSError as error:
            ended.append(type(error).__name__)

    thread = threading.Thread(target=call)
    thread.start()
    wait(own)
    own.stop()
    thread.join(10)
    assert ended == ["RemoteDisconnected"]
