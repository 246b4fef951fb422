"""Two runs on one song beside each other: who may look, what is told, and which jobs cannot be compared."""

from __future__ import annotations

import json
import re

import pytest
from django.urls import reverse

from jobs import corrections
from jobs.models import Job
from jobs.results import Marker
from tests.factories import make_account, make_job, make_user
from tests.jobs.scene import RESULT, set_scene

pytestmark = pytest.mark.django_db
BEATS = [0.5 * number for number in range(1, 17)]


@pytest.fixture
def scene():
    return set_scene()


def run(account, times, **fields):
    markers = [{"time": time, "label": "", "strength": None, "downbeat": False} for time in times]
    facts = [{"key": "beats", "label": "Beats", "value": len(times)}]
    result = RESULT | {"markers": markers, "facts": facts, "files": []}
    return make_job(account, **{"state": Job.State.COMPLETED, "result": result, **fields})


def at(a, b):
    return reverse("jobs:compare", query={"a": a.pk, "b": b.pk})


def told(page):
    """The terms and numbers of the agreement."""
    pairs = re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)", page)
    return {term: value.strip() for term, value in pairs}


def test_the_page_tells_how_far_two_runs_agree_and_where_they_do_not(scene):
    b = [beat + 0.005 for beat in BEATS if beat != 3.0]
    page = scene.alice.get(at(run(scene.account, BEATS), run(scene.account, b))).text
    numbers = told(page)
    assert re.search(r'data-f-measure="([\d.]+)"', page)[1] == "96.8"
    assert numbers["In both"] == "15"
    assert (numbers["Only in A"], numbers["Only in B"]) == ("1", "0")
    assert numbers["B after A, median"] == "+5.0 ms"
    assert "the same tempo" in page
    assert re.findall(r'data-compare-from="([^"]*)"', page) == ["3.0"]
    compared = json.loads(re.search(r'<script id="compared"[^>]*>(.*?)</script>', page)[1])
    assert compared["onlyA"] == [5]
    assert [marker["time"] for marker in compared["markers"]] == pytest.approx(b)


def test_two_equal_runs_have_the_same_beats_everywhere(scene):
    page = scene.alice.get(at(run(scene.account, BEATS), run(scene.account, BEATS))).text
    assert "100.0 %" in page
    assert "A and B have the same beats everywhere." in page


def test_an_octave_error_is_called_one(scene):
    page = scene.alice.get(at(run(scene.account, BEATS), run(scene.account, BEATS[::2]))).text
    assert told(page)["Tempo, B to A"] == "0.500"
    assert "one of them is an octave off" in page


@pytest.mark.parametrize("side", ["a", "b", "both"])
def test_runs_without_beats_are_told_in_words(scene, side):
    a = run(scene.account, [] if side != "b" else BEATS)
    b = run(scene.account, [] if side != "a" else BEATS)
    page = scene.alice.get(at(a, b)).text
    if side == "both":
        assert "Neither of the two found beats" in page
    else:
        assert told(page)["B after A, median"] == "–"
        assert "0.0 %" in page


def test_parameters_and_facts_stand_side_by_side_with_differences_marked(scene):
    a = run(scene.account, BEATS, params={"outputType": 3, "drumType": 2})
    b = run(scene.account, BEATS[:-1], params={"outputType": 3, "drumType": 4})
    page = scene.alice.get(at(a, b)).text
    rows = re.findall(r'<tr( data-differs)?><th scope="row">([^<]*)', page)
    assert "What TMP writes" in [name for _mark, name in rows]
    assert [name.strip() for mark, name in rows if mark] == ["Drum sound", "Beats"]
    assert re.search(r"<td>Drum type 2</td><td>Drum type 4</td>", page)


def test_corrected_beats_are_what_is_compared(scene):
    a, b = run(scene.account, BEATS), run(scene.account, BEATS)
    corrections.save(b, scene.owner, [Marker(time=beat) for beat in BEATS[:8]], base=0)
    assert told(scene.alice.get(at(a, b)).text)["Only in A"] == "8"


def test_swapping_leads_to_the_same_page_the_other_way_round(scene):
    a, b = run(scene.account, BEATS), run(scene.account, BEATS[:8])
    page = scene.alice.get(at(a, b)).text
    assert at(b, a).replace("&", "&amp;") in page
    assert told(scene.alice.get(at(b, a)).text)["Only in B"] == "8"


def test_a_viewer_may_compare_and_a_stranger_learns_of_neither_job(scene):
    a, b = run(scene.account, BEATS), run(scene.account, BEATS)
    assert scene.bob.get(at(a, b)).status_code == 200
    assert scene.charlie.get(at(a, b)).status_code == 404
    theirs = run(make_account(make_user()), BEATS)
    for pair in ((a, theirs), (theirs, a)):
        assert scene.alice.get(at(*pair)).status_code == 404


@pytest.mark.parametrize("query", ["", "?a=1&b=2", "?a=00000000-0000-4000-8000-000000000000"])
def test_addresses_that_name_no_two_jobs_are_not_found(scene, query):
    assert scene.alice.get(reverse("jobs:compare") + query).status_code == 404


def test_jobs_that_cannot_be_compared_say_why(scene):
    a = run(scene.account, BEATS)
    other_song = run(scene.account, BEATS, source_path="uploads/other.wav")
    unknown = [run(scene.account, BEATS, source_path="") for _ in range(2)]
    unfinished = make_job(scene.account)
    for pair, sentence in (
        ((a, a), "one and the same job"),
        ((a, other_song), "jobs of different songs"),
        (unknown, "jobs of different songs"),
        ((a, unfinished), "no result yet"),
    ):
        answer = scene.alice.get(at(*pair))
        assert answer.status_code == 422
        assert sentence in answer.text


def test_two_ticked_jobs_are_compared_the_older_one_first(scene):
    older, newer = run(scene.account, BEATS), run(scene.account, BEATS)
    answer = scene.alice.post(reverse("jobs:compare"), {"job": [str(newer.pk), str(older.pk)]})
    assert answer.url == at(older, newer)


@pytest.mark.parametrize("number", [0, 1, 3])
def test_any_other_number_of_ticked_jobs_leads_back_to_where_one_was(scene, number):
    jobs = [str(run(scene.account, BEATS).pk) for _ in range(number)]
    answer = scene.alice.post(reverse("jobs:compare"), {"job": jobs, "back": "?state=COMPLETED"}, follow=True)
    assert answer.redirect_chain == [("/?state=COMPLETED", 302)]
    assert "Tick two jobs of one song to compare them." in answer.text


def test_a_result_leads_to_the_comparison_with_finished_jobs_of_its_kind_only(scene):
    job, other = run(scene.account, BEATS), run(scene.account, BEATS)
    others = [make_job(scene.account), run(scene.account, [], capability="musicHighlight")]
    page = scene.alice.get(reverse("jobs:job_detail", args=[job.pk])).text
    assert at(job, other).replace("&", "&amp;") in page
    assert not any(at(job, each).replace("&", "&amp;") in page for each in others)
