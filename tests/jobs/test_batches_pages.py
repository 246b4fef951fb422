"""The page of a batch: how far it is, what failed, what may be done, and everything in one file."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import tracemalloc
import zipfile
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from jobs import batch_reading, batch_zip, batches
from jobs.export_form import BatchExportForm
from jobs.models import Job
from jobs.sources import sources_of
from tests.jobs.scene import RESULT, set_scene

pytestmark = pytest.mark.django_db
State = Job.State
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def enqueued(monkeypatch):
    """Ids of jobs that were handed to the workers."""
    ids = []
    monkeypatch.setattr("jobs.tasks.enqueue", lambda job: ids.append(job.pk))
    return ids


@pytest.fixture
def scene():
    return set_scene()


def make_batch(scene, *fates, songs=0, label="album"):
    """A batch whose jobs stand as told, by position."""
    places = [f"songs/{number}.mp3" for number in range(1, (songs or len(fates)) + 1)]
    batch = batches.create(
        user=scene.owner,
        account=scene.account,
        capability="musicBeat",
        params={"outputType": 3},
        sources=sources_of(scene.account, places),
        label=label,
        idempotency_key=uuid4(),
    )
    for position, state in enumerate(fates, start=1):
        ended = timezone.now() if state in (*Job.FINAL, State.GAVE_UP) else None
        batch.jobs.filter(position=position).update(state=state, ended_at=ended)
    return batch


def at(name, batch):
    return reverse(f"jobs:{name}", args=[batch.pk])


def known_version(page):
    """The header that the page's live part would send."""
    return json.loads(html.unescape(re.search(r'hx-headers="([^"]*If-None[^"]*)"', page.text)[1]))


def listed(page):
    return re.findall(r">(\d+)\.mp3</a>", page.text)


def test_the_page_says_how_far_it_is(scene):
    batch = make_batch(scene, State.COMPLETED, State.ERROR, State.PROCESSING, State.QUEUED)
    page = scene.alice.get(at("batch", batch)).text
    for words in (
        "album",
        "2 of 4",
        "In progress",
        "Cancel what waits",
        "Retry failed",
        "Download everything",
    ):
        assert words in page
    widths = dict(re.findall(r'<rect data-state="(\w+)" x="[\d.]+" y="0" width="([\d.]+)"', page))
    assert widths == dict.fromkeys(("COMPLETED", "PROCESSING", "QUEUED", "ERROR"), "250.00")


def test_while_a_job_moves_the_page_asks_for_itself_and_then_stops(scene):
    batch = make_batch(scene, State.COMPLETED, State.QUEUED)
    page = scene.alice.get(at("batch", batch), {"state": "QUEUED"})
    assert f'hx-get="{at("batch", batch)}?state=QUEUED" hx-trigger="every 2s, seen"' in page.text
    known = known_version(page)
    same = scene.alice.get(at("batch", batch), {"state": "QUEUED"}, headers=HTMX | known)
    assert (same.status_code, same.content) == (304, b"")
    assert batch.jobs.get(state="QUEUED").move(State.QUEUED, State.CANCELED)
    changed = scene.alice.get(at("batch", batch), {"state": "QUEUED"}, headers=HTMX | known)
    assert changed.status_code == 200
    assert "<html" not in changed.text
    assert changed.text.lstrip().startswith('<div class="stack stack--wide" id="batch"')
    assert "hx-trigger" not in changed.text
    assert "All songs have ended" in changed.text


def test_what_moves_while_the_page_is_made_is_news_to_its_next_question(scene):
    batch = make_batch(scene, State.QUEUED, State.QUEUED)
    moved = []

    def meanwhile(execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        if not moved and "GROUP BY" in sql and "MAX(" not in sql and "jobs_job" in sql:
            moved.append(
                batch.jobs.filter(position=1).update(state=State.CANCELED, changed_at=timezone.now())
            )
        return answer

    with connection.execute_wrapper(meanwhile):
        page = scene.alice.get(at("batch", batch))
    assert moved == [1]
    assert "0 of 2" in page.text
    news = scene.alice.get(at("batch", batch), headers=HTMX | known_version(page))
    assert news.status_code == 200
    assert "1 of 2" in news.text


def test_what_was_done_again_is_counted_once(scene):
    batch = make_batch(scene, State.ERROR, State.COMPLETED)
    batches.retry_failed(batch, scene.owner)
    page = scene.alice.get(at("batch", batch))
    assert "1 of 2" in page.text
    assert listed(page) == ["1", "2"]


def test_those_in_trouble_come_first_and_every_page_goes_on_where_the_last_ended(scene, monkeypatch):
    monkeypatch.setattr(batch_reading, "PAGE_LENGTH", 2)
    batch = make_batch(scene, State.COMPLETED, State.ERROR, State.QUEUED, State.UNSURE, State.COMPLETED)
    seen, place = [], at("batch", batch)
    while place:
        page = scene.alice.get(place)
        seen.append(listed(page))
        following = re.search(r'rel="next" id="next" href="([^"]+)"', page.text)
        place = html.unescape(following[1]) if following else ""
    assert seen == [["2", "4"], ["1", "3"], ["5"]]
    back = scene.alice.get(html.unescape(re.search(r'rel="prev" id="previous" href="([^"]+)"', page.text)[1]))
    assert listed(back) == ["1", "3"]
    first = scene.alice.get(
        html.unescape(re.search(r'rel="prev" id="previous" href="([^"]+)"', back.text)[1])
    )
    assert listed(first) == ["2", "4"]
    assert 'rel="prev"' not in first.text


def test_the_list_goes_by_position_or_by_state_when_asked(scene):
    batch = make_batch(scene, State.COMPLETED, State.ERROR, State.COMPLETED)
    assert listed(scene.alice.get(at("batch", batch), {"by_position": "1"})) == ["1", "2", "3"]
    assert listed(scene.alice.get(at("batch", batch), {"state": "COMPLETED"})) == ["1", "3"]
    assert "No job matches" in scene.alice.get(at("batch", batch), {"state": "QUEUED"}).text


@pytest.mark.parametrize("query", [{"state": "x"}, {"after": "9-x"}, {"before": "0"}, {"by_position": "x"}])
def test_a_wish_without_sense_changes_nothing(scene, query):
    batch = make_batch(scene, State.COMPLETED)
    assert listed(scene.alice.get(at("batch", batch), query)) == ["1"]


def test_the_page_costs_the_same_however_many_songs_there_are(scene, django_assert_max_num_queries):
    batch = make_batch(scene, *[State.ERROR] * 60)
    with django_assert_max_num_queries(14):
        scene.alice.get(at("batch", batch))


def test_what_went_wrong_is_told_by_reason(scene):
    batch = make_batch(scene, *[State.ERROR] * 4, State.COMPLETED)
    wrong = batch.jobs.filter(state="ERROR")
    wrong.update(error_kind="Failed", error_words="No <b>beats</b> found", failed_in="refresh_job")
    wrong.filter(position=4).update(error_kind="Refused", error_words="no balance", failed_in="submit")
    told = batch_reading.reasons(batch)
    assert [(each.number, each.words) for each in told] == [(3, "No <b>beats</b> found"), (1, "no balance")]
    page = scene.alice.get(at("batch", batch)).text
    assert "What went wrong" in page
    assert "No &lt;b&gt;beats&lt;/b&gt; found" in page


def test_reasons_that_differ_only_by_the_song_are_one_line(scene):
    batch = make_batch(scene, *[State.ERROR] * 40)
    for job in batch.jobs.all():
        job.error_kind, job.failed_in = "Failed", "refresh_job"
        if job.position % 2:
            job.error_words = f"file /{job.source_path} does not exist"
        else:
            job.source_url, job.source_path = f"https://songs.example.com/{job.source_path}?sign=a", ""
            job.error_words = f"cannot read {job.source_url}"
        job.save()
    told = batch_reading.reasons(batch)
    assert [(each.number, each.words) for each in told] == [
        (20, "file /… does not exist"),
        (20, "cannot read …"),
    ]


def test_a_song_whose_path_is_a_syllable_leaves_the_words_as_they_are(scene):
    batch = make_batch(scene, State.ERROR)
    batch.jobs.update(
        source_path="no", error_kind="Failed", error_words="no beats now", failed_in="refresh_job"
    )
    assert [each.words for each in batch_reading.reasons(batch)] == ["no beats now"]


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("reset", "The connection broke off before an answer came."),
        ("http_502", "The service answered with HTTP 502."),
        ("not_json", "The answer was no JSON that can be read."),
    ],
)
def test_a_machine_s_word_for_what_went_wrong_is_a_sentence(scene, word, sentence):
    batch = make_batch(scene, State.UNSURE)
    batch.jobs.update(error_kind="Unanswered", error_words=word, failed_in="submit")
    page = scene.alice.get(at("batch", batch)).text
    assert sentence in page
    assert word not in page


def test_names_and_labels_cannot_become_markup(scene):
    batch = make_batch(scene, State.QUEUED, label="<script>alert(1)</script>")
    batch.jobs.update(source_name='"><img src=x onerror=alert(1)>')
    page = scene.alice.get(at("batch", batch)).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_a_retry_is_looked_at_and_one_click_sends_each_once(scene, enqueued):
    batch = make_batch(scene, State.ERROR, State.CANCELED, State.UNSURE, State.COMPLETED, State.GAVE_UP)
    page = scene.alice.get(at("batch_retry", batch))
    assert "Send 3 jobs again" in page.text
    assert "3 songs of unknown length" in page.text or "of unknown length" in page.text
    fields = {"until": re.search(r'name="until" value="([^"]+)"', page.text)[1]}
    for _ in range(2):
        assert scene.alice.post(at("batch_retry", batch), fields).headers["Location"] == at("batch", batch)
    assert batch.jobs.exclude(follows=None).count() == 3
    assert len(enqueued) == 1
    said = scene.alice.get(at("batch", batch)).text
    assert said.count("3 jobs are sent again.") == 1
    # Going back to the look finds nothing left to look at.
    assert scene.alice.get(at("batch_retry", batch)).headers["Location"] == at("batch", batch)


def test_what_fails_after_the_look_is_not_sent_with_it(scene):
    batch = make_batch(scene, State.ERROR, State.PROCESSING)
    page = scene.alice.get(at("batch_retry", batch)).text
    fields = {"until": re.search(r'name="until" value="([^"]+)"', page)[1]}
    batch.jobs.filter(position=2).update(state=State.ERROR, ended_at=timezone.now())
    scene.alice.post(at("batch_retry", batch), fields)
    assert list(batch.jobs.exclude(follows=None).values_list("position", flat=True)) == [1]


def test_cancelling_says_how_many(scene):
    batch = make_batch(scene, State.PROCESSING, State.QUEUED, State.QUEUED)
    assert "2 waiting jobs are canceled." in scene.alice.post(at("batch_cancel", batch), follow=True).text
    assert "No job was waiting any more." in scene.alice.post(at("batch_cancel", batch), follow=True).text
    assert batch.jobs.filter(state="CANCELED").count() == 2


def test_a_viewer_may_look_but_not_act_and_a_stranger_finds_nothing(scene):
    batch = make_batch(scene, State.ERROR, State.QUEUED, State.COMPLETED)
    page = scene.bob.get(at("batch", batch))
    assert page.status_code == 200
    assert "Retry failed" not in page.text
    assert "Cancel what waits" not in page.text
    assert scene.bob.get(at("batch_zip", batch)).status_code == 200
    for name in ("batch_retry", "batch_cancel"):
        assert scene.bob.post(at(name, batch)).status_code == 403
    assert scene.bob.get(at("batch_retry", batch)).status_code == 403
    for name in ("batch", "batch_retry", "batch_export", "batch_zip"):
        assert scene.charlie.get(at(name, batch)).status_code == 404
    for name in ("batch_retry", "batch_cancel"):
        assert scene.charlie.post(at(name, batch)).status_code == 404
    assert scene.charlie.get(at("batch", batch), headers=HTMX).status_code == 404
    assert batch.jobs.count() == 3


def test_dashboard_and_job_page_name_the_batch(scene):
    batch = make_batch(scene, State.QUEUED)
    job = batch.jobs.get()
    for place in ("/", reverse("jobs:job_detail", args=[job.pk])):
        assert at("batch", batch) in scene.alice.get(place).text


def unpacked(answer):
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_everything_leaves_in_one_zip(scene):
    batch = make_batch(scene, State.COMPLETED, State.ERROR, State.COMPLETED, label="夏 2026/7")
    raw = {"id": "1", "outputs": []}
    done = batch.jobs.filter(state="COMPLETED")
    done.update(source_name='../夜曲 "live".mp3', result=RESULT, raw_answer=raw)
    batch.jobs.filter(state="ERROR").update(
        source_name="=1+1.mp3", error_words="no balance", error_kind="Refused"
    )
    answer = scene.alice.get(at("batch_zip", batch))
    assert answer["Content-Type"] == "application/zip"
    assert "%E5%A4%8F%202026_7.zip" in answer["Content-Disposition"]
    with unpacked(answer) as archive:
        assert archive.testzip() is None
        stems = ("00001 _夜曲 _live_", "00003 _夜曲 _live_")
        endings = ("csv", "json", "answer.json")
        names = [f"{stem}.{ending}" for stem in stems for ending in endings]
        assert archive.namelist() == [*names, "index.csv"]
        assert archive.read(names[0]).startswith("\ufeffindex,kind,time_s,".encode())
        assert json.loads(archive.read(names[1]))["facts"] == RESULT["facts"]
        assert json.loads(archive.read(names[2])) == raw
        rows = list(csv.DictReader(io.StringIO(archive.read("index.csv").decode("utf-8-sig"))))
    assert [(row["position"], row["song"], row["state"], row["tempo"]) for row in rows] == [
        ("1", '../夜曲 "live".mp3', "COMPLETED", "120.0"),
        ("2", "'=1+1.mp3", "ERROR", ""),
        ("3", '../夜曲 "live".mp3', "COMPLETED", "120.0"),
    ]
    assert rows[1]["why"] == "no balance"
    assert rows[0]["files"].split(" | ") == names[:3]


def test_a_long_name_fits_every_file_system(scene):
    batch = make_batch(scene, State.COMPLETED)
    batch.jobs.update(source_name="歌" * 255, result=RESULT)
    with unpacked(scene.alice.get(at("batch_zip", batch))) as archive:
        assert max(len(name.encode()) for name in archive.namelist()) < 255


def test_a_zip_of_many_results_is_never_held_whole(scene):
    batch = make_batch(scene, *[State.COMPLETED] * 60)
    markers = [
        {"time": number / 3, "label": "", "strength": None, "downbeat": False} for number in range(300)
    ]
    batch.jobs.update(result=RESULT | {"markers": markers})
    wish = BatchExportForm({})
    assert wish.is_valid()
    held = {}
    for songs in (60, 15):
        Job.objects.filter(batch=batch, position__gt=songs).update(batch=None)
        tracemalloc.start()
        total = sum(len(piece) for piece in batch_zip.stream(batch, wish))
        held[songs] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert total > songs * 2_000
    print(f"batch_zip_60_held_mb={held[60] / 1e6:.2f}")
    print(f"batch_zip_15_held_mb={held[15] / 1e6:.2f}")
    # What grows is one line of the index and the zip's own list of names.
    assert held[60] - held[15] < 45 * 8_000
