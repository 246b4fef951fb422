"""What one question to TMP brings is told apart: news, nothing new, a plea to slow down, no answer."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import replace
from uuid import uuid4

import pytest

from accounts.clients import gateway_for
from accounts.models import Account
from jobs.engine.claiming import Claim
from jobs.engine.pacing import caps_of
from jobs.engine.refreshing import Asked, ask, settle
from jobs.engine.roster import Entry
from jobs.models import Job, Refresh
from tencent.errors import Unanswered, Unreachable
from tencent.streaming import Streaming
from tencent.transports import Answer
from tests.factories import make_job
from tests.jobs.raw_gateway import RawGateway, http, told

CLAIM = Claim(uuid4(), uuid4(), "tmp-1", 1, 0, 0, "")


@pytest.fixture
def entry(account: Account) -> Entry:
    return Entry(account=account, gateway=gateway_for(account), caps=caps_of(account, None))


def put(entry: Entry, claim: Claim = CLAIM) -> Asked:
    """One question over the wire."""

    async def put_it() -> Asked:
        async with Streaming(at_once=1) as transport:
            return await ask(claim, entry, transport)

    return asyncio.run(put_it())


def test_the_same_bytes_again_have_the_same_mark_and_others_another(
    gateway: RawGateway, entry: Entry
) -> None:
    gateway.answers["GetJob"] = [told(1), told(1), told(2)]
    first, second, third = (put(entry) for _ in range(3))
    assert re.fullmatch("[0-9a-f]{16}", first.mark)
    assert first.mark == second.mark != third.mark
    assert first.is_answered and not first.is_throttled
    assert first.error is None and first.call is not None and first.started_at is not None


def test_only_a_whole_answer_has_a_mark(gateway: RawGateway, entry: Entry) -> None:
    gateway.answers["GetJob"] = [http(201, {"a": 1}), http(429, {}), http(500, {}), b""]
    assert [put(entry).mark for _ in range(4)] == [""] * 4


@pytest.mark.parametrize(
    ("state", "answered", "throttled"),
    [(200, True, False), (404, True, False), (429, True, True), (499, True, False), (500, False, False)],
)
def test_an_endpoint_is_at_work_whatever_it_says_below_500(
    gateway: RawGateway, entry: Entry, state: int, answered: bool, throttled: bool
) -> None:
    gateway.answers["GetJob"] = [http(state, {})]
    asked = put(entry)
    assert (asked.is_answered, asked.is_throttled) == (answered, throttled)


def test_silence_is_no_answer_and_its_length_is_told(gateway: RawGateway, entry: Entry) -> None:
    gateway.answers["GetJob"] = [b""]
    began = time.monotonic()
    asked = put(entry)
    assert isinstance(asked.error, Unanswered)
    assert not asked.is_answered and not asked.is_throttled
    assert 0 < asked.seconds <= time.monotonic() - began


def test_where_keys_do_not_open_nothing_is_asked_and_the_cause_is_told(
    gateway: RawGateway, entry: Entry
) -> None:
    asked = put(replace(entry, gateway=None))
    assert isinstance(asked.error, Unreachable) and asked.error.cause == "no_gateway"
    assert asked.call is None and gateway.asked == {}
    assert not asked.is_answered


@pytest.mark.parametrize(
    ("before", "unanswered", "refused", "mark", "is_nothing_new"),
    [
        ("a", 0, 0, "a", True),
        ("a", 0, 0, "b", False),
        ("a", 1, 0, "a", False),
        ("a", 0, 1, "a", False),
        ("", 0, 0, "", False),
        ("a", 0, 0, "", False),
    ],
)
def test_nothing_new_is_the_same_answer_after_the_same_answer(
    entry: Entry, before: str, unanswered: int, refused: int, mark: str, is_nothing_new: bool
) -> None:
    claim = replace(CLAIM, mark=before, unanswered=unanswered, refused=refused)
    assert Asked(claim=claim, entry=entry, mark=mark).says_nothing_new is is_nothing_new


def test_a_bundle_is_written_to_its_own_jobs_only(gateway: RawGateway, entry: Entry) -> None:
    account = entry.account
    mine, other, ended = (
        make_job(account, state=state, tmp_id=f"tmp-{number}")
        for number, state in enumerate((Job.State.SUBMITTED, Job.State.SUBMITTED, Job.State.CANCELED))
    )
    assert entry.gateway is not None
    answer = Answer(http_state=200, headers={}, body=told(2, job_id="tmp-0").partition(b"\r\n\r\n")[2])
    asked = replace(put_of(entry, mine), answer=answer, mark="new")
    late = replace(put_of(entry, ended), answer=answer, mark="new")
    assert settle([asked, late]) == []
    states = dict(Job.objects.values_list("pk", "state"))
    assert states == {mine.pk: "PROCESSING", other.pk: "SUBMITTED", ended.pk: "CANCELED"}
    assert dict(Refresh.objects.values_list("pk", "mark")) == {mine.pk: "new", other.pk: ""}


def put_of(entry: Entry, job: Job) -> Asked:
    """A question about `job` that is out."""
    claim = Claim(job.pk, job.account_id, job.tmp_id, 1, 0, 0, "")
    assert entry.gateway is not None
    asked = Asked(claim=claim, entry=entry, call=entry.gateway.job_question(job.tmp_id))
    return replace(asked, started_at=job.created_at, seconds=0.1)
