"""Which questions to take now, and how many of one account are put at once: none starves another."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.log_context import about
from jobs.engine import claiming, pacing, refreshing
from jobs.engine.claiming import Claim
from jobs.engine.refreshing import Asked
from jobs.engine.roster import Entry, Roster
from tencent.errors import Unanswered
from tencent.streaming import Streaming

log = logging.getLogger(__name__)

Question = tuple[Claim, Entry]
# So many times what fits on the wire may be taken: a look costs as much as a dozen questions.
AHEAD = 4
# Between two probes of an endpoint that does not answer.
PROBE_SECONDS = settings.PROBE_SECONDS


class Questions:
    """Takes due questions, in the engine's database thread; `began` and `ended` are told by its loop."""

    def __init__(self, *, at_once: int, roster: Roster) -> None:
        self._at_once = at_once
        self._roster = roster
        self._out: Counter[UUID] = Counter()
        self._asked: set[UUID] = set()
        # Endpoints that do not answer, and that questions probe.
        self.probed: set[str] = set()
        # Whether more were due at the last look than could be taken.
        self.leaves_some = False

    def began(self, questions: list[Question]) -> None:
        """These are on their way, or wait in this process for it."""
        self._out.update(claim.account_id for claim, _ in questions)
        self._asked.update(claim.job_id for claim, _ in questions)

    def ended(self, claim: Claim) -> None:
        """One came back."""
        self._out[claim.account_id] -= 1
        self._asked.discard(claim.job_id)

    def begin_anew(self) -> None:
        """None is on its way any more, nor will be."""
        self._out.clear()
        self._asked.clear()

    def take(self) -> list[Question]:
        """Claim what is due, in the caller's transaction: more than fit on the wire, so that it never waits
        for the database."""
        taken: list[Question] = []
        paced: dict[UUID, float] = {}
        silent: dict[str, list[Entry]] = {}
        for key, entry in self._roster.look().items():
            if not entry.live or entry.account.paused_because:
                continue
            if self._roster.breaker(entry.account).is_open:
                if entry.gateway:
                    silent.setdefault(entry.account.endpoint, []).append(entry)
            elif self._room(key) <= 0:
                continue
            elif entry.caps.per_second:
                taken += self._capped(entry)
            else:
                paced[key] = entry.interval
        self.probed = set(silent)
        for entries in silent.values():
            taken += self._probe(entries)
        room = self._room(*paced)
        claims = claiming.claim(paced, most=room)
        self.leaves_some = len(claims) == room > 0
        return taken + self._new(claims)

    def _room(self, *accounts: UUID) -> int:
        return AHEAD * self._at_once - sum(self._out[key] for key in accounts)

    def _capped(self, entry: Entry) -> list[Question]:
        """Under a cap no more is taken than may leave now: allowance first, then questions."""
        key = entry.account.pk
        due = min(claiming.count_due(key), self._room(key))
        if due <= 0:
            return []
        granted = pacing.grant(entry.account, due)
        return self._new(claiming.claim({key: entry.interval}, most=granted))

    def _probe(self, entries: list[Entry]) -> list[Question]:
        """Of all accounts at a silent endpoint one is asked about one job: the longest due."""
        if not self._roster.breaker(entries[0].account).may_probe(PROBE_SECONDS):
            return []
        pace = {entry.account.pk: PROBE_SECONDS for entry in entries}
        return self._with_entries(claiming.claim(pace, most=1, early=True))

    def _new(self, claims: list[Claim]) -> list[Question]:
        """Without jobs whose last question is still out: a slow gateway is not asked the same twice."""
        return self._with_entries([claim for claim in claims if claim.job_id not in self._asked])

    def _with_entries(self, claims: list[Claim]) -> list[Question]:
        entries = ((claim, self._roster.entry(claim.account_id)) for claim in claims)
        return [(claim, entry) for claim, entry in entries if entry is not None]


class Askers:
    """Puts questions, in the engine's loop: one asker after the other takes the next of its account.

    Where several accounts are at work, one has at most half of the connections: a gateway that hangs for one
    caller holds up only that caller. `runs_low` is called when few are left though more are due.
    """

    def __init__(
        self,
        *,
        at_once: int,
        answered: Callable[[Asked], None],
        runs_low: Callable[[], None] = lambda: None,
    ) -> None:
        self._at_once = at_once
        self._answered = answered
        self._runs_low = runs_low
        self._more_are_due = False
        self._number = 0
        self._waiting: dict[UUID, deque[Question]] = {}
        self._askers: Counter[UUID] = Counter()

    def put(
        self, questions: list[Question], transport: Streaming, *, more_are_due: bool = False
    ) -> list[Coroutine[Any, Any, None]]:
        """Take these on; what it returns is to be run."""
        self._more_are_due = more_are_due
        self._number += len(questions)
        for claim, entry in questions:
            self._waiting.setdefault(claim.account_id, deque()).append((claim, entry))
        share = self._at_once if len(self._waiting) < 2 else self._at_once // 2
        begun: list[Coroutine[Any, Any, None]] = []
        for key, waiting in self._waiting.items():
            more = min(len(waiting), share - self._askers[key])
            self._askers[key] += max(0, more)
            begun += [self._ask(key, transport) for _ in range(more)]
        return begun

    async def _ask(self, key: UUID, transport: Streaming) -> None:
        try:
            while waiting := self._waiting.get(key):
                claim, entry = waiting.popleft()
                self._number -= 1
                if self._more_are_due and self._number < self._at_once // 2:
                    # The next turn shall be over just when these are out.
                    self._more_are_due = False
                    self._runs_low()
                self._answered(await _answer_to(claim, entry, transport))
        finally:
            self._askers[key] -= 1
            if not self._askers[key]:
                self._waiting.pop(key, None)


async def _answer_to(claim: Claim, entry: Entry, transport: Streaming) -> Asked:
    """What came back, be it a fault of our own: nothing that was taken gets lost."""
    with about(job_id=claim.job_id, account_id=claim.account_id):
        try:
            return await refreshing.ask(claim, entry, transport)
        except Exception:
            log.exception("The question about job %s went wrong", claim.job_id)
        return Asked(claim=claim, entry=entry, error=Unanswered(cause="reset"))
