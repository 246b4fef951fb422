"""The dashboard's pages, newest first: each begins where another ended, whatever comes or goes meanwhile."""

from __future__ import annotations

import html
import re
import uuid
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from jobs import paging, services
from jobs.models import Job, Tally
from jobs.paging import Cursor, Wish, page
from tests.factories import make_account, make_job
from tests.jobs.scene import set_scene

pytestmark = pytest.mark.django_db
State = Job.State
BOARD = "/"
ID = uuid.UUID(int=7).hex.encode()


@pytest.fixture
def scene(monkeypatch):
    monkeypatch.setattr("jobs.views.board.PAGE_LENGTH", 3)
    return set_scene()


def songs(shown):
    """The songs of a page, or of its answer."""
    if isinstance(shown, paging.Page):
        return [job.source_name for job in shown.jobs]
    return re.findall(r'id="job-[^"]*">([^<]*)</a>', shown.text)


def link(shown, rel):
    """Where the page's link to its neighbour leads; None where there is none."""
    found = re.search(rf'rel="{rel}" href="([^"]*)"', shown.text)
    return BOARD + html.unescape(found[1]) if found else None


def walk(client, path, rel):
    """All songs by that link, page by page."""
    found = []
    while path:
        shown = client.get(path)
        found.append(songs(shown))
        path = link(shown, rel)
    return found


def make_jobs(account, number, **fields):
    """Jobs named "0" to "n", the last the newest."""
    return [make_job(account, source_name=str(each), **fields) for each in range(number)]


def test_the_pages_hold_every_job_once_there_and_back(scene):
    make_jobs(scene.account, 8)
    assert walk(scene.alice, BOARD, "next") == [["7", "6", "5"], ["4", "3", "2"], ["1", "0"]]
    last = scene.alice.get(link(scene.alice.get(link(scene.alice.get(BOARD), "next")), "next"))
    assert walk(scene.alice, link(last, "prev"), "prev") == [["4", "3", "2"], ["7", "6", "5"]]
    assert link(scene.alice.get(BOARD), "prev") is None
    assert 'href="?">Newest' in last.text


def test_a_job_that_comes_or_goes_meanwhile_shifts_no_page(scene):
    jobs = make_jobs(scene.account, 8, state=State.ERROR)
    following = link(scene.alice.get(BOARD), "next")
    make_job(scene.account, source_name="new")
    assert songs(scene.alice.get(following)) == ["4", "3", "2"]
    assert services.delete(jobs[5])
    assert songs(scene.alice.get(following)) == ["4", "3", "2"]


@pytest.mark.parametrize(
    "moment", ["2026-01-02 03:04:05", "2026-01-02 03:04:05.1", "2026-01-02 03:04:05.120001"]
)
def test_jobs_of_the_same_moment_are_shown_once_each(scene, moment):
    jobs = make_jobs(scene.account, 8)
    when = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(created_at=when)
    found = [song for shown in walk(scene.alice, BOARD, "next") for song in shown]
    assert sorted(found) == [job.source_name for job in jobs]


def test_moments_as_the_database_writes_them_itself_are_told_apart_to_the_last_digit(scene):
    with connection.cursor() as cursor:
        jobs = make_jobs(scene.account, 7)
        now = "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')" if connection.vendor == "sqlite" else "now()"
        cursor.execute(f"UPDATE jobs_job SET created_at = {now}", [])
    found = [song for shown in walk(scene.alice, BOARD, "next") for song in shown]
    assert sorted(found) == [job.source_name for job in jobs]


def test_the_jobs_of_several_accounts_are_one_list(scene):
    accounts = [
        scene.account,
        make_account(scene.owner, name="second"),
        make_account(scene.owner, name="third"),
    ]
    for number in range(9):
        make_job(
            accounts[number % 3], source_name=str(number), state=State.ERROR if number % 2 else State.QUEUED
        )
    assert sum(walk(scene.alice, BOARD, "next"), []) == list("876543210")
    assert sum(walk(scene.alice, f"{BOARD}?state=ERROR", "next"), []) == list("7531")
    assert sum(walk(scene.bob, BOARD, "next"), []) == list("630")
    assert songs(scene.charlie.get(BOARD)) == []


def test_more_accounts_than_one_statement_takes_are_one_list_too(scene, monkeypatch):
    monkeypatch.setattr(paging, "MOST_APART", 1)
    second = make_account(scene.owner, name="second")
    for number in range(6):
        make_job(second if number % 2 else scene.account, source_name=str(number))
    assert walk(scene.alice, BOARD, "next") == [["5", "4", "3"], ["2", "1", "0"]]


def test_a_page_of_newer_jobs_that_is_not_full_is_the_first(scene):
    jobs = make_jobs(scene.account, 5)
    second = scene.alice.get(link(scene.alice.get(BOARD), "next"))
    newer = link(second, "prev")
    Job.objects.filter(pk=jobs[4].pk).delete()
    assert songs(scene.alice.get(newer)) == ["3", "2", "1"]
    assert link(scene.alice.get(newer), "prev") is None


def test_a_page_behind_the_last_job_is_the_first(scene):
    make_jobs(scene.account, 4)
    last = Job.objects.order_by("created_at").first()
    shown = page(
        Wish(accounts=[scene.account.pk]),
        older=str(Cursor(moment="2020-01-01 00:00:00", job_id=last.pk)),
        length=3,
    )
    assert songs(shown) == ["3", "2", "1"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "页",
        urlsafe_b64encode(b"2026-01-01 00:00:00").decode(),
        urlsafe_b64encode(b"2026-13-01 00:00:00 " + ID).decode(),
        urlsafe_b64encode(b"2026-W01 " + ID).decode(),
        urlsafe_b64encode(b"2026-01-01 00:00:00+23:59 " + ID).decode(),
        urlsafe_b64encode(b"'; DROP TABLE jobs_job; -- " + ID).decode(),
        urlsafe_b64encode(b"\xff\xfe").decode(),
        "A" * 5000,
    ],
)
def test_a_cursor_without_sense_shows_the_first_page(scene, text):
    make_jobs(scene.account, 4)
    assert Cursor.read(text) is None
    for name in ("older", "newer"):
        assert songs(scene.alice.get(BOARD, {name: text})) == ["3", "2", "1"]


def test_a_cursor_of_anothers_job_opens_no_door(scene):
    other = make_job(set_scene().account, source_name="theirs")
    make_jobs(scene.account, 2)
    place = str(Cursor(moment=str(other.created_at + timedelta(days=1))[:19], job_id=other.pk))
    assert songs(scene.alice.get(BOARD, {"older": place})) == ["1", "0"]


def test_the_filter_stays_from_page_to_page_and_a_tile_drops_search_and_place(scene):
    make_jobs(scene.account, 8, label="trailer")
    first = scene.alice.get(BOARD, {"text": "TRAIL", "state": "QUEUED"})
    second = scene.alice.get(link(first, "next"))
    assert songs(second) == ["4", "3", "2"]
    assert 'value="TRAIL"' in second.text
    assert re.search(r'href="/\?state=ERROR" class="tile"', second.text)


def test_a_search_goes_through_the_newest_jobs_and_says_so_when_it_was_cut(scene, monkeypatch):
    monkeypatch.setattr(paging, "SEARCHED", 5)
    monkeypatch.setattr("jobs.views.board.SEARCHED", 5)
    make_jobs(scene.account, 5, label="trailer")
    assert "were searched" not in scene.alice.get(BOARD, {"text": "trailer"}).text
    make_job(scene.account, source_name="5", label="trailer", state=State.ERROR)
    shown = scene.alice.get(BOARD, {"text": "trailer"})
    assert "At most the newest 5 of these jobs were searched." in shown.text
    assert walk(scene.alice, f"{BOARD}?text=trailer", "next") == [["5", "4", "3"], ["2", "1"]]
    assert "were searched" not in scene.alice.get(BOARD, {"text": "trailer", "state": "QUEUED"}).text


@pytest.mark.parametrize("text", ["100%", "a_b", "back\\slash", "'quote"])
def test_signs_that_mean_something_to_the_database_are_only_signs(scene, text):
    make_job(scene.account, source_name="other.mp3")
    make_job(scene.account, source_name="mine", label=f"x{text}x")
    assert songs(scene.alice.get(BOARD, {"text": text})) == ["mine"]


def test_a_look_that_sees_nothing_new_costs_one_query_besides_sign_in(scene, django_assert_num_queries):
    make_jobs(scene.account, 5)
    shown = scene.alice.get(BOARD, headers={"HX-Request": "true"})
    with django_assert_num_queries(3):
        answer = scene.alice.get(BOARD, headers={"HX-Request": "true", "If-None-Match": shown["ETag"]})
    assert answer.status_code == 304


def test_a_move_that_leaves_every_number_as_it_was_is_still_news(scene):
    first, second = make_job(scene.account), make_job(scene.account, state=State.SUBMITTED, tmp_id="x")
    htmx = {"HX-Request": "true"}
    known = scene.alice.get(BOARD, headers=htmx)["ETag"]
    first.move(State.QUEUED, State.SUBMITTED, tmp_id="y")
    Job.objects.filter(pk=second.pk).update(state=State.QUEUED)
    Tally.objects.moved([(scene.account.pk, State.SUBMITTED, State.QUEUED)])
    assert scene.alice.get(BOARD, headers=htmx | {"If-None-Match": known}).status_code == 200


def test_to_fold_the_tally_changes_no_number_and_ends_where_there_is_nothing_to_fold(scene):
    make_jobs(scene.account, 5)
    make_job(scene.account, state=State.ERROR)
    before = Tally.objects.counts([scene.account.pk])
    Tally.objects.fold()
    rows = list(Tally.objects.values_list("pk", "state", "delta"))
    assert {state: delta for _, state, delta in rows} == before == {State.QUEUED: 5, State.ERROR: 1}
    Tally.objects.fold()
    assert list(Tally.objects.values_list("pk", "state", "delta")) == rows
