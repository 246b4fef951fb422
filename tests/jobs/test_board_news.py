"""What the dashboard says at a glance: what runs, what failed and why, and what ended since the last look."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from jobs.models import Job, Visit
from tests.factories import make_job
from tests.jobs.scene import set_scene

pytestmark = pytest.mark.django_db
State = Job.State
BOARD = "/"
HTMX = {"HX-Request": "true"}
BEGINS = f'hx-post="{reverse("jobs:visit")}"'


@pytest.fixture
def scene():
    return set_scene()


def ago(**time):
    return timezone.now() - timedelta(**time)


def visited(user, **fields):
    """The person's last visit."""
    return Visit.objects.update_or_create(user=user, defaults=fields)[0]


def make_ended(account, state=State.COMPLETED, *, ended_at=None, **fields):
    job = make_job(account, state=state, **fields)
    Job.objects.filter(pk=job.pk).update(ended_at=ended_at or ago(minutes=1))
    return job


def glance(page):
    """The words of the part of the page that is for a glance."""
    part = re.search(r'<section class="glance".*?</section>', page.text, re.DOTALL)[0]
    return " ".join(re.sub(r"<[^>]*>", " ", part).split())


def marked(page):
    """The songs that are marked as new."""
    return re.findall(
        r'New: </span></span><a href="[^"]*" title="[^"]*" id="job-[^"]*">([^<]*)</a>', page.text
    )


def test_what_ended_since_the_last_visit_is_counted_and_marked(scene):
    visited(scene.owner, since=ago(days=3), began_at=ago(hours=2))
    make_ended(scene.account, source_name="old.mp3", ended_at=ago(hours=3))
    make_ended(scene.account, source_name="new.mp3")
    make_ended(scene.account, State.ERROR, source_name="broken.mp3")
    make_ended(scene.account, State.CANCELED, source_name="own decision.mp3")
    page = scene.alice.get(BOARD)
    assert "2 finished since you last looked 1 completed, 1 failed" in glance(page)
    assert sorted(marked(page)) == ["broken.mp3", "new.mp3"]


def test_at_the_first_visit_nothing_is_news(scene):
    make_ended(scene.account)
    page = scene.alice.get(BOARD)
    assert marked(page) == []
    assert "Nothing new" in glance(page)


def test_an_open_page_begins_a_visit_by_a_request_of_its_own(scene):
    assert BEGINS in scene.alice.get(BOARD).text
    assert not Visit.objects.exists()
    assert scene.alice.post(reverse("jobs:visit")).status_code == 204
    assert Visit.objects.get().user == scene.owner
    assert BEGINS not in scene.alice.get(BOARD).text


def test_pages_opened_soon_after_one_another_are_one_visit_and_swallow_no_news(scene):
    visited(scene.owner, since=ago(days=3), began_at=ago(hours=2))
    make_ended(scene.account, source_name="new.mp3")
    for _ in range(3):
        assert marked(scene.alice.get(BOARD)) == ["new.mp3"]
        scene.alice.post(reverse("jobs:visit"))
    assert marked(scene.alice.get(BOARD, headers=HTMX)) == ["new.mp3"]


def test_at_the_next_visit_the_news_of_this_one_are_old(scene):
    visited(scene.owner, since=ago(days=3), began_at=ago(hours=2))
    make_ended(scene.account, source_name="seen.mp3", ended_at=ago(minutes=30))
    scene.alice.post(reverse("jobs:visit"))
    Visit.objects.update(began_at=ago(minutes=11))
    make_ended(scene.account, source_name="later.mp3")
    assert marked(scene.alice.get(BOARD)) == ["later.mp3"]


def test_the_part_that_asks_for_itself_is_no_visit(scene):
    visit = visited(scene.owner, since=ago(days=3), began_at=ago(hours=2))
    make_ended(scene.account, source_name="seen.mp3", ended_at=ago(hours=5))
    part = scene.alice.get(BOARD, headers=HTMX)
    assert BEGINS not in part.text
    assert marked(part) == ["seen.mp3"]
    assert Visit.objects.get().began_at == visit.began_at


def until(page):
    return re.search(r'name="until" value="([^"]*)"', page.text)[1]


def test_all_is_marked_as_seen_but_not_what_ends_meanwhile(scene):
    visited(scene.owner, since=ago(days=3), began_at=ago(hours=2))
    make_ended(scene.account, source_name="seen.mp3")
    page = scene.alice.get(BOARD)
    known = scene.alice.get(BOARD, headers=HTMX)["ETag"]
    make_ended(scene.account, source_name="meanwhile.mp3", ended_at=timezone.now() + timedelta(seconds=1))
    assert scene.alice.post(reverse("jobs:seen"), {"until": until(page)}).status_code == 302
    assert marked(scene.alice.get(BOARD)) == ["meanwhile.mp3"]
    # The other tab is told.
    assert scene.alice.get(BOARD, headers=HTMX | {"If-None-Match": known}).status_code == 200


def test_what_was_seen_stays_seen_at_the_next_visit(scene):
    visited(scene.owner, since=ago(days=3), began_at=ago(minutes=9))
    make_ended(scene.account)
    scene.alice.post(reverse("jobs:seen"), {"until": until(scene.alice.get(BOARD))})
    Visit.objects.update(began_at=ago(hours=1))
    scene.alice.post(reverse("jobs:visit"))
    assert marked(scene.alice.get(BOARD)) == []


@pytest.mark.parametrize(
    "told", ["", "nonsense", "2026-13-01T00:00:00Z", "2026-01-01", "9999-12-31T00:00:00Z"]
)
def test_nobody_has_seen_what_is_yet_to_come(scene, told):
    visited(scene.owner, since=ago(days=3), began_at=ago(minutes=1))
    assert scene.alice.post(reverse("jobs:seen"), {"until": told}).status_code == 302
    assert Visit.objects.get().since <= timezone.now()
    make_ended(scene.account, source_name="future.mp3", ended_at=timezone.now() + timedelta(seconds=2))
    assert marked(scene.alice.get(BOARD)) == ["future.mp3"]


def test_one_persons_look_is_not_anothers(scene):
    visited(scene.owner, since=ago(days=3), began_at=ago(minutes=1))
    bob = scene.account.memberships.exclude(user=scene.owner).get().user
    visited(bob, since=ago(days=3), began_at=ago(minutes=1))
    make_ended(scene.account, source_name="new.mp3")
    scene.alice.post(reverse("jobs:seen"), {"until": until(scene.alice.get(BOARD))})
    assert marked(scene.alice.get(BOARD)) == []
    assert marked(scene.bob.get(BOARD)) == ["new.mp3"]


def test_the_news_can_be_listed_alone_wherever_they_are(scene):
    visited(scene.owner, since=ago(days=3), began_at=ago(minutes=1))
    make_ended(scene.account, source_name="new.mp3")
    make_ended(scene.account, State.ERROR, source_name="broken.mp3")
    make_ended(scene.account, source_name="old.mp3", ended_at=ago(days=4))
    make_job(scene.account, source_name="running.mp3")

    def songs(query):
        return set(re.findall(r'id="job-[^"]*">([^<]*)</a>', scene.alice.get(BOARD, query).text))

    assert songs({"news": "1"}) == {"new.mp3", "broken.mp3"}
    assert songs({"news": "1", "state": "ERROR"}) == {"broken.mp3"}


def test_more_news_than_are_counted_are_called_more(scene, monkeypatch):
    monkeypatch.setattr("jobs.standing.MOST_NEWS", 3)
    monkeypatch.setattr("jobs.views.board.MOST_NEWS", 3)
    visited(scene.owner, since=ago(days=3), began_at=ago(minutes=1))
    for _ in range(5):
        make_ended(scene.account)
    assert "3 or more finished since you last looked" in glance(scene.alice.get(BOARD))


def test_a_running_job_says_how_far_it_is_and_for_how_long(scene):
    job = make_job(scene.account, state=State.PROCESSING, tmp_id="x")
    Job.objects.filter(pk=job.pk).update(created_at=ago(seconds=125))
    make_job(scene.account)
    page = scene.alice.get(BOARD)
    assert "2 are running 1 at TMP, 1 waiting here" in glance(page)
    assert re.search(r'data-local="clock-up">2:0\d</time>', page.text)
    assert '<progress class="standing__way" value="3" max="5"' in page.text


def test_a_failed_job_says_tmps_words_and_leads_to_what_can_be_done(scene):
    job = make_job(
        scene.account,
        state=State.ERROR,
        failed_in="submit",
        error_kind="Refused",
        error_words="audioURL <b>404</b>",
    )
    page = scene.alice.get(BOARD).text
    assert "audioURL &lt;b&gt;404&lt;/b&gt;</q>" in page
    assert f'href="{reverse("jobs:job_detail", args=[job.pk])}">What to do</a>' in page


def test_a_job_of_unknown_fate_asks_for_a_decision(scene):
    make_job(scene.account, state=State.UNSURE, failed_in="submit", error_kind="Unanswered")
    assert ">Decide</a>" in scene.alice.get(BOARD).text


def test_a_stranger_is_told_of_nobodys_news(scene):
    visited(scene.owner, since=ago(days=3), began_at=ago(minutes=1))
    make_ended(scene.account)
    assert "finished since" not in scene.charlie.get(BOARD).text
