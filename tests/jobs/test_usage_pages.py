"""The usage page draws, adds up and exports the same numbers, of what its reader may see."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from jobs.models import Price, Usage
from tests.factories import make_account, make_membership, make_user
from tests.jobs.scene import Scene, set_scene, signed_in

pytestmark = pytest.mark.django_db
USAGE, CSV = reverse("jobs:usage"), reverse("jobs:usage_csv")


@pytest.fixture
def scene() -> Scene:
    return set_scene()


def use(scene: Scene, **fields: Any) -> None:
    known = {"account": scene.account, "user": scene.owner, "capability": "musicBeat", "calls": 3, "songs": 2}
    days = {"day": timezone.localdate(), "seconds": 90.0}
    Usage.objects.create(**{**known, **days, **fields})


def table(answer: Any) -> list[dict[str, str]]:
    content = b"".join(answer.streaming_content).decode()
    assert content.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(content[1:])))


def test_the_page_draws_what_it_adds_up(scene: Scene) -> None:
    use(scene)
    use(scene, user=make_user(username="olga"), capability="musicHighlight", day=yesterday())
    assert 'days=30" aria-current="true"' in scene.alice.get(USAGE).text
    page = scene.alice.get(USAGE, {"days": 7}).text
    assert 'days=7" aria-current="true"' in page
    assert len(re.findall(r'<rect data-kind="song"', page)) == 2
    assert len(re.findall(r'<rect data-kind="perhaps"', page)) == 2
    assert len(re.findall(r'<rect data-kind="minutes"', page)) == 2
    assert re.search(r"<title>[^<]*: accepted 2, perhaps 1</title>", page)
    assert re.search(r'data-whole="calls">6<', page)
    assert re.search(r'data-whole="minutes">\s*3\.0\s*<', page)
    assert "olga" in page
    assert "a day ends at midnight, UTC" in page
    assert "style=" not in page
    assert "CNY" not in page


def test_the_file_has_the_same_sums_for_the_same_address(scene: Scene) -> None:
    Price.objects.create(
        account=scene.account,
        capability="musicBeat",
        amount="0.1",
        currency="CNY",
        per="minute",
        source="x",
        dated=date(2026, 1, 1),
    )
    for number in range(40):
        use(scene, day=timezone.localdate() - timedelta(days=number), seconds=10.0 + number / 7)
    use(scene, capability="musicHighlight", unmeasured=1)
    for query in (
        {},
        {"days": "7"},
        {"capability": "musicBeat"},
        {"since": yesterday(), "until": yesterday()},
    ):
        page = scene.alice.get(USAGE, query)
        answer = scene.alice.get(CSV, query)
        assert f'href="{CSV}' in page.text
        rows, whole = table(answer), page.context["whole"]
        assert sum(int(row["calls"]) for row in rows) == whole.calls > 0
        assert sum(int(row["songs"]) for row in rows) == whole.songs
        assert sum(int(row["perhaps"]) for row in rows) == whole.perhaps
        assert sum(float(row["minutes"]) for row in rows) == pytest.approx(whole.seconds / 60, abs=1e-4)
        assert sum(Decimal(row["money"] or 0) for row in rows) == whole.money["CNY"]
    assert answer["Content-Disposition"] == (f'attachment; filename="usage-{yesterday()}-{yesterday()}.csv"')
    assert answer["Cache-Control"] == "private, no-store"


def test_no_cell_is_a_formula(scene: Scene) -> None:
    """T26: what people named themselves or their accounts is text in every spreadsheet."""
    account = make_account(scene.owner, name='=cmd|"/c calc"!A1')
    use(scene, account=account, user=make_user(username="@SUM(A1)"))
    [row] = table(scene.alice.get(CSV))
    assert (row["account"], row["person"]) == ('\'=cmd|"/c calc"!A1', "'@SUM(A1)")


def test_a_filter_shows_one_account_person_or_capability(scene: Scene) -> None:
    other, olga = make_account(scene.owner, name="second"), make_user(username="olga")
    use(scene)
    use(scene, account=other, calls=10, songs=10)
    use(scene, user=olga, capability="musicHighlight", calls=100, songs=100)
    for query, calls in (
        ({"account": other.pk}, 10),
        ({"person": olga.pk}, 100),
        ({"capability": "musicBeat"}, 13),
        ({"account": scene.account.pk, "person": scene.owner.pk}, 3),
    ):
        assert scene.alice.get(USAGE, query).context["whole"].calls == calls


def test_a_viewer_and_a_stranger_see_nothing_of_it_and_learn_of_no_account(scene: Scene) -> None:
    use(scene)
    for client in (scene.bob, scene.charlie):
        page = client.get(USAGE)
        assert page.context["whole"].calls == 0
        assert scene.owner.username not in page.text
        assert "Nothing was sent yet" in page.text
        assert table(client.get(CSV)) == []
    answer = scene.charlie.get(USAGE, {"account": scene.account.pk})
    unknown = scene.charlie.get(USAGE, {"account": "5" * 8})
    assert (answer.status_code, unknown.status_code) == (422, 422)
    assert scene.charlie.get(CSV, {"account": scene.account.pk}).status_code == 302


def test_a_submitter_finds_what_is_own_and_nobody_else_to_choose(scene: Scene) -> None:
    dora = make_user(username="dora")
    make_membership(scene.account, dora, Membership.Role.SUBMITTER)
    use(scene)
    use(scene, user=dora, calls=1, songs=1)
    client = signed_in(dora)
    page = client.get(USAGE)
    assert page.context["whole"].calls == 1
    assert scene.owner.username not in page.text
    assert client.get(USAGE, {"person": scene.owner.pk}).status_code == 422
    assert [row["person"] for row in table(client.get(CSV))] == ["dora"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"since": "2026-05-02", "until": "2026-05-01"}, "The first day must not be after the last one."),
        ({"since": "2020-01-01", "until": "2026-05-01"}, "At most 366 days can be shown at once."),
        ({"since": "soon"}, "Enter a valid date."),
        ({"month": "0001-01"}, "Ensure this value is greater than or equal to 2000-01-01."),
        ({"month": "x"}, "Enter a valid date."),
        ({"days": "1000000"}, "is not one of the available choices"),
        ({"person": "1; drop"}, "is not one of the available choices"),
        ({"until": "2999-12-31", "since": "1999-12-31"}, "2000"),
    ],
)
def test_a_filter_without_sense_is_said_and_keeps_what_was_typed(
    scene: Scene, query: dict[str, str], words: str
) -> None:
    use(scene)
    answer = scene.alice.get(USAGE, query)
    assert answer.status_code == 422
    assert words in answer.text
    assert all(
        f'value="{value}"' in answer.text for name, value in query.items() if name in ("since", "until")
    )
    download = scene.alice.get(CSV, query)
    assert download.status_code == 302
    assert download["Location"].startswith(f"{USAGE}?")


@pytest.mark.parametrize("query", [{"until": "2000-01-01"}, {"since": "2999-12-31"}, {"month": "2999-12"}])
def test_the_ends_of_the_calendar_are_days_like_others(scene: Scene, query: dict[str, str]) -> None:
    use(scene)
    answer = scene.alice.get(USAGE, query)
    assert answer.status_code == 200
    assert "No call was sent in these days" in answer.text


def test_nothing_can_be_posted(scene: Scene) -> None:
    assert (scene.alice.post(USAGE).status_code, scene.alice.post(CSV).status_code) == (405, 405)


def test_the_limits_page_tells_people_of_others_to_owners_only(scene: Scene) -> None:
    use(scene)
    limits = reverse("jobs:account_limits", args=[scene.account.pk])
    assert f'href="{USAGE}?account={scene.account.pk}"' in scene.alice.get(limits).text
    assert [each["name"] for each in scene.alice.get(limits).context["people"]] == [scene.owner.username]
    assert scene.bob.get(limits).context["people"] == []
    assert scene.bob.get(limits).context["today"]["calls"] == 3


def yesterday() -> date:
    return timezone.localdate() - timedelta(days=1)
