"""The bucket inside the form of a new job: folders, searching by first letters, and what was used lately."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.clients import bucket_for
from accounts.guarding.verdicts import judge
from accounts.models import Song
from jobs.bucket_files import lately_used, look_into
from tests.factories import make_job
from tests.jobs.scene import set_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(at_sandbox):
    return set_scene(at_sandbox)


@pytest.fixture
def folder(scene):
    """A folder of the shared bucket that is this test's own."""
    prefix, bucket = f"albums-{uuid4().hex[:8]}/", bucket_for(scene.account)
    for name in ("a song.mp3", "b.wav", "notes.txt", "live/c.flac", "Bonus.mp3"):
        bucket.put(prefix + name, b"x")
    return prefix


def shown(scene, person="alice", **query):
    address = reverse("jobs:bucket_files", args=[scene.account.pk])
    return getattr(scene, person).get(address, query, headers={"HX-Request": "true"})


def test_a_folder_shows_its_folders_and_its_audio(scene, folder):
    page = shown(scene, prefix=folder).text
    for name in ("a song.mp3", "b.wav", "live"):
        assert f">{name}<" in page
    assert "notes.txt" not in page
    assert "1 other file is hidden." in page
    assert f"path={folder.replace('/', '%2F')}a%20song.mp3" in page


def test_all_files_are_shown_on_demand_but_only_audio_can_be_heard(scene, folder):
    page = shown(scene, prefix=folder, all="1").text
    assert "notes.txt" in page
    assert page.count("data-play=") == 3


def test_what_begins_with_the_typed_letters_is_found(scene, folder):
    page = shown(scene, prefix=folder, begins="b").text
    assert "b.wav" in page
    assert "a song.mp3" not in page
    assert "Bonus.mp3" not in page
    assert "live" in shown(scene, prefix=folder, begins="li").text
    assert "Nothing here begins like this" in shown(scene, prefix=folder, begins="zzz").text


def test_a_large_folder_has_pages(scene, folder):
    bucket = bucket_for(scene.account)
    for number in range(101):
        bucket.put(f"{folder}many/{number:03}.mp3", b"x")
    first = look_into(scene.account, f"{folder}many/")
    assert (len(first.choices), bool(first.next_marker)) == (100, True)
    rest = look_into(scene.account, f"{folder}many/", marker=first.next_marker)
    assert ([each.name for each in rest.choices], rest.next_marker) == (["100.mp3"], "")
    assert "Next" in shown(scene, prefix=f"{folder}many/").text


def test_a_song_bears_the_name_its_person_gave_it(scene, folder):
    Song.objects.create(account=scene.account, path=f"{folder}b.wav", name="夜曲.wav", size=1, seconds=61)
    page = shown(scene, prefix=folder).text
    assert "夜曲.wav" in page
    assert "1:01" in page


def test_a_file_that_is_known_to_contain_keys_is_not_offered(scene, folder):
    bucket, path = bucket_for(scene.account), f"{folder}keys.txt"
    bucket.put(path, f"key: {scene.account.tmp_secret_key}".encode())
    judge(scene.account, bucket, path, "")
    page = shown(scene, prefix=folder, all="1").text
    assert "notes.txt" in page
    assert "keys.txt" not in page


def test_the_demo_with_keys_is_not_offered(scene):
    bucket_for(scene.account).put("100012345678_demo/run_musicBeat.py", b"keys")
    assert "run_musicBeat.py" not in shown(scene, prefix="100012345678_demo/", all="1").text
    assert "100012345678_demo" not in shown(scene, all="1").text


def test_names_that_cannot_be_sent_are_left_out(scene, folder):
    bucket_for(scene.account).put(f"{folder}odd\\name.mp3", b"x")
    assert "odd" not in shown(scene, prefix=folder).text


@pytest.mark.parametrize("prefix", ["../", "a/../b/", "no slash", "a\\b/", "x" * 900 + "/"])
def test_a_folder_that_no_bucket_has_is_not_found(scene, prefix):
    assert shown(scene, prefix=prefix).status_code == 404


def test_letters_that_no_name_has_find_nothing(scene):
    assert "Nothing here begins like this" in shown(scene, begins="a\\b").text


def test_a_bucket_in_trouble_is_a_sentence_with_a_way_on(scene, settings):
    settings.SANDBOX = {**settings.SANDBOX, "store": "http://127.0.0.1:9"}
    page = shown(scene)
    assert page.status_code == 200
    assert "Nothing answers at the store" in page.text
    assert "Try again" in page.text


def test_strangers_and_viewers_do_not_look_into_the_bucket_here(scene):
    assert shown(scene, "bob").status_code == 403
    assert shown(scene, "charlie").status_code == 404


def test_what_was_used_last_comes_first_each_song_once(scene):
    account = scene.account
    Song.objects.create(account=account, path="uploads/1.wav", name="first.wav", size=1)
    make_job(account, source_path="albums/a.mp3", source_name="a.mp3")
    Song.objects.create(account=account, path="uploads/2.wav", name="second.wav", size=1)
    make_job(account, source_path="uploads/1.wav", source_name="first.wav")
    make_job(account, source_path="", source_kind="url", source_url="https://a.example/x.mp3")
    assert [each.path for each in lately_used(account)] == ["uploads/1.wav", "uploads/2.wav", "albums/a.mp3"]
    assert len(lately_used(account, limit=2)) == 2
