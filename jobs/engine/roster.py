"""The accounts in whose name there is something to do, as a worker keeps them in memory."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from accounts import clients
from accounts.encryption import CannotOpen
from accounts.models import Account
from jobs.engine import claiming
from jobs.engine.pacing import Breaker, Caps, caps_of
from jobs.engine.timing import poll_interval
from jobs.models import Job, Limits
from tencent.errors import Unreachable
from tencent.gateway import Gateway

REFRESH_SECONDS = 2.0


@dataclass(kw_only=True)
class Entry:
    """One account: its open gateway (None where there is none), its caps, and how many jobs TMP has of it."""

    account: Account
    gateway: Gateway | None
    caps: Caps
    live: int = 0

    @property
    def interval(self) -> float:
        """Seconds between two questions about a job: the account's own, stretched until the cap holds."""
        fixed = poll_interval(self.account)
        return max(fixed, self.live / self.caps.per_second) if self.caps.per_second else fixed

    @property
    def calls_per_second(self) -> float:
        """How often it is called, or may be."""
        return self.caps.per_second or self.live / self.interval


class Roster:
    """Entries by account, read anew every REFRESH_SECONDS, and one breaker for each endpoint."""

    def __init__(self) -> None:
        self._entries: dict[UUID, Entry] = {}
        self._breakers: dict[str, Breaker] = {}
        self._read_at = float("-inf")

    def forget(self) -> None:
        """Read anew at the next look."""
        self._read_at = float("-inf")

    def look(self) -> dict[UUID, Entry]:
        """All entries; asks the database when they are old."""
        if time.monotonic() - self._read_at >= REFRESH_SECONDS:
            self._read()
            self._read_at = time.monotonic()
        return self._entries

    @property
    def shortest_interval(self) -> float:
        """Seconds between two questions about one job, of the account where they are shortest: infinite while
        TMP has no job, and 0 where an account has a cap, which is used up in small steps."""
        live = [entry for entry in self._entries.values() if entry.live]
        if any(entry.caps.per_second for entry in live):
            return 0.0
        return min((entry.interval for entry in live), default=float("inf"))

    def entry(self, account_id: UUID) -> Entry | None:
        """The entry of one account, whether or not it was listed so far."""
        if account_id not in self._entries:
            self._add([account_id], {})
        return self._entries.get(account_id)

    def breaker(self, account: Account) -> Breaker:
        """Of the account's endpoint: accounts of one service suffer together."""
        return self._breakers.setdefault(account.endpoint, Breaker())

    def _read(self) -> None:
        live = claiming.live_accounts()
        queued = Job.objects.filter(state=Job.State.QUEUED).order_by().values_list("account", flat=True)
        known, self._entries = self._entries, {}
        self._add({*live, *queued.distinct()}, live)
        for key, entry in self._entries.items():
            old, new = known[key].gateway if key in known else None, entry.gateway
            # An open gateway keeps the signature of this second; an account's keys never change.
            if old is not None and new is not None and _are_alike(old, new):
                entry.gateway = old

    def _add(self, keys: Iterable[UUID], live: dict[UUID, int]) -> None:
        keys = list(keys)
        if not keys:
            return
        limits = {row.pk: row for row in Limits.objects.current().filter(pk__in=keys)}
        for account in Account.objects.filter(pk__in=keys):
            self._entries[account.pk] = Entry(
                account=account,
                gateway=_gateway(account),
                caps=caps_of(account, limits.get(account.pk)),
                live=live.get(account.pk, 0),
            )


def _are_alike(old: Gateway, new: Gateway) -> bool:
    return (old.endpoint, old.date_header) == (new.endpoint, new.date_header)


def _gateway(account: Account) -> Gateway | None:
    try:
        return clients.gateway_for(account)
    except (Unreachable, CannotOpen, ValueError):
        return None
