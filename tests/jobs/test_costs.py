"""What jobs come to is counted; money is told only by a price that a person typed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from accounts.models import Account
from jobs.costs import estimate, spent
from jobs.models import Price, Usage
from tests.factories import make_account


@pytest.fixture
def account(alice: User) -> Account:
    return make_account(alice)


def typed(account: Account, **fields: Any) -> Price:
    known = {
        "capability": "musicBeat",
        "amount": Decimal("0.25"),
        "currency": "CNY",
        "per": "minute",
        "source": "a contract",
        "dated": date(2026, 1, 1),
    }
    return Price.objects.create(account=account, **{**known, **fields})


def used(account: Account, day: date, **fields: Any) -> None:
    user = account.members.get()
    known = {"capability": "musicBeat", "calls": 3, "songs": 2, "seconds": 120.0}
    Usage.objects.create(account=account, user=user, day=day, **{**known, **fields})


def test_without_a_price_calls_songs_and_minutes_are_counted_and_no_money(account: Account) -> None:
    known = estimate(account, "musicBeat", [30.0, 90.0, None])

    assert (known.calls, known.songs, known.minutes, known.unknown_lengths) == (3, 3, 2.0, 1)
    assert (known.money, known.currency, known.price, known.lacks_lengths) == (None, "", None, False)


@pytest.mark.parametrize(("per", "money"), [("call", "0.75"), ("song", "0.75"), ("minute", "0.625")])
def test_a_typed_price_is_multiplied_by_what_it_is_for(account: Account, per: str, money: str) -> None:
    price = typed(account, per=per)

    told = estimate(account, "musicBeat", [30.0, 60.0, 60.0])

    assert (told.money, told.currency, told.price) == (Decimal(money), "CNY", price)


def test_a_price_of_one_capability_says_nothing_of_another(account: Account) -> None:
    typed(account, capability="musicHighlight")

    assert estimate(account, "musicBeat", [30.0]).money is None


def test_a_price_by_the_minute_tells_no_money_while_a_length_is_unknown(account: Account) -> None:
    typed(account, per="minute")

    told = estimate(account, "musicBeat", [30.0, None])

    assert (told.money, told.lacks_lengths, told.unknown_lengths) == (None, True, 1)


def test_what_was_spent_is_told_by_capability_between_two_days(account: Account) -> None:
    typed(account, per="call")
    for day in (1, 2, 3, 4):
        used(account, date(2026, 5, day))
    used(account, date(2026, 5, 3), capability="musicHighlight", calls=1, songs=1, seconds=60.0)

    found = spent(account, date(2026, 5, 2), date(2026, 5, 3))

    beat, highlight = found["musicBeat"], found["musicHighlight"]
    assert (beat.calls, beat.songs, beat.minutes, beat.money) == (6, 4, 4.0, Decimal("1.5"))
    assert (highlight.calls, highlight.money) == (1, None)
