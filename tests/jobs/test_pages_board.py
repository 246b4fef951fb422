"""The dashboard: what it lists, how it filters, and when it asks for itself."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.urls import reverse

from accounts.models import Account
from jobs.models import Job
from tests.factories import make_job
from tests.jobs.scene import set_scene

pytestmark = pytest.mark.django_db
State = Job.State
BOARD = "/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def scene():
    return set_scene()


def known_version(page):
    """The header that the page's live part would send."""
    return json.loads(html.unescape(re.search(r'hx-headers="([^"]*If-None[^"]*)"', page.text)[1]))


def test_a_row_says_what_a_person_looks_for(scene):
    job = make_job(scene.account, source_name="夜曲.mp3", label="for the trailer")
    page = scene.alice.get(BOARD).text
    for words in ("夜曲.mp3", "for the trailer", "studio", "Sandbox", "Beat detection", "Queued"):
        assert words in page
    assert reverse("jobs:job_detail", args=[job.pk]) in page


def test_names_and_labels_cannot_become_markup(scene):
    make_job(
        scene.account, source_name="<script>alert(1)</script>.mp3", label='"><img src=x onerror=alert(1)>'
    )
    Account.objects.update(name="<b>studio</b>")
    page = scene.alice.get(BOARD).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>studio" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;.mp3" in page


def test_a_failed_job_says_why_in_its_row(scene):
    make_job(scene.account, state=State.ERROR, failed_in="submit", error_kind="Refused")
    assert "TMP understood the call and declined it." in scene.alice.get(BOARD).text


def test_a_tile_counts_and_filters(scene):
    make_job(scene.account, source_name="waiting.mp3")
    make_job(scene.account, source_name="broken.mp3", state=State.ERROR)
    page = scene.alice.get(BOARD).text
    assert re.search(r'href="/\?state=ERROR" class="tile" data-count="1"', page)
    filtered = scene.alice.get(BOARD, {"state": "ERROR"}).text
    assert "broken.mp3" in filtered
    assert "waiting.mp3" not in filtered
    assert re.search(r'class="tile" data-count="1" data-state="ERROR" aria-current="true"', filtered)


def test_text_finds_songs_labels_and_tmp_ids(scene):
    make_job(scene.account, source_name="one.mp3", label="trailer")
    make_job(scene.account, source_name="two.mp3", tmp_id="tmp-77")
    for text, found in (("ONE", "one.mp3"), ("trailer", "one.mp3"), ("tmp-77", "two.mp3")):
        page = scene.alice.get(BOARD, {"text": text}).text
        assert re.findall(r"(one|two)\.mp3</a>", page) == [found.removesuffix(".mp3")]
        assert f'value="{text}"' in page


@pytest.mark.parametrize(
    "query",
    [{"state": "NONSENSE"}, {"page": "999999999"}, {"older": "x"}, {"newer": "\x00"}, {"text": "x" * 999}],
)
def test_a_filter_without_sense_filters_nothing(scene, query):
    make_job(scene.account)
    page = scene.alice.get(BOARD, query)
    assert page.status_code == 200
    assert "song.wav" in page.text


def test_a_search_without_a_hit_offers_all_jobs(scene):
    make_job(scene.account)
    assert "No job matches" in scene.alice.get(BOARD, {"text": "nothing like it"}).text


def test_the_list_costs_the_same_however_long_it_is(scene, django_assert_num_queries):
    for _ in range(12):
        make_job(scene.account)
    # Session, person, accounts, tally, jobs, hints.
    with django_assert_num_queries(6):
        scene.alice.get(BOARD)


def test_while_a_job_moves_the_board_asks_for_itself_and_then_stops(scene):
    job = make_job(scene.account)
    page = scene.alice.get(BOARD, {"text": "song"}).text
    assert 'hx-get="/?text=song" hx-trigger="every 2s, seen"' in page
    assert job.move(State.QUEUED, State.CANCELED)
    assert "every 2s" not in scene.alice.get(BOARD).text


def test_htmx_gets_the_live_part_only(scene):
    make_job(scene.account)
    part = scene.alice.get(BOARD, headers=HTMX).text
    assert "<html" not in part
    assert part.lstrip().startswith('<div class="stack" id="board"')
    assert 'id="tiles" hx-swap-oob="true"' in part


def test_what_has_not_changed_is_not_sent_again(scene):
    job = make_job(scene.account)
    known = known_version(scene.alice.get(BOARD))
    answer = scene.alice.get(BOARD, headers=HTMX | known)
    assert answer.status_code == 304
    assert not answer.content
    assert job.move(State.QUEUED, State.SUBMITTING)
    changed = scene.alice.get(BOARD, headers=HTMX | known)
    assert changed.status_code == 200
    assert "Submitting" in changed.text
    make_job(scene.account)
    assert scene.alice.get(BOARD, headers=HTMX | known_version(changed)).status_code == 200


def test_a_version_of_one_person_says_nothing_to_another(scene):
    make_job(scene.account)
    known = known_version(scene.alice.get(BOARD))
    assert scene.bob.get(BOARD, headers=HTMX | known).status_code == 200
    assert scene.charlie.get(BOARD, headers=HTMX | known).status_code == 200


def test_the_whole_page_is_never_answered_from_memory(scene):
    make_job(scene.account)
    known = known_version(scene.alice.get(BOARD))
    page = scene.alice.get(BOARD, headers=known)
    assert page.status_code == 200
    assert "no-cache" in page["Cache-Control"]
    assert "HX-Request" in page["Vary"]


def test_a_stranger_sees_no_job_and_a_member_does(scene):
    make_job(scene.account)
    assert "song.wav" in scene.bob.get(BOARD).text
    assert "song.wav" not in scene.charlie.get(BOARD).text


def test_without_an_account_the_first_step_is_to_register(scene):
    assert reverse("accounts:register") in scene.charlie.get(BOARD).text
    assert "Connect an account first" in scene.charlie.get(BOARD).text


def test_without_a_job_the_first_step_is_to_create_one(scene):
    page = scene.alice.get(BOARD).text
    assert "No jobs yet" in page
    assert f'class="button button--primary" href="{reverse("jobs:job_create")}"' in page


def test_a_paused_account_is_said_with_tmps_words_and_can_go_on(scene):
    make_job(scene.account)
    Account.objects.update(paused_because="HMAC signature does not match")
    resume = reverse("jobs:account_resume", args=[scene.account.pk])
    page = scene.alice.get(BOARD).text
    assert "HMAC signature does not match" in page
    assert resume in page
    assert resume not in scene.bob.get(BOARD).text
    assert scene.bob.post(resume).status_code == 403
    assert scene.charlie.post(resume).status_code == 404
    assert Account.objects.get().paused_because
    assert scene.alice.post(resume).status_code == 302
    assert not Account.objects.get().paused_because


def test_another_person_s_paused_account_is_not_said(scene):
    make_job(scene.account)
    Account.objects.update(paused_because="HMAC apikey is invalid")
    other = set_scene()
    make_job(other.account)
    assert "HMAC apikey is invalid" in scene.bob.get(BOARD).text
    assert "HMAC apikey is invalid" not in other.alice.get(BOARD).text
