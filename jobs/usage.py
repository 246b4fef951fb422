"""What was sent, by day, account, person and capability: chart, tables and CSV are sums of the same rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from jobs.costs import money_of
from jobs.models import Price, Usage

_COLUMNS = (
    *("day", "account_id", "account__name", "user_id", "user__username", "capability"),
    *("calls", "songs", "seconds", "unmeasured"),
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One capability that one person used in one account on one day.

    `calls` are CreateJobs that TMP may have accepted, `songs` those it did, `seconds` the known length of
    these, `unmeasured` how many of them have none. `money` is at today's price; None without one, and by the
    minute also while a length is unknown.
    """

    day: date
    account_id: Any
    account: str
    person_id: int
    person: str
    capability: str
    calls: int
    songs: int
    seconds: float
    unmeasured: int
    money: Decimal | None
    currency: str

    @property
    def perhaps(self) -> int:
        """Calls of which nobody knows yet, or ever, whether TMP accepted them."""
        return self.calls - self.songs


@dataclass(kw_only=True)
class Sum:
    """Rows together; `money` by currency, and whether some is left out since a song's length is unknown
    (`money_is_more`)."""

    calls: int = 0
    songs: int = 0
    seconds: float = 0.0
    unmeasured: int = 0
    money: dict[str, Decimal] = field(default_factory=dict)
    money_is_more: bool = False

    @property
    def perhaps(self) -> int:
        return self.calls - self.songs

    def add(self, row: Row) -> None:
        """Count one more row."""
        self.calls += row.calls
        self.songs += row.songs
        self.seconds += row.seconds
        self.unmeasured += row.unmeasured
        if row.money is not None:
            self.money[row.currency] = self.money.get(row.currency, Decimal()) + row.money
        self.money_is_more |= row.money is None and bool(row.currency)


def rows_of(usage: QuerySet[Usage]) -> list[Row]:
    """All of `usage`, the oldest day first; calls that were all given back leave no row."""
    found = usage.exclude(calls=0, songs=0).order_by("day", "account__name", "user__username", "capability")
    told: list[Any] = list(found.values_list(*_COLUMNS))
    prices = {
        (price.account_id, price.capability): price
        for price in Price.objects.filter(account__in={each[1] for each in told})
    }
    return [_row(each, prices.get((each[1], each[5]))) for each in told]


def _row(told: Sequence[Any], price: Price | None) -> Row:
    day, account_id, account, person_id, person, capability, calls, songs, seconds, unmeasured = told
    return Row(
        day=day,
        account_id=account_id,
        account=account,
        person_id=person_id,
        person=person,
        capability=capability,
        calls=calls,
        songs=songs,
        seconds=seconds,
        unmeasured=unmeasured,
        money=money_of(price, calls, songs, seconds, unmeasured) if price else None,
        currency=price.currency if price else "",
    )


def sum_of(rows: Iterable[Row]) -> Sum:
    """All of them together."""
    whole = Sum()
    for row in rows:
        whole.add(row)
    return whole


def by_day(rows: Iterable[Row]) -> dict[date, Sum]:
    """By day; a day without a row is an empty sum."""
    return _by(rows, lambda row: row.day)


def by_account(rows: Iterable[Row]) -> list[tuple[Any, str, Sum]]:
    """Id, name and sum of each account, the most calls first."""
    return _most_first(_by(rows, lambda row: (row.account_id, row.account)))


def by_person(rows: Iterable[Row]) -> list[tuple[Any, str, Sum]]:
    """Likewise of each person."""
    return _most_first(_by(rows, lambda row: (row.person_id, row.person)))


def by_capability(rows: Iterable[Row]) -> list[tuple[Any, str, Sum]]:
    """Likewise of each capability; its key is its name, too."""
    return _most_first(_by(rows, lambda row: (row.capability, row.capability)))


def _by(rows: Iterable[Row], kind: Callable[[Row], Any]) -> dict[Any, Sum]:
    sums: dict[Any, Sum] = defaultdict(Sum)
    for row in rows:
        sums[kind(row)].add(row)
    return sums


def _most_first(sums: dict[Any, Sum]) -> list[tuple[Any, str, Sum]]:
    told = sorted(sums.items(), key=lambda each: (-each[1].calls, each[0][1]))
    return [(key, name, total) for (key, name), total in told]
