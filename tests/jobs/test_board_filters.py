"""The dashboard's filters: what they find, how they stand in the address, and how a person saves them."""

from __future__ import annotations

import html
import re
import uuid
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from jobs import paging
from jobs.models import Batch, Job, SavedFilter
from jobs.models.saved_filter import MOST_FILTERS
from tests.factories import make_account, make_job
from tests.jobs.scene import set_scene

pytestmark = pytest.mark.django_db
State = Job.State
BOARD = "/"
FILTERS = reverse("jobs:filters")


@pytest.fixture
def scene():
    return set_scene()


def songs(page):
    return re.findall(r'id="job-[^"]*">([^<]*)</a>', page.text)


def found(scene, **query):
    return songs(scene.alice.get(BOARD, query))


def test_jobs_of_one_account_are_listed_and_counted_alone(scene):
    second = make_account(scene.owner, name="second")
    make_job(scene.account, source_name="first.mp3")
    make_job(second, source_name="second.mp3")
    page = scene.alice.get(BOARD, {"account": second.pk})
    assert songs(page) == ["second.mp3"]
    assert 'class="tile" data-count="1" data-state="QUEUED"' in page.text
    assert f"state=QUEUED&amp;account={second.pk}" in page.text


def test_another_persons_account_filters_nothing_and_shows_nothing(scene):
    other = set_scene()
    make_job(other.account, source_name="theirs.mp3")
    make_job(scene.account, source_name="mine.mp3")
    assert found(scene, account=other.account.pk) == ["mine.mp3"]


def test_days_are_those_of_the_portal_and_both_ends_belong_to_them(scene, settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    for name, moment in {
        "before": datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC),
        "first": datetime(2026, 3, 1, 16, 0, tzinfo=UTC),
        "last": datetime(2026, 3, 3, 15, 59, 59, tzinfo=UTC),
        "after": datetime(2026, 3, 3, 16, 0, tzinfo=UTC),
    }.items():
        job = make_job(scene.account, source_name=name)
        Job.objects.filter(pk=job.pk).update(created_at=moment)
    assert found(scene, since="2026-03-02", until="2026-03-03") == ["last", "first"]
    assert found(scene, since="2026-03-04") == ["after"]
    assert found(scene, until="2026-03-01") == ["before"]


def test_a_reason_finds_the_jobs_that_failed_for_it(scene):
    make_job(scene.account, source_name="declined", state=State.ERROR, error_kind="Refused")
    make_job(scene.account, source_name="unfinished", state=State.ERROR, error_kind="Failed")
    assert found(scene, state="ERROR", reason="Failed") == ["unfinished"]


def test_whatever_moves_by_itself_is_found_together(scene):
    for state in (State.QUEUED, State.PROCESSING, State.UNSURE, State.COMPLETED):
        make_job(scene.account, source_name=state, state=state)
    assert found(scene, state="LIVE") == ["PROCESSING", "QUEUED"]


def test_a_batch_is_found_by_its_label_and_by_its_id(scene):
    batch = Batch.objects.create(
        account=scene.account, owner=scene.owner, label="Night drive", capability="musicBeat"
    )
    for number in (1, 2):
        make_job(scene.account, source_name=str(number), batch=batch, position=number, label=batch.label)
    make_job(scene.account, source_name="other")
    assert found(scene, text="night DRIVE") == ["2", "1"]
    assert found(scene, text=str(batch.pk)) == ["2", "1"]


@pytest.mark.parametrize("name", ["tmp", "job", "custom"])
def test_a_whole_id_finds_a_job_that_is_older_than_what_is_searched(scene, monkeypatch, name):
    monkeypatch.setattr(paging, "SEARCHED", 2)
    old = make_job(scene.account, source_name="old", tmp_id="TMP-0007", state=State.COMPLETED)
    for number in range(3):
        make_job(scene.account, source_name=str(number))
    text = {"tmp": "TMP-0007", "job": str(old.pk), "custom": f"{old.pk}-2"}[name]
    assert found(scene, text=text) == ["old"]
    assert found(scene, text=text, state="ERROR") == []
    assert songs(scene.charlie.get(BOARD, {"text": text})) == []


def test_a_job_that_is_found_twice_is_shown_once(scene):
    job = make_job(scene.account, source_name="one", tmp_id="T-1")
    assert found(scene, text="T-1") == found(scene, text=str(job.pk)) == ["one"]


@pytest.mark.parametrize(
    "query",
    [
        {"account": "x"},
        {"account": uuid.UUID(int=1)},
        {"capability": "none"},
        {"reason": "None"},
        {"since": "yesterday"},
        {"since": "0001-01-01"},
        {"until": "9999-12-31"},
        {"since": "2026-02-30"},
        {"text": "\x00"},
    ],
)
def test_what_makes_no_sense_filters_nothing(scene, query):
    make_job(scene.account)
    assert found(scene, **query) == ["song.wav"]


def test_a_filter_without_a_hit_offers_to_clear_it(scene):
    make_job(scene.account)
    page = scene.alice.get(BOARD, {"since": "2099-01-01"}).text
    assert "No job matches" in page
    assert re.search(r'class="button button--primary" href="/">Clear the filter', page)


def save(scene, name, **query):
    return scene.alice.post(FILTERS, {"name": name, "query": urlencode(query)})


def test_a_filter_is_saved_shown_renamed_and_deleted(scene):
    make_job(scene.account, state=State.ERROR)
    page = scene.alice.get(BOARD, {"state": "ERROR", "older": "x"})
    assert 'name="query" value="state=ERROR"' in page.text
    assert save(scene, "失败 <b>", state="ERROR").url == "/?state=ERROR"
    page = scene.alice.get(BOARD, {"state": "ERROR"})
    assert re.search(
        r'href="/\?state=ERROR" aria-current="true"><span class="clip">失败 &lt;b&gt;<', page.text
    )
    assert "Save this filter" not in page.text
    saved = SavedFilter.objects.get()
    address = reverse("jobs:saved_filter", args=[saved.pk])
    assert scene.alice.post(address, {"name": "Failures"}).url == FILTERS
    assert SavedFilter.objects.get().name == "Failures"
    assert SavedFilter.objects.get().query == "state=ERROR"
    assert scene.alice.post(address, {"delete": "1"}).url == FILTERS
    assert not SavedFilter.objects.exists()


def test_what_is_saved_reads_as_the_dashboard_itself_would_write_it(scene):
    save(scene, "mine", until="2026-03-01", text="a b", state="ERROR", nonsense="1", capability="no")
    assert SavedFilter.objects.get().query == "text=a+b&state=ERROR&until=2026-03-01"


@pytest.mark.parametrize(
    ("name", "query", "words"),
    [
        ("", "state=ERROR", "This field is required."),
        ("x" * 61, "state=ERROR", "at most 60 characters"),
        ("taken", "state=QUEUED", "You have a filter of this name already."),
        ("empty", "", "Filter the jobs first"),
        ("nonsense", "state=NONE", "Filter the jobs first"),
    ],
)
def test_a_filter_that_cannot_be_saved_says_why_and_keeps_what_was_typed(scene, name, query, words):
    save(scene, "taken", state="ERROR")
    answer = scene.alice.post(FILTERS, {"name": name, "query": query})
    assert answer.status_code == 422
    assert words in html.unescape(answer.text)
    assert f'value="{name}"' in answer.text or not name
    assert SavedFilter.objects.count() == 1


def test_a_name_that_is_taken_is_refused_in_its_place(scene):
    save(scene, "one", state="ERROR")
    save(scene, "two", state="QUEUED")
    two = SavedFilter.objects.get(name="two")
    answer = scene.alice.post(reverse("jobs:saved_filter", args=[two.pk]), {"name": "one"})
    assert answer.status_code == 422
    assert "You have a filter of this name already." in answer.text
    assert {saved.name for saved in SavedFilter.objects.all()} == {"one", "two"}


def test_there_is_an_end_to_filters(scene):
    for number in range(MOST_FILTERS):
        save(scene, f"number {number}", text=number + 1)
    assert save(scene, "one more", state="ERROR").status_code == 422
    assert SavedFilter.objects.count() == MOST_FILTERS


def test_filters_are_their_persons_own(scene):
    save(scene, "mine", state="ERROR")
    make_job(scene.account)
    address = reverse("jobs:saved_filter", args=[SavedFilter.objects.get().pk])
    assert "mine" not in scene.bob.get(FILTERS).text
    assert ">mine<" not in scene.bob.get(BOARD).text
    for client in (scene.bob, scene.charlie):
        assert client.post(address, {"delete": "1"}).status_code == 404
        assert client.post(address, {"name": "theirs"}).status_code == 404
    assert SavedFilter.objects.get().name == "mine"
