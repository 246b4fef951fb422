"""How questions share the wire: what hangs leaves room, and the next are taken before the last are out."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from jobs.engine import questions
from jobs.engine.claiming import Claim
from jobs.engine.questions import Askers
from jobs.engine.refreshing import Asked

AT_ONCE = 8


def claim(account: UUID) -> Claim:
    return Claim(uuid4(), account, "tmp-1", 1, 0, 0, "")


@dataclass
class Wire:
    """Stands for the network: calls of `hanging` never come back until `open`."""

    hanging: UUID
    open: asyncio.Event
    out: Counter[UUID]

    async def ask(self, claim: Claim, entry: Any, transport: Any) -> Asked:
        self.out[claim.account_id] += 1
        if claim.account_id == self.hanging:
            await self.open.wait()
        return Asked(claim=claim, entry=entry)


@pytest.mark.parametrize("first", ["hanging", "quick"])
def test_a_gateway_that_hangs_for_one_account_takes_half_of_the_wire(
    first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> tuple[list[Asked], Counter[UUID]]:
        wire = Wire(hanging=uuid4(), open=asyncio.Event(), out=Counter())
        quick, answered = uuid4(), []
        monkeypatch.setattr(questions.refreshing, "ask", wire.ask)
        askers = Askers(at_once=AT_ONCE, answered=answered.append)
        mixed = [(claim(wire.hanging), None)] * 20 + [(claim(quick), None)] * 20
        given: Any = mixed if first == "hanging" else mixed[::-1]
        tasks = [asyncio.create_task(each) for each in askers.put(given, None)]  # type: ignore[arg-type]
        while len(answered) < 20:
            await asyncio.sleep(0)
        seen, out = list(answered), Counter(wire.out)
        wire.open.set()
        await asyncio.gather(*tasks)
        assert len(answered) == 40
        assert all(asked.claim.account_id == quick for asked in seen)
        return seen, Counter({"hanging": out[wire.hanging], "quick": out[quick]})  # type: ignore[dict-item]

    _, out = asyncio.run(story())
    assert out == {"hanging": AT_ONCE // 2, "quick": 20}


@pytest.mark.parametrize("more_are_due", [True, False])
def test_more_are_asked_for_once_and_early_while_more_are_due(
    more_are_due: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> list[int]:
        wire = Wire(hanging=uuid4(), open=asyncio.Event(), out=Counter())
        answered: list[Asked] = []
        lows: list[int] = []
        monkeypatch.setattr(questions.refreshing, "ask", wire.ask)
        askers = Askers(
            at_once=AT_ONCE,
            answered=answered.append,
            runs_low=lambda: lows.append(20 - sum(wire.out.values())),
        )
        given: Any = [(claim(uuid4()), None)] * 20
        calls = askers.put(given, None, more_are_due=more_are_due)  # type: ignore[arg-type]
        await asyncio.gather(*calls)
        assert len(answered) == 20
        return lows

    # While half of the wire's worth still waits: what is out then is out long enough for a look.
    assert asyncio.run(story()) == ([AT_ONCE // 2] if more_are_due else [])
