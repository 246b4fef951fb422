"""Ended jobs are counted once, day by day, and charts read the counts."""

from __future__ import annotations

import random
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from statistics import quantiles

import pytest
from django.urls import reverse
from django.utils import timezone

from jobs import charts, counting
from jobs.counting import count_ended
from jobs.models import Counted, DayCount, Job
from jobs.models.day_count import seconds_of, step_of
from jobs.trends import trends, within
from tests.factories import make_account, make_job
from tests.jobs.scene import set_scene

pytestmark = pytest.mark.django_db
State = Job.State
TRENDS = reverse("jobs:trends")


@pytest.fixture
def scene():
    return set_scene()


def make_ended(account, state=State.COMPLETED, *, ended_at=None, took=60.0, **fields):
    job = make_job(account, state=state, **fields)
    ended_at = ended_at or timezone.now() - timedelta(minutes=5)
    Job.objects.filter(pk=job.pk).update(ended_at=ended_at, created_at=ended_at - timedelta(seconds=took))
    return job


def counts():
    """How many are counted, by state and kind."""
    numbers = Counter()
    for row in DayCount.objects.all():
        numbers[row.state, row.error_kind] += row.number
    return dict(numbers)


def test_every_ended_job_is_counted_once_however_often_it_is_looked(scene):
    make_ended(scene.account)
    make_ended(scene.account, State.ERROR, error_kind="Refused")
    make_ended(scene.account, State.CANCELED, error_kind="Unreachable")
    make_job(scene.account)
    assert (count_ended(), count_ended()) == (3, 0)
    make_ended(scene.account, ended_at=timezone.now() - timedelta(minutes=4))
    assert count_ended() == 1
    assert counts() == {("COMPLETED", ""): 2, ("ERROR", "Refused"): 1, ("CANCELED", ""): 1}


def test_what_may_not_be_committed_yet_is_left_for_later(scene):
    make_ended(scene.account, ended_at=timezone.now() - timedelta(seconds=5))
    assert count_ended() == 0
    assert count_ended(lag=1) == 1


def test_a_million_jobs_are_counted_in_parts_and_jobs_of_one_moment_together(scene, monkeypatch):
    monkeypatch.setattr(counting, "AT_ONCE", 3)
    moment = timezone.now() - timedelta(hours=1)
    for number in range(10):
        make_ended(scene.account, ended_at=moment + timedelta(seconds=number // 4))
    made = []
    while more := count_ended():
        made.append(more)
    assert made == [4, 4, 2]
    assert counts() == {("COMPLETED", ""): 10}


def test_of_two_that_count_at_once_one_counts(scene, monkeypatch):
    make_ended(scene.account)
    taken = []

    def overtaken(accounts, numbers):
        taken.append(numbers.total())
        Counted.objects.update(until=Counted.objects.get().until)

    monkeypatch.setattr(counting, "_add", overtaken)
    first = list(counting._behind(0))
    counting._count(first[0], 0)
    counting._count(first[0], 0)
    assert taken == [1]


def test_a_job_that_is_asked_about_again_is_not_counted_while_it_moves(scene):
    job = make_ended(scene.account, State.GAVE_UP, tmp_id="x")
    assert job.move(State.GAVE_UP, State.SUBMITTED)
    assert count_ended() == 0


def test_a_day_begins_at_the_portals_midnight(scene, settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    for moment in (datetime(2026, 3, 1, 15, 59, tzinfo=UTC), datetime(2026, 3, 1, 16, 0, tzinfo=UTC)):
        make_ended(scene.account, ended_at=moment)
    count_ended()
    assert [str(day) for day in DayCount.objects.order_by("day").values_list("day", flat=True)] == [
        "2026-03-01",
        "2026-03-02",
    ]


@pytest.mark.parametrize("seconds", [0, 0.4, 1, 1.01, 2, 59, 61, 3600, 90_000, 7_000_000])
def test_a_length_of_time_is_kept_to_within_a_tenth(seconds):
    kept = seconds_of(step_of(seconds))
    assert abs(kept - max(seconds, 1)) <= max(seconds, 2) / 10


def test_half_and_nine_tenths_are_those_of_the_lengths_themselves():
    chance = random.Random(7)
    lengths = [chance.lognormvariate(4, 0.8) for _ in range(2000)]
    steps = Counter(step_of(seconds) for seconds in lengths)
    tenths = quantiles(lengths, n=10)
    assert within(steps, 0.5) == pytest.approx(tenths[4], rel=0.15)
    assert within(steps, 0.9) == pytest.approx(tenths[8], rel=0.15)
    assert within(Counter(), 0.5) is None


def test_every_day_is_there_and_what_is_older_is_not(scene):
    make_ended(scene.account, ended_at=timezone.now() - timedelta(days=6))
    make_ended(scene.account, ended_at=timezone.now() - timedelta(days=7, hours=1))
    count_ended()
    found = trends([scene.account.pk], 7)
    assert len(found.days) == 7
    assert [day.total for day in found.days] == [1, 0, 0, 0, 0, 0, 0]
    assert found.whole.total == 1


def test_bars_stand_on_one_another_and_fill_their_day():
    first, second = charts.columns([[("a", 1), ("b", 3)], [("a", 0)]], ["one", "two"], top=4)
    assert [(bar.kind, bar.y, bar.height) for bar in first.bars] == [("a", 75.0, 25.0), ("b", 0.0, 75.0)]
    assert (first.x, first.width, second.x) == (0, 500, 500)
    assert not second.bars


@pytest.mark.parametrize(
    ("value", "top"),
    [(0, 1), (1, 1), (2, 2), (3, 3), (7, 8), (11, 20), (25, 30), (50, 50), (81, 100), (86_400, 100_000)],
)
def test_an_axis_ends_at_a_round_number(value, top):
    assert charts.round_top(value) == top


@pytest.mark.parametrize(("seconds", "top"), [(0.5, 1), (45, 60), (61, 120), (90_000, 172_800)])
def test_an_axis_of_time_ends_at_a_round_time(seconds, top):
    assert charts.round_clock(seconds) == top


def test_the_page_draws_counts_lengths_and_reasons_and_says_them_as_tables(scene):
    make_ended(scene.account)
    for _ in range(3):
        make_ended(scene.account, State.ERROR, error_kind="Refused")
    count_ended()
    page = scene.alice.get(TRENDS).text
    assert len(re.findall(r'<rect data-kind="(?:COMPLETED|ERROR)"', page)) == 2
    assert re.search(r"<title>[^<]*: Completed 1, Failed 3</title>", page)
    assert "75.0 % of the jobs" in page
    assert re.search(r'<td class="table__number">1</td><td class="table__number">3</td>', page)
    assert re.search(r'href="/\?state=ERROR&amp;reason=Refused&amp;since=[\d-]+">Declined by TMP</a>', page)
    assert "style=" not in page


def test_the_way_from_a_reason_leads_to_its_jobs(scene):
    make_ended(scene.account, State.ERROR, error_kind="Refused", source_name="broken.mp3")
    make_ended(scene.account, source_name="fine.mp3")
    count_ended()
    way = re.search(r'id="failures"><li><a href="([^"]*)"', scene.alice.get(TRENDS).text)[1]
    board = scene.alice.get(way.replace("&amp;", "&")).text
    assert "broken.mp3" in board
    assert "fine.mp3" not in board


def test_one_account_is_shown_alone(scene):
    second = make_account(scene.owner, name="second")
    make_ended(scene.account)
    make_ended(second, State.CANCELED)
    count_ended()
    page = scene.alice.get(TRENDS, {"account": second.pk, "days": 7}).text
    assert 'data-kind="CANCELED"' in page
    assert 'data-kind="COMPLETED"' not in page
    assert 'aria-current="page">second</a>' in page


@pytest.mark.parametrize("query", [{"days": "x"}, {"days": "10000000"}, {"account": "x"}])
def test_what_makes_no_sense_shows_a_month_of_all(scene, query):
    make_ended(scene.account)
    count_ended()
    page = scene.alice.get(TRENDS, query).text
    assert 'days=30" aria-current="true"' in page
    assert 'data-kind="COMPLETED"' in page


def test_a_stranger_sees_nothing_of_it_and_a_viewer_does(scene):
    make_ended(scene.account)
    count_ended()
    assert 'data-kind="COMPLETED"' in scene.bob.get(TRENDS).text
    assert "No job ended in this time" in scene.charlie.get(TRENDS, {"account": scene.account.pk}).text


def test_the_page_costs_the_same_however_many_jobs_there_are(scene, django_assert_num_queries):
    for number in range(30):
        make_ended(scene.account, took=10.0 * number)
    count_ended()
    # Session, person, accounts, counts.
    with django_assert_num_queries(4):
        scene.alice.get(TRENDS)
