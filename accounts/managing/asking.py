"""Work on an account that a page asks a worker for: done once, and seen while it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils import timezone

from accounts.models import Account

# Seconds that a worker may take to come, and then to go on from one step to the next.
PICK_UP_SECONDS = 15
STEP_SECONDS = 90


class Phase(StrEnum):
    """How far an asking is; UNANSWERED: no worker came. STALLED: one did and then fell silent."""

    IDLE = "idle"
    WAITING = "waiting"
    WORKING = "working"
    UNANSWERED = "unanswered"
    STALLED = "stalled"

    @property
    def is_live(self) -> bool:
        """Whether there is something to watch, and no reason to ask again."""
        return self in (Phase.WAITING, Phase.WORKING)


def phase_of(asked_at: datetime | None, *, done_at: datetime | None, moved_at: datetime | None) -> Phase:
    """`moved_at` is the last sign of life of whoever took this asking up, None before anybody has."""
    if asked_at is None or (done_at is not None and done_at >= asked_at):
        return Phase.IDLE
    silent = timezone.now() - (moved_at or asked_at)
    if moved_at is None:
        return Phase.WAITING if silent < timedelta(seconds=PICK_UP_SECONDS) else Phase.UNANSWERED
    return Phase.WORKING if silent < timedelta(seconds=STEP_SECONDS) else Phase.STALLED


@dataclass(frozen=True, kw_only=True)
class Asking:
    """One kind of work, by the names of its two columns of Account: when it was asked for, when it was done.

    The first is the fence as well: whoever takes the work up moves it on by a moment, so that a message that
    is delivered twice finds nothing to do, and whoever was overtaken writes nothing any more.
    """

    asked: str
    done: str

    def ask(self, account: Account) -> datetime | None:
        """Write down that it is wanted; None when somebody else was quicker."""
        before = getattr(account, self.asked)
        return self._moved(account.pk, before=before, after=timezone.now())

    def take(self, account_id: str, asked_at: datetime) -> datetime | None:
        """Take up what was asked at that moment; the fence, or None when it is taken, overtaken or gone."""
        later = max(timezone.now(), asked_at + timedelta(microseconds=1))
        return self._moved(account_id, before=asked_at, after=later)

    def keep(self, account_id: Any, fence: datetime, **columns: Any) -> bool:
        """Write what came so far; says whether the account is still there and nobody has overtaken us."""
        return Account.objects.filter(pk=account_id, **{self.asked: fence}).update(**columns) == 1

    def finish(self, account_id: Any, fence: datetime, **columns: Any) -> bool:
        """Write what came, and that this was all."""
        done = {self.done: max(timezone.now(), fence)}
        return self.keep(account_id, fence, **done, **columns)

    def _moved(self, account_id: Any, *, before: datetime | None, after: datetime) -> datetime | None:
        rows = Account.objects.filter(pk=account_id, **{self.asked: before})
        return after if rows.update(**{self.asked: after}) == 1 else None
