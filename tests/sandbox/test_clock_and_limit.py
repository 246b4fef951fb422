"""A clock that is wrong, and a gateway that takes only so many calls a second."""

import threading
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate, parsedate_to_datetime

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.client import Caller, Reply, send
from tests.sandbox.conftest import bucket_of, caller_of
from tests.sandbox.doors import knock

DAY = 86_400


@pytest.fixture(autouse=True)
def _clear(sandbox: Sandbox) -> Iterator[None]:
    yield
    knock(sandbox, "clear", {})


def told(reply: Reply) -> float:
    """How far the answer's Date is ahead of ours."""
    return parsedate_to_datetime(reply.headers["date"]).timestamp() - time.time()


def looked(caller: Caller) -> Reply:
    return send("POST", caller.gateway + "/job", b'{"action": "GetJob"}', caller.headers())


@pytest.mark.parametrize("skew", [1200, -1200, DAY, -DAY])
def test_a_wrong_clock_is_told_by_both_doors(sandbox: Sandbox, caller: Caller, skew: int) -> None:
    assert knock(sandbox, "clock", {"skew_s": skew}).status == 200
    assert abs(told(looked(caller)) - skew) < 5
    assert abs(told(send("GET", sandbox.store.url + "/nothing")) - skew) < 5
    assert f"<dd>{skew:+d} s</dd>" in send("GET", sandbox.gateway.url).body.decode()


def test_signatures_go_by_the_wrong_clock(sandbox: Sandbox, caller: Caller) -> None:
    own = bucket_of(sandbox)
    knock(sandbox, "clock", {"skew_s": DAY})
    assert own.ask("GET").code == "AccessDenied"
    knock(sandbox, "clock", {"skew_s": -DAY})
    assert own.ask("GET").code == "RequestTimeTooSkewed"
    knock(sandbox, "clear", {})
    assert own.ask("GET").status == 200


def test_x_date_is_compared_with_the_wrong_clock(start: Callable[..., Sandbox]) -> None:
    sandbox = start(skew=1200)
    caller = caller_of_skewed(sandbox)
    headers = caller.headers()
    assert send("POST", caller.gateway + "/job", b"{}", headers).status == 200
    now = {**headers, "X-Date": formatdate(usegmt=True)}
    reply = send("POST", caller.gateway + "/job", b"{}", now)
    assert (reply.status, "out of date" in reply.json["message"]) == (401, True)
    then = {**headers, "X-Date": formatdate(time.time() + 1200, usegmt=True)}
    assert send("POST", caller.gateway + "/job", b"{}", then).status == 200


def caller_of_skewed(sandbox: Sandbox) -> Caller:
    """An account that was made while the clock was right."""
    sandbox.trouble.clock.skew, skew = 0, sandbox.trouble.clock.skew
    caller = caller_of(sandbox)
    sandbox.trouble.clock.skew = skew
    return caller


def test_a_caller_gets_so_many_calls_a_second_and_is_told_when_to_come_again(
    sandbox: Sandbox, caller: Caller
) -> None:
    assert looked(caller).headers["x-service-ratelimit"] == "5000/5000"
    assert knock(sandbox, "limit", {"calls_per_second": 0.5}).status == 200
    first, second = looked(caller), looked(caller)
    assert (first.status, first.headers["x-service-ratelimit"]) == (200, "0/0.5")
    assert (second.status, second.json) == (429, {"message": "API rate limit exceeded"})
    assert second.headers["retry-after"] == "2"
    assert second.headers["x-service-ratelimit"] == "0/0.5"
    last = send("GET", sandbox.gateway.url + "/_ledger").json[-1]
    assert (last["kind"], last["answered"]) == ("get_job_not_performed", "limit")
    knock(sandbox, "limit", {"calls_per_second": 0})
    assert looked(caller).headers["x-service-ratelimit"] == "5000/5000"


def test_tokens_come_back_with_time_and_every_caller_has_its_own(sandbox: Sandbox, caller: Caller) -> None:
    knock(sandbox, "limit", {"calls_per_second": 5})
    statuses = [looked(caller).status for _ in range(7)]
    assert statuses[:5] == [200] * 5
    assert statuses[6] == 429
    other = Caller(caller.gateway, "7_other", caller.info)
    assert looked(other).status == 200
    deadline = time.monotonic() + 5
    while looked(caller).status == 429:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_calls_at_once_get_no_more_than_the_limit(sandbox: Sandbox, caller: Caller) -> None:
    knock(sandbox, "limit", {"calls_per_second": 10})
    statuses: list[int] = []
    started = time.monotonic()
    calls = [threading.Thread(target=lambda: statuses.append(looked(caller).status)) for _ in range(30)]
    for call in calls:
        call.start()
    for call in calls:
        call.join(20)
    assert 10 <= statuses.count(200) <= 11 + 10 * (time.monotonic() - started)
