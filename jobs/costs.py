"""What jobs come to: calls, songs and minutes; money only by a price that a person typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from accounts.models import Account
from jobs.models import Price, Usage

SMALLEST = Decimal("0.0001")


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Some jobs of one capability: `minutes` is what is known of their songs' length, and of
    `unknown_lengths` songs nothing is.

    `money` is None without a `price`, and by the minute also while a length is unknown; it is the plain
    product, since how TMP rounds is not known.
    """

    calls: int
    songs: int
    minutes: float
    unknown_lengths: int
    money: Decimal | None = None
    currency: str = ""
    price: Price | None = None

    @property
    def lacks_lengths(self) -> bool:
        """Whether there is a price, and only unknown lengths keep the money from being told."""
        return self.price is not None and self.money is None


def estimate(account: Account, capability: str, lengths: Sequence[float | None]) -> Estimate:
    """One call for each song; `lengths` are in seconds, None where nobody knows."""
    known = [seconds for seconds in lengths if seconds is not None]
    return _estimate(
        calls=len(lengths),
        songs=len(lengths),
        seconds=sum(known),
        unknown=len(lengths) - len(known),
        price=Price.objects.filter(account=account, capability=capability).first(),
    )


def spent(account: Account, since: date, until: date) -> dict[str, Estimate]:
    """By capability, what was sent from `since` to `until`, both days included, at today's prices."""
    rows = (
        Usage.objects.filter(account=account, day__gte=since, day__lte=until)
        .order_by("capability")
        .values("capability")
        .annotate(
            calls=Sum("calls"), songs=Sum("songs"), seconds=Sum("seconds"), unmeasured=Sum("unmeasured")
        )
    )
    prices: Mapping[str, Price] = {
        price.capability: price for price in Price.objects.filter(account=account).select_related("typed_by")
    }
    return {
        row["capability"]: _estimate(
            calls=row["calls"],
            songs=row["songs"],
            seconds=row["seconds"],
            unknown=row["unmeasured"],
            price=prices.get(row["capability"]),
        )
        for row in rows
    }


def _estimate(*, calls: int, songs: int, seconds: float, unknown: int, price: Price | None) -> Estimate:
    money = money_of(price, calls, songs, seconds, unknown) if price else None
    return Estimate(
        calls=calls,
        songs=songs,
        minutes=seconds / 60,
        unknown_lengths=unknown,
        money=money,
        currency=price.currency if price else "",
        price=price,
    )


def money_of(price: Price, calls: int, songs: int, seconds: float, unknown: int) -> Decimal | None:
    """The plain product; None by the minute while the length of `unknown` songs is."""
    if price.per == Price.Per.MINUTE and unknown:
        return None
    minutes = Decimal(str(seconds)) / 60
    number = {Price.Per.CALL: Decimal(calls), Price.Per.SONG: Decimal(songs), Price.Per.MINUTE: minutes}
    return (price.amount * number[Price.Per(price.per)]).quantize(SMALLEST)
