"""One account whose gateway hangs keeps its share of the wire and leaves the rest to the others."""

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
