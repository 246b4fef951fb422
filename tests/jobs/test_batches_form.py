"""Many songs by one form: files, a folder, a pasted list; wrong ones are named, nothing typed is lost."""

from __future__ import annotations

import re
import time
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.clients import bucket_for
from accounts.models import Song, Verdict
from jobs.models import Batch, Job, Plan
from tests.jobs.batch_forms import NEW, filled_in, look
from tests.jobs.scene import set_scene
from tests.songs import tone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def enqueued(monkeypatch):
    """Ids of jobs that were handed to the workers."""
    ids = []
    monkeypatch.setattr("jobs.tasks.enqueue", lambda job: ids.append(job.pk))
    return ids


@pytest.fixture
def scene(at_sandbox):
    return set_scene(at_sandbox)


def file(name, content=None):
    return SimpleUploadedFile(name, tone() if content is None else content)


def test_a_pasted_list_is_looked_at_and_then_becomes_a_batch(scene, enqueued):
    Song.objects.create(account=scene.account, path="songs/a.mp3", name="夜曲.mp3", size=1, seconds=90)
    lines = "/songs/a.mp3\r\n\r\n  songs/b.mp3  \r\nhttps://songs.example.com/c.mp3\r\n"
    place, page = look(scene.alice, filled_in(scene, lines=lines, label="album"))
    assert not Job.objects.exists()
    assert "Send 3 jobs" in page
    assert "1.5 minutes" in page
    assert "2 songs of unknown length" in page
    assert "夜曲.mp3" in page
    answer = scene.alice.post(place)
    batch = Batch.objects.get()
    assert answer.headers["Location"] == reverse("jobs:batch", args=[batch.pk])
    assert (batch.label, batch.capability, batch.owner) == ("album", "musicBeat", scene.owner)
    places = batch.jobs.order_by("position").values_list("source_path", "source_url", "source_seconds")
    assert list(places) == [
        ("songs/a.mp3", "", 90),
        ("songs/b.mp3", "", None),
        ("", "https://songs.example.com/c.mp3", None),
    ]
    # One message wakes the workers for all of them.
    assert enqueued == [batch.jobs.get(position=1).pk]
    assert not Plan.objects.exists()


def test_a_thousand_lines_need_no_thousand_statements(scene):
    lines = "\n".join(f"songs/{number}.mp3" for number in range(1000))
    with CaptureQueriesContext(connection) as asked:
        began = time.process_time()
        place = scene.alice.post(NEW, filled_in(scene, lines=lines)).headers["Location"]
        formed = time.process_time()
        assert "Send 1000 jobs" in scene.alice.get(place).text
        looked = time.process_time()
        assert scene.alice.post(place).status_code == 302
        sent = time.process_time()
    print(f"batch_1000_form_cpu_s={formed - began:.3f}")
    print(f"batch_1000_look_cpu_s={looked - formed:.3f}")
    print(f"batch_1000_send_cpu_s={sent - looked:.3f}")
    print(f"batch_1000_pages_statements={len(asked)}")
    assert Job.objects.count() == 1000
    assert len(asked) < 130


def test_wrong_lines_are_named_and_nothing_that_was_typed_is_lost(scene):
    lines = (
        "songs/a.mp3\nhttp://songs.example.com/b.mp3\n\nsongs/../c.mp3\nC:\\music\\d.mp3\nalbums/\nhttps://x"
    )
    answer = scene.alice.post(NEW, filled_in(scene, lines=lines, label="stays", enlargeLevel="2"))
    assert answer.status_code == 422
    for words in (
        "Line 2, “http://songs.example.com/b.mp3”: Only addresses that begin with https:// are sent.",
        "Line 4, “songs/../c.mp3”: A path cannot have . or ..",
        "Line 5, “C:\\music\\d.mp3”: Use / between folders",
        "Line 6, “albums/”: This is a folder, not a song.",
        "Line 7, “https://x”: This is no complete web address.",
    ):
        assert words in answer.text
    assert lines in answer.text.replace("&amp;", "&")
    for value in ('value="stays"', 'name="enlargeLevel" value="2"'):
        assert value in answer.text
    assert not Plan.objects.exists()


def test_of_many_wrong_lines_the_first_are_named_and_the_others_counted(scene):
    answer = scene.alice.post(NEW, filled_in(scene, lines="\n".join(["a/../b"] * 33)))
    # Twenty at the field, and the first of them once more where all mistakes are listed.
    assert answer.text.count("Line ") == 21
    assert "13 more lines are wrong." in answer.text


def test_a_song_that_is_named_twice_is_said_and_sent_once(scene):
    place, page = look(scene.alice, filled_in(scene, lines="a.mp3\nb.mp3\n/a.mp3\n\na.mp3"))
    assert "Line 3 is line 1 · Line 5 is line 1" in page
    assert "Send 2 jobs" in page
    scene.alice.post(place)
    assert Job.objects.count() == 2


def test_one_song_named_twice_becomes_one_job_without_a_batch(scene):
    place, page = look(scene.alice, filled_in(scene, lines="a.mp3\na.mp3"))
    assert "Send 1 job<" in page
    job_page = scene.alice.post(place).headers["Location"]
    job = Job.objects.get()
    assert job_page == reverse("jobs:job_detail", args=[job.pk])
    assert job.batch is None
    assert scene.alice.get(place).headers["Location"] == job_page


def test_a_list_of_one_song_becomes_a_job_at_once(scene):
    answer = scene.alice.post(NEW, filled_in(scene, lines="a.mp3\n"))
    assert answer.headers["Location"] == reverse("jobs:job_detail", args=[Job.objects.get().pk])


def test_more_songs_than_a_batch_may_have_are_refused_with_a_sentence(scene):
    lines = "\n".join(f"{number}.mp3" for number in range(5001))
    answer = scene.alice.post(NEW, filled_in(scene, lines=lines))
    assert answer.status_code == 422
    assert "A batch has at most 5,000 songs, and these are 5,001." in answer.text
    assert "5000.mp3" in answer.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"lines": " \n\n"}, "Type at least one path or address."),
        ({"source": "bucket", "path": ["a.mp3", "../b"]}, "A path cannot have . or .."),
        ({"source": "bucket", "folder": "a/../b"}, "A path cannot have . or .."),
        ({"source": "bucket", "folder": "nothing/here"}, "There is no audio file below this folder."),
        ({"lines": "a.mp3\n100012345678_demo/run_musicBeat.py"}, "This file contains keys, or cannot"),
    ],
)
def test_every_mistake_has_a_sentence(scene, fields, sentence):
    answer = scene.alice.post(NEW, filled_in(scene, **fields))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not Plan.objects.exists()


def test_a_file_that_held_keys_when_it_was_looked_at_is_not_sent_however_it_is_named(scene):
    where = {"endpoint": scene.account.endpoint, "bucket": scene.account.bucket}
    Verdict.objects.create(**where, path="notes/keys.mp3", etag="1", holds=Verdict.Holds.KEYS)
    for fields in ({"lines": "a.mp3\n/notes/keys.mp3"}, {"source": "bucket", "path": ["notes/keys.mp3"]}):
        answer = scene.alice.post(NEW, filled_in(scene, **fields))
        assert answer.status_code == 422
        assert "This file contains keys, or cannot" in answer.text
    assert not Plan.objects.exists()


def test_several_files_are_uploaded_once_and_become_a_batch(scene):
    files = [file("一.wav"), file("二.wav")]
    place, page = look(scene.alice, filled_in(scene, source="upload", file=files))
    assert "一.wav" in page
    assert "二.wav" in page
    scene.alice.post(place)
    assert set(Job.objects.values_list("source_path", flat=True)) == set(
        Song.objects.values_list("path", flat=True)
    )
    assert Job.objects.filter(source_seconds=0.5).count() == 2


def test_of_several_files_the_good_ones_are_kept_beside_the_refused_one(scene):
    files = [file("good.wav"), file("words.mp3", b"not a song " * 99)]
    refused = scene.alice.post(NEW, filled_in(scene, source="upload", file=files, label="stays"))
    assert refused.status_code == 422
    assert "words.mp3: This is not an audio file" in refused.text
    song = Song.objects.get()
    assert re.search(rf'>good.wav<.*name="kept" value="{song.path}" checked>', refused.text, re.DOTALL)
    assert 'value="stays"' in refused.text
    more = filled_in(scene, source="upload", kept=[song.path], file=[file("other.wav")])
    _, page = look(scene.alice, more)
    assert "Send 2 jobs" in page
    assert Song.objects.count() == 2


def test_ticked_files_of_the_bucket_become_a_batch(scene):
    for number in range(3):
        Song.objects.create(account=scene.account, path=f"{number}.mp3", name=f"{number}", size=1)
    assert scene.alice.get(NEW).text.count('type="checkbox" name="path"') == 3
    place, _ = look(scene.alice, filled_in(scene, source="bucket", path=["0.mp3", "2.mp3"]))
    scene.alice.post(place)
    assert set(Job.objects.values_list("source_path", flat=True)) == {"0.mp3", "2.mp3"}


def test_a_folder_is_every_audio_file_below_it_but_what_tmp_wrote(scene):
    bucket, folder = bucket_for(scene.account), f"f{uuid4().hex[:8]}"
    written = f"{folder}/out/{uuid4()}-1/merged.wav"
    for key in (
        f"{folder}/a.mp3",
        f"{folder}/deep/b.WAV",
        f"{folder}/words.txt",
        written,
        f"{folder}x/c.mp3",
    ):
        bucket.put(key, b"x")
    place, page = look(scene.alice, filled_in(scene, source="bucket", folder=f"/{folder}/"))
    assert "Send 2 jobs" in page
    # What comes into the folder after the look is not sent.
    bucket.put(f"{folder}/late.mp3", b"x")
    scene.alice.post(place)
    assert set(Job.objects.values_list("source_path", flat=True)) == {
        f"{folder}/a.mp3",
        f"{folder}/deep/b.WAV",
    }


def test_a_bucket_in_trouble_is_a_sentence_at_the_folder(scene, settings):
    settings.SANDBOX = {"gateway": "", "store": ""}
    answer = scene.alice.post(NEW, filled_in(scene, source="bucket", folder="songs"))
    assert answer.status_code == 422
    assert "The sandbox is not running." in answer.text
