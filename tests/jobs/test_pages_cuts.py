"""The cut planner as people and links use it: by GET, for members, and in words where nothing fits."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from jobs import corrections
from jobs.models import Job
from jobs.results import Marker
from tests.factories import make_job
from tests.jobs.scene import set_scene

pytestmark = pytest.mark.django_db
State = Job.State


@pytest.fixture
def scene():
    return set_scene()


def make_song(scene, *, beats=41, downbeats=4, strength=None):
    markers = [
        {"time": n / 2, "downbeat": bool(downbeats) and n % downbeats == 0, "strength": strength}
        for n in range(beats)
    ]
    return make_job(
        scene.account,
        state=State.COMPLETED,
        source_name="夜曲.mp3",
        source_seconds=21.0,
        result={"version": 1, "markers": markers},
    )


@pytest.fixture
def job(scene):
    return make_song(scene)


def page(job, **query):
    return reverse("jobs:job_cuts", args=[job.pk], query=query)


def file(job, key, **query):
    return reverse("jobs:job_cut_list", args=[job.pk, key], query=query)


def shots_of(text):
    """Number, in, out, frames and beats of each row."""
    (listed,) = re.findall(r'id="cuts">(.*?)</section>', text, re.DOTALL)
    rows = re.findall(r"<tr>(<td.*?)</tr>", listed)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]
    return [(int(each[0]), each[1], each[2], int(each[4]), int(each[5])) for each in cells]


def test_the_planner_opens_with_a_shot_for_each_bar(scene, job):
    answer = scene.alice.get(page(job))
    assert answer.status_code == 200
    shots = shots_of(answer.text)
    assert len(shots) == 10
    assert shots[0] == (1, "01:00:00:00", "01:00:02:00", 50, 4)
    assert "<h2>10 shots</h2>" in answer.text


def test_a_song_without_downbeats_opens_with_every_fourth_beat(scene):
    answer = scene.alice.get(page(make_song(scene, downbeats=0)))
    assert {beats for *_rest, beats in shots_of(answer.text)} == {4}
    assert '<option value="beats" selected>' in answer.text


@pytest.mark.parametrize(
    ("query", "frames"),
    [
        ({"by": "count", "n": "4"}, [125] * 4),
        ({"by": "seconds", "n": "5"}, [125] * 4),
        ({"by": "beats", "n": "8 8 4"}, [100, 100, 50, 100, 100, 50]),
        ({"by": "bars", "n": "2"}, [100] * 5),
        ({"by": "bars", "n": "1", "begin": "0:08", "end": "14"}, [50] * 3),
        ({"by": "bars", "n": "5", "fps": "50"}, [500, 500]),
        ({"by": "seconds", "n": "4，2"}, [100, 50] * 3),
    ],
)
def test_a_wish_is_kept_and_stays_in_the_form(scene, job, query, frames):
    answer = scene.alice.get(page(job, **query))
    assert answer.status_code == 200
    assert [count for _n, _in, _out, count, _beats in shots_of(answer.text)] == frames
    assert f'<option value="{query["by"]}" selected>' in answer.text
    assert f'name="n" value="{query["n"]}"' in answer.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"by": "count", "n": "41"}, "41 beats lie here: enough for 40 shots, not for more."),
        ({"by": "count", "n": "3", "begin": "3", "end": "4"}, "3 beats lie here: enough for 2 shots"),
        ({"by": "count", "n": "1", "begin": "20.1"}, "0 beats lie here: too few for one such shot."),
        ({"by": "bars", "n": "11"}, "11 downbeats lie here: too few for one such shot."),
        ({"by": "beats", "n": "41"}, "41 beats lie here: too few for one such shot."),
        ({"by": "count", "n": "1000"}, "Write how many shots you want, from 1 to 999."),
        ({"by": "count", "n": "0"}, "Write how many shots you want"),
        ({"by": "count", "n": "4 4"}, "Write how many shots you want"),
        ({"by": "beats", "n": "1.5"}, "counted in whole numbers"),
        ({"by": "seconds", "n": "0"}, "A shot lasts from 0.04"),
        ({"by": "seconds", "n": "nan"}, "Write one length, or up to 8"),
        ({"by": "seconds", "n": "-2"}, "Write one length"),
        ({"by": "seconds", "n": " "}, "Write one length"),
        ({"by": "seconds", "n": "1 2 3 4 5 6 7 8 9"}, "Write one length"),
        ({"by": "hours"}, "Choose one of the ways that are listed."),
        ({"by": "bars", "prefer": "loud"}, "Choose one of the ways that are listed."),
        ({"begin": "soon"}, "Write a moment of the song, for example 1:30 or 90.5."),
        ({"begin": "9", "end": "9"}, "The end comes after the beginning."),
        ({"end": "\x00"}, "Null characters are not allowed."),
        ({"fps": "31"}, "Choose one of these: 23.976"),
        ({"start": "99:00:00:00"}, "A start timecode lies before"),
        ({"offset": "x"}, "Write the offset in seconds"),
    ],
)
@pytest.mark.parametrize("address", ["page", "edl"])
def test_what_makes_no_sense_is_told_beside_its_field_and_stays_typed(scene, job, query, words, address):
    answer = scene.alice.get(page(job, **query) if address == "page" else file(job, address, **query))
    assert answer.status_code == 400
    assert words in html.unescape(answer.text)
    assert answer.text.count('aria-invalid="true"') == 1
    for name, typed in query.items():
        if name in ("n", "begin", "end", "start", "offset"):
            assert f'name="{name}" value="{html.escape(typed)}"' in answer.text


def test_too_few_beats_are_told_in_chinese_too(scene, job):
    answer = scene.alice.get(page(job, by="count", n="99"), headers={"Accept-Language": "zh-CN"})
    assert "此范围内有 41 个鼓点，最多可划分 40 个镜头。" in answer.text


def test_shots_that_no_beat_can_end_in_time_are_told(scene, job):
    told = html.unescape(scene.alice.get(page(job, by="seconds", n="0.2")).text)
    assert "40 shots are longer or shorter than wished by more than half" in told
    assert "longer or shorter" not in scene.alice.get(page(job, by="seconds", n="2")).text


def test_a_preference_for_what_is_not_known_is_told(scene):
    song = make_song(scene, downbeats=0)
    assert "No downbeats are known" in scene.alice.get(page(song, by="beats", prefer="downbeats")).text
    assert "How strong the beats are is not known" in scene.alice.get(page(song, prefer="strong")).text
    strong = make_song(scene, strength=0.5)
    assert "not known" not in scene.alice.get(page(strong, prefer="strong")).text


@pytest.mark.parametrize(("key", "content_type"), [("edl", "text/plain"), ("otio", "application/json")])
def test_the_links_of_the_page_bring_the_plan_that_it_shows(scene, job, key, content_type):
    shown = scene.alice.get(page(job, by="count", n="7", fps="29.97df", offset="1.5"))
    (link,) = re.findall(rf'href="([^"]+/cuts/{key}[^"]*)" download', shown.text)
    answer = scene.alice.get(html.unescape(link))
    content = b"".join(answer.streaming_content).decode()
    assert answer["Content-Type"].startswith(content_type)
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["Content-Disposition"].endswith(f".cuts.{key}")
    names = re.findall(r"FROM CLIP NAME: (.*)", content) if key == "edl" else re.findall(r"Shot \d+", content)
    assert len(set(names)) == 7
    assert key == "otio" or all(moment in content for row in shots_of(shown.text) for moment in row[1:3])


def test_the_player_has_the_shots_at_their_places_in_the_song(scene, job):
    Job.objects.filter(pk=job.pk).update(source_path="夜曲.mp3")
    text = scene.alice.get(page(job, by="beats", n="20", offset="10", begin="0:05")).text
    (song,) = re.findall(r'<script id="song" type="application/json">(.*?)</script>', text)
    assert [(each["start"], each["end"], each["label"]) for each in json.loads(song)["regions"]] == [
        (5.0, 15.0, "1")
    ]


def test_a_plan_is_made_of_the_beats_that_stand(scene, job):
    kept = [Marker(time=n * 2.0, downbeat=True) for n in range(5)]
    corrections.save(job, scene.owner, kept, base=0)
    assert len(shots_of(scene.alice.get(page(job)).text)) == 4
    first = scene.alice.get(page(job, version="0"))
    assert len(shots_of(first.text)) == 10
    assert f'href="{file(job, "edl", version="0")}"' in first.text
    assert '<input type="hidden" name="version" value="0">' in first.text
    assert scene.alice.get(page(job, version="7")).status_code == 404


def test_a_viewer_may_plan_and_a_stranger_finds_nothing(scene, job):
    for address in (page(job), file(job, "edl"), file(job, "otio")):
        assert scene.bob.get(address).status_code == 200
        assert scene.charlie.get(address).status_code == 404
        assert Client().get(address).status_code == 302
        assert scene.alice.post(address).status_code == 405
    assert scene.charlie.get(page(job, by="hours")).status_code == 404
    assert scene.alice.get(file(job, "xml")).status_code == 404


def test_there_is_nothing_to_plan_without_a_result_or_without_beats(scene):
    assert scene.alice.get(page(make_job(scene.account))).status_code == 404
    silent = make_song(scene, beats=0)
    answer = scene.alice.get(page(silent))
    assert answer.status_code == 200
    assert "No beats to cut on" in answer.text
    assert scene.alice.get(file(silent, "edl")).status_code == 200


def test_the_result_page_leads_to_the_planner(scene, job):
    assert f'href="{page(job)}"' in scene.alice.get(reverse("jobs:job_detail", args=[job.pk])).text
    silent = make_song(scene, beats=0)
    assert page(silent) not in scene.alice.get(reverse("jobs:job_detail", args=[silent.pk])).text
