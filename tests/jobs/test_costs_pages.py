"""What an account used, and what that cost by a price that a person typed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from jobs.models import Limits, Price, Usage
from tests.factories import make_user
from tests.jobs.scene import Scene, set_scene

pytestmark = pytest.mark.django_db
PRICE = {
    "capability": "musicBeat",
    "amount": "0.25",
    "currency": "cny",
    "per": "minute",
    "source": "https://prices.example/music",
    "dated": "2026-05-01",
}


@pytest.fixture
def scene() -> Scene:
    return set_scene(endpoint="mediax")


def at(scene: Scene, name: str = "account_limits", *more: Any) -> str:
    return reverse(f"jobs:{name}", args=[scene.account.pk, *more])


def deeds(scene: Scene) -> list[str]:
    return list(AuditEntry.objects.filter(account=scene.account).values_list("deed", flat=True))


def use(scene: Scene, **fields: Any) -> None:
    known = {"user": scene.owner, "capability": "musicBeat", "day": timezone.localdate()}
    Usage.objects.create(account=scene.account, **{**known, **fields})


def test_what_was_used_is_told_by_day_and_person(scene: Scene) -> None:
    other = make_user(username="olga")
    use(scene, calls=4, songs=3, seconds=90.0, unmeasured=1)
    use(scene, calls=1, songs=1, seconds=30.0, user=other)
    use(scene, calls=9, songs=9, seconds=60.0, day=timezone.localdate() - timedelta(days=13))
    use(scene, calls=77, day=timezone.localdate() - timedelta(days=14))
    Limits.objects.create(account=scene.account, jobs_per_day=20)
    answer = scene.alice.get(at(scene))
    page, context = answer.text, answer.context
    assert context["today"] == {"calls": 5, "songs": 4, "seconds": 120.0, "unmeasured": 1}
    assert {row["name"]: row["calls"] for row in context["people"]} == {
        scene.owner.username: 4,
        "olga": 1,
    }
    assert [row["calls"] for row in context["days"]] == [5, *[0] * 12, 9]
    assert "5 of 20" in page
    assert "+ 1 song of unknown length" in page
    assert "A day ends at midnight, UTC" in page


def test_money_is_told_only_after_a_price_was_typed_with_date_and_source(scene: Scene) -> None:
    use(scene, calls=2, songs=2, seconds=120.0)
    assert "CNY" not in scene.bob.get(at(scene)).text
    answer = scene.alice.post(at(scene, "account_price"), PRICE, follow=True)
    assert "The price is noted" in answer.text
    price = Price.objects.get(account=scene.account)
    assert (price.amount, price.currency, price.typed_by) == (Decimal("0.25"), "CNY", scene.owner)
    page = scene.bob.get(at(scene)).text
    for words in (scene.owner.username, "2026-05-01", 'href="https://prices.example/music"', "0.5 CNY"):
        assert words in page
    use(scene, capability="musicBeat", user=make_user(), calls=1, songs=1, unmeasured=1)
    assert "Not told: the length of 1 song is unknown." in scene.bob.get(at(scene)).text
    scene.alice.post(at(scene, "account_price"), {**PRICE, "amount": "3", "per": "call"})
    assert "9 CNY" in scene.bob.get(at(scene)).text
    price = Price.objects.get(account=scene.account)
    scene.alice.post(at(scene, "price_delete", price.pk))
    assert "CNY" not in scene.bob.get(at(scene)).text
    assert deeds(scene) == ["unpriced", "priced", "priced"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", "-1"),
        ("amount", "NaN"),
        ("amount", "0.00001"),
        ("currency", "€uro"),
        ("currency", "12"),
        ("per", "hour"),
        ("capability", "musicNothing"),
        ("source", ""),
        ("dated", "soon"),
    ],
)
def test_a_price_that_is_none_is_refused_in_place(scene: Scene, name: str, value: str) -> None:
    answer = scene.alice.post(at(scene, "account_price"), {**PRICE, name: value})
    assert answer.status_code == 422
    assert '<details class="exchange" id="type-price" open>' in answer.text
    assert not Price.objects.exists()


def test_a_source_is_a_link_only_when_it_is_a_web_address(scene: Scene) -> None:
    scene.alice.post(at(scene, "account_price"), {**PRICE, "source": "javascript:alert(1)"})
    page = scene.alice.get(at(scene)).text
    assert "javascript:alert(1)" in page
    assert 'href="javascript:' not in page
