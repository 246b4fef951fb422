"""Results carried away: under which name, by which panel, and what wrong links are answered."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from jobs.exports import all_exports, by_group
from jobs.models import Batch, Job
from tests.factories import make_job
from tests.jobs.scene import RESULT, set_scene

pytestmark = pytest.mark.django_db
State = Job.State


@pytest.fixture
def scene():
    return set_scene()


@pytest.fixture
def job(scene):
    return make_job(
        scene.account, state=State.COMPLETED, source_name="夜曲.mp3", source_seconds=8.0, result=RESULT
    )


def at(job, key, **query):
    return reverse("jobs:job_export", args=[job.pk, key], query=query)


@pytest.mark.parametrize(
    ("format_key", "start"),
    [("csv", "\ufeffindex,kind,time_s,".encode()), ("audacity", b"0.500000\t0.500000\t")],
)
def test_a_result_leaves_under_the_songs_name(scene, format_key, start):
    job = make_job(scene.account, state=State.COMPLETED, source_name='夜曲 "live"/1.final.mp3', result=RESULT)
    answer = scene.alice.get(reverse("jobs:job_export", args=[job.pk, format_key]))
    content = b"".join(answer.streaming_content)
    assert content.startswith(start)
    ending = "csv" if format_key == "csv" else "audacity.txt"
    name = quote(f"夜曲 _live__1.final.{ending}")
    assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{name}"


def test_tmps_answer_leaves_as_it_came(scene):
    raw = {"id": "1", "outputs": [{"名": "值"}]}
    job = make_job(
        scene.account, state=State.COMPLETED, raw_answer=raw, result=RESULT, source_name="\r\n.mp3"
    )
    answer = scene.alice.get(reverse("jobs:job_raw", args=[job.pk]))
    assert json.loads(b"".join(answer.streaming_content)) == raw
    assert answer["Content-Disposition"] == 'attachment; filename="__.answer.json"'
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_there_is_nothing_to_download_before_there_is_a_result(scene):
    job = make_job(scene.account)
    assert scene.alice.get(reverse("jobs:job_raw", args=[job.pk])).status_code == 404
    assert scene.alice.get(reverse("jobs:job_export", args=[job.pk, "csv"])).status_code == 404


def test_an_export_is_for_members_and_of_a_known_format(scene):
    job = make_job(scene.account, state=State.COMPLETED, result=RESULT)
    assert scene.charlie.get(reverse("jobs:job_export", args=[job.pk, "csv"])).status_code == 404
    assert scene.alice.get(reverse("jobs:job_export", args=[job.pk, "nothing"])).status_code == 404


@pytest.mark.parametrize("key", list(all_exports()))
def test_every_export_is_a_plain_link_that_sends_a_file(scene, job, key):
    each = all_exports()[key]
    answer = scene.alice.get(at(job, key, fps="29.97df", start="10:00:00;00", offset="-0.25"))
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)
    assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('夜曲')}.{each.ending}"
    assert answer["Content-Disposition"].endswith(f".{each.extension}")
    assert answer["Content-Type"] == each.content_type
    assert answer["Cache-Control"] == "private, no-store"


def test_a_link_says_frame_rate_start_and_offset(scene, job):
    content = b"".join(
        scene.alice.get(at(job, "avid", fps="30", start="10:00:00:00", offset="2")).streaming_content
    )
    assert content.decode().splitlines()[0].split("\t")[1] == "10:00:02:15"
    content = b"".join(scene.alice.get(at(job, "avid")).streaming_content)
    assert content.decode().splitlines()[0].split("\t")[1] == "01:00:00:12"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"fps": "31"}, "Choose one of these: 23.976, 24,"),
        ({"start": "soon"}, "Write the start timecode as hours:minutes:seconds:frames"),
        ({"offset": "1e9999"}, "Write the offset in seconds"),
        ({"fps": "\x00"}, "Null characters are not allowed."),
        ({"start": "<b>1</b>"}, "Write the start timecode"),
    ],
)
def test_what_makes_no_sense_is_told_beside_its_field_and_stays_typed(scene, job, query, words):
    answer = scene.alice.get(at(job, "premiere", **query))
    assert answer.status_code == 400
    assert words in html.unescape(answer.text)
    (name, typed), *_rest = query.items()
    assert f'name="{name}"' in answer.text
    assert name == "fps" or f'value="{html.escape(typed)}"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_wrong_link_is_answered_in_the_readers_language(scene, job):
    answer = scene.alice.get(at(job, "premiere", fps="31"), headers={"Accept-Language": "zh-CN"})
    assert answer.status_code == 400
    assert "无法生成该导出文件" in answer.text


def test_a_viewer_may_export_and_a_stranger_finds_nothing(scene, job):
    assert scene.bob.get(at(job, "csv")).status_code == 200
    assert scene.charlie.get(at(job, "csv")).status_code == 404
    assert scene.charlie.get(at(job, "csv", fps="31")).status_code == 404
    assert Client().get(at(job, "csv")).status_code == 302


def test_the_result_page_has_a_link_and_a_sentence_for_every_program(scene, job):
    page = scene.alice.get(reverse("jobs:job_detail", args=[job.pk])).text
    links = set(re.findall(r'href="([^"]+/export/\w+)" download', page))
    assert links == {at(job, key) for key in all_exports()}
    told = html.unescape(page)
    for pairs in by_group().values():
        for application, _format in pairs:
            assert f'id="export-{application.key}"' in page
            assert str(application.how_to) in told


def test_only_what_was_never_opened_in_its_program_is_called_experimental(scene, job):
    page = scene.alice.get(reverse("jobs:job_detail", args=[job.pk])).text
    assert {key for key, panel in panels_of(page).items() if "Experimental" in panel} == {
        "finalcut",
        "capcut",
    }


def panels_of(page):
    return dict(re.findall(r'<form class="exports__panel" id="export-(\w+)"(.*?)</form>', page, re.DOTALL))


def test_choruses_are_offered_to_the_programs_that_know_regions(scene):
    chorus = {"start": 20.0, "end": 41.5, "label": "chorus", "score": 0.9}
    both = make_job(scene.account, state=State.COMPLETED, result=RESULT | {"regions": [chorus]})
    alone = make_job(scene.account, state=State.COMPLETED, result={"regions": [chorus]})
    with_beats, without = (
        panels_of(scene.alice.get(reverse("jobs:job_detail", args=[each.pk])).text) for each in (both, alone)
    )
    warned = {key for key, panel in with_beats.items() if "Regions are left out" in panel}
    assert warned == {"capcut", "sonicvisualiser"}
    assert set(with_beats) - set(without) == warned


def make_batch(scene):
    batch = Batch.objects.create(account=scene.account, owner=scene.owner, capability="musicBeat", label="夏")
    for position in (1, 2):
        make_job(
            scene.account,
            state=State.COMPLETED,
            batch=batch,
            position=position,
            source_name=f"{position}.mp3",
            result=RESULT,
            raw_answer={"id": str(position)},
        )
    return batch


def test_the_formats_of_a_batch_are_chosen(scene):
    batch = make_batch(scene)
    page = scene.alice.get(reverse("jobs:batch_export", args=[batch.pk])).text
    ticked = re.findall(r'name="format" value="(\w+)" checked', page)
    assert set(ticked) == {"csv", "json", "answer"}
    assert set(re.findall(r'name="format" value="(\w+)"', page)) == {*all_exports(), "answer"}
    query = {"format": ["resolve", "midi"], "fps": "24", "start": "", "offset": "1"}
    answer = scene.alice.get(reverse("jobs:batch_zip", args=[batch.pk]), query)
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        songs = ("00001 1", "00002 2")
        assert archive.namelist() == [
            *(f"{song}.{e}" for song in songs for e in ("resolve.edl", "mid")),
            "index.csv",
        ]
        # Resolve's own beginning, since none was typed.
        assert "01:00:01:12" in archive.read("00001 1.resolve.edl").decode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"format": "wav"}, "There is no format “wav”."),
        ({"offset": "x", "format": "srt"}, "Write the offset"),
    ],
)
def test_a_wrong_wish_for_a_batch_is_told_with_the_form(scene, query, words):
    batch = make_batch(scene)
    answer = scene.alice.get(reverse("jobs:batch_zip", args=[batch.pk]), query)
    assert answer.status_code == 400
    assert words in html.unescape(answer.text)
    assert re.findall(r'name="format" value="(\w+)" checked', answer.text) == [query["format"]] * (
        query["format"] != "wav"
    )
