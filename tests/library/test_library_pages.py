"""The library over the real sandbox: listing, upload, and bytes in ranges."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.conf import global_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.clients import bucket_for
from accounts.models import Membership, Song, Upload
from tencent.bucket import Opened
from tests.factories import make_account, make_membership, make_registration, make_user
from tests.jobs.scene import set_scene
from tests.songs import tone

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(at_sandbox):
    return set_scene(at_sandbox)


@pytest.fixture
def path(scene):
    """A song of this test's own in the bucket."""
    key = f"uploads/{uuid4()}.wav"
    bucket_for(scene.account).put(key, tone(), content_type="audio/wav")
    return key


def address(name, scene, **query):
    return reverse(f"library:{name}", args=[scene.account.pk], query=query or None)


def body_of(answer):
    return b"".join(answer.streaming_content)


def test_the_listing_names_files_as_the_person_does(scene, path):
    Song.objects.create(account=scene.account, path=path, name="晴天.wav", size=1)
    page = scene.alice.get(address("browse_account", scene, prefix="uploads"))
    assert page.status_code == 200
    assert "晴天.wav" in page.text
    assert path in page.text


def test_a_name_cannot_become_markup(scene, path):
    Song.objects.create(account=scene.account, path=path, name="<img src=x onerror=alert(1)>", size=1)
    page = scene.alice.get(address("browse_account", scene, prefix="uploads", play=path))
    assert "<img src=x" not in page.text
    assert "&lt;img src=x" in page.text


def test_a_key_that_has_no_address_here_is_named_but_not_linked(scene):
    folder = uuid4()
    bucket_for(scene.account).put(f"{folder}/a\\b.wav", tone(), content_type="audio/wav")
    text = scene.alice.get(address("browse_account", scene, prefix=f"{folder}/")).text
    assert "a_b.wav" in text
    assert "Its name has a character that cannot be used here." in text
    assert "%5Cb.wav" not in text


def test_folders_lead_down_and_up_again(scene, path):
    top = scene.alice.get(address("browse_account", scene)).text
    assert "?prefix=uploads%2F" in top
    inside = scene.alice.get(address("browse_account", scene, prefix="uploads/")).text
    assert path in inside
    assert f'href="{address("browse_account", scene)}"' in inside


def test_an_upload_lands_in_the_bucket_under_a_name_of_the_server(scene):
    file = SimpleUploadedFile("../../我的歌.wav", tone())
    answer = scene.alice.post(address("upload", scene), {"songs": file}, follow=True)
    song = Song.objects.get(account=scene.account)
    assert song.name == "我的歌.wav"
    assert "我的歌" not in song.path
    assert "1 file is in the bucket now." in answer.text
    assert bucket_for(scene.account).head(song.path).size == len(tone())


def test_several_files_go_up_at_once_and_only_the_bad_one_is_refused(scene):
    files = [SimpleUploadedFile("good.wav", tone()), SimpleUploadedFile("bad.mp3", b"not a song " * 99)]
    answer = scene.alice.post(address("upload", scene), {"songs": files})
    assert answer.status_code == 422
    assert "bad.mp3: " in answer.text
    assert "1 file is in the bucket now." in answer.text
    assert [song.name for song in Song.objects.filter(account=scene.account)] == ["good.wav"]


def test_an_unfinished_upload_is_told_only_where_it_would_go_on(scene):
    other = make_user()
    make_membership(scene.account, other, Membership.Role.SUBMITTER)
    for uploader, path in ((scene.owner, "albums/a.wav"), (other, "albums/b.wav")):
        Upload.objects.create(
            account=scene.account,
            uploader=uploader,
            path=path,
            name=path,
            content_type="audio/wav",
            size=9,
            modified=1,
            part_bytes=9,
        )

    def shown(**query):
        page = scene.alice.get(address("browse_account", scene, **query)).text
        return [path for path in ("albums/a.wav", "albums/b.wav") if f'"9 {path}"' in page]

    assert shown(prefix="albums") == shown() == ["albums/a.wav"]
    assert shown(prefix="albums/live") == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "a.mp3: The file is empty."), (b"text, not a song " * 99, "a.mp3: This is not an audio file")],
)
def test_what_is_no_song_is_refused_with_a_sentence(scene, content, sentence):
    answer = scene.alice.post(address("upload", scene), {"songs": SimpleUploadedFile("a.mp3", content)})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not Song.objects.filter(account=scene.account).exists()


@pytest.mark.parametrize("first_handler", [[], ["accounts.uploads.CappedUploadHandler"]])
def test_a_file_that_is_too_large_is_named_and_the_others_are_stored(scene, settings, first_handler):
    settings.UPLOAD_MAX_BYTES = len(tone())
    settings.FILE_UPLOAD_HANDLERS = [*first_handler, *global_settings.FILE_UPLOAD_HANDLERS]
    huge = tone(seconds=2)
    files = [SimpleUploadedFile("fits.wav", tone()), SimpleUploadedFile("huge.wav", huge)]
    answer = scene.alice.post(address("upload", scene), {"songs": files})
    assert answer.status_code == 422
    assert "huge.wav: The file is too large" in answer.text
    assert [song.name for song in Song.objects.filter(account=scene.account)] == ["fits.wav"]
    alone = scene.alice.post(address("upload", scene), {"songs": SimpleUploadedFile("huge.wav", huge)})
    assert "huge.wav: The file is too large" in alone.text
    assert "This field is required." not in alone.text


def test_an_upload_without_a_file_asks_for_one(scene):
    answer = scene.alice.post(address("upload", scene))
    assert answer.status_code == 422
    assert "This field is required." in answer.text


def test_a_player_gets_the_part_it_asks_for(scene, path):
    answer = scene.alice.get(address("stream", scene, path=path), headers={"Range": "bytes=10-19"})
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes 10-19/{len(tone())}"
    assert answer["Content-Length"] == "10"
    assert body_of(answer) == tone()[10:20]


def test_a_player_gets_the_whole_song_as_audio(scene, path):
    answer = scene.alice.get(address("stream", scene, path=path))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "audio/wav"
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("inline")
    assert body_of(answer) == tone()


@pytest.mark.parametrize("wanted", ["bytes=0-1,5-6", "lines=1-2", "bytes=a-b", "bytes=5"])
def test_a_range_that_is_no_plain_range_means_the_whole_song(scene, path, wanted):
    answer = scene.alice.get(address("stream", scene, path=path), headers={"Range": wanted})
    assert answer.status_code == 200
    assert body_of(answer) == tone()


def test_a_song_is_kept_by_no_cache_and_can_be_told_from_its_next_version(scene, path):
    answer = scene.alice.get(address("stream", scene, path=path))
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["ETag"].strip('"') == bucket_for(scene.account).head(path).etag.strip('"')
    assert answer["Last-Modified"]
    answer.close()


@pytest.mark.parametrize("view", ["stream", "download"])
def test_a_player_that_goes_away_gives_the_connection_back(scene, path, view, monkeypatch):
    # Only the first time it is looked into before.
    body_of(scene.alice.get(address(view, scene, path=path)))
    closed = []
    close = Opened.close
    monkeypatch.setattr(Opened, "close", lambda opened: (closed.append(opened), close(opened)))
    answer = scene.alice.get(address(view, scene, path=path))
    assert closed == []
    answer.close()
    assert len(closed) == 1


def test_a_part_behind_the_end_is_not_there(scene, path):
    answer = scene.alice.get(address("stream", scene, path=path), headers={"Range": "bytes=9999999-"})
    assert answer.status_code == 416


def test_what_is_no_audio_is_never_shown_in_the_page(scene):
    key = f"uploads/{uuid4()}.html"
    bucket_for(scene.account).put(key, b"<script>alert(1)</script>", content_type="text/html")
    answer = scene.alice.get(address("stream", scene, path=key))
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    answer.close()


def test_a_download_bears_the_name_the_person_knows(scene, path):
    Song.objects.create(account=scene.account, path=path, name='夜曲 "live".wav', size=1)
    answer = scene.alice.get(address("download", scene, path=path))
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E5%A4%9C%E6%9B%B2")
    assert body_of(answer) == tone()


def test_a_file_that_is_gone_is_a_page_with_a_sentence(scene):
    answer = scene.alice.get(address("download", scene, path="uploads/gone.wav"))
    assert answer.status_code == 404
    assert "There is no such file in the bucket." in answer.text
    assert scene.alice.get(address("stream", scene, path="uploads/gone.wav")).status_code == 404


@pytest.mark.parametrize(
    "path", ["../x.wav", "a/../b.wav", "a\\b.wav", "a\x00.wav", "a\n.wav", "a//b.wav", "", "x" * 851]
)
def test_a_path_that_leads_elsewhere_is_not_found(scene, path):
    assert scene.alice.get(address("stream", scene, path=path)).status_code == 404
    assert scene.alice.get(address("download", scene, path=path)).status_code == 404


def folder_of(key):
    return f"{key.partition('/')[0]}/"


def test_the_file_with_the_keys_is_for_the_owner_only_and_masked(scene):
    demo = scene.account.demo_path
    bucket_for(scene.account).put(demo, b"SECRET = 'x'")
    listing = address("browse_account", scene, prefix=folder_of(demo))
    assert "Contains keys" in scene.bob.get(listing).text
    shown = address("file", scene, path=demo)
    assert not re.search(r"/download\?", scene.bob.get(shown).text)
    assert re.search(r"/download\?", scene.alice.get(shown).text)
    for view in ("download", "stream"):
        assert scene.bob.get(address(view, scene, path=demo)).status_code == 403
        assert scene.bob.get(address(view, scene, path=f"/{demo}")).status_code == 403
        answer = scene.alice.get(address(view, scene, path=demo))
        assert answer.headers["Location"] == reverse("accounts:account_demo", args=[scene.account.pk])


@pytest.mark.parametrize("view", ["download", "stream"])
@pytest.mark.parametrize("told", ["100077777777_demo", "100077777777_demo/", "/100077777777_demo/", ""])
def test_everything_in_a_demo_folder_is_guarded_however_the_answer_named_it(charlie, at_sandbox, view, told):
    scene = set_scene(at_sandbox, operate_uin="100077777777", demo_path=told)
    for path in ("100077777777_demo/run.py", "100077777777_demo/lib/keys.json"):
        assert scene.bob.get(address(view, scene, path=path)).status_code == 403
        assert scene.alice.get(address(view, scene, path=path)).status_code == 302
    assert scene.bob.get(address(view, scene, path="100077777777_demonstration.wav")).status_code == 404


def test_the_keys_of_another_account_in_the_same_bucket_are_its_owners_alone(scene, charlie, at_sandbox):
    other = make_account(charlie, at_sandbox, demo_path="100099999999_demo/run_musicBeat.py")
    bucket_for(other).put(other.demo_path, b"SECRET = 'y'")
    path = address("download", scene, path=other.demo_path)
    assert scene.bob.get(path).status_code == 403
    assert scene.alice.get(path).status_code == 403
    assert "Contains keys" in scene.bob.get(address("browse_account", scene, prefix="100099999999_demo")).text


def test_the_keys_of_an_attempt_without_an_account_are_guarded_too(scene, charlie, at_sandbox):
    make_registration(charlie, at_sandbox, operate_uin="100088888888", state="UNSURE")
    path = "100088888888_demo/run_musicBeat.py"
    assert scene.alice.get(address("download", scene, path=path)).status_code == 403


def test_a_viewer_may_look_and_listen_but_not_upload(scene, path):
    page = scene.bob.get(address("browse_account", scene, prefix="uploads"))
    assert path in page.text
    assert "upload-form" not in page.text
    assert body_of(scene.bob.get(address("stream", scene, path=path))) == tone()
    answer = scene.bob.post(address("upload", scene), {"songs": SimpleUploadedFile("a.wav", tone())})
    assert answer.status_code == 403
    assert not Song.objects.filter(account=scene.account).exists()


@pytest.mark.parametrize("view", ["browse_account", "stream", "download"])
def test_a_stranger_finds_nothing(scene, path, view):
    assert scene.charlie.get(address(view, scene, path=path)).status_code == 404


def test_a_stranger_cannot_upload(scene):
    answer = scene.charlie.post(address("upload", scene), {"songs": SimpleUploadedFile("a.wav", tone())})
    assert answer.status_code == 404
    assert not Song.objects.exists()


def test_the_library_leads_to_the_only_account(scene):
    assert scene.alice.get(reverse("library:browse")).headers["Location"] == address("browse_account", scene)


def test_the_library_lets_choose_between_accounts(scene):
    make_account(scene.owner, name="second studio", endpoint="sandbox")
    page = scene.alice.get(reverse("library:browse"))
    assert "second studio" in page.text
    assert address("browse_account", scene) in page.text


def test_without_an_account_the_library_leads_to_registering(scene):
    page = scene.charlie.get(reverse("library:browse"))
    assert reverse("accounts:register") in page.text
    assert scene.account.name not in page.text


def test_a_bucket_in_trouble_is_a_sentence_in_place(scene, settings):
    settings.SANDBOX = {"gateway": "", "store": ""}
    page = scene.alice.get(address("browse_account", scene))
    assert page.status_code == 200
    assert "The sandbox is not running." in page.text
    answer = scene.alice.post(address("upload", scene), {"songs": SimpleUploadedFile("a.wav", tone())})
    assert answer.status_code == 422
    assert "The sandbox is not running." in answer.text
    for view in ("stream", "download"):
        answer = scene.alice.get(address(view, scene, path="uploads/a.wav"))
        assert answer.status_code == 502
        assert "The sandbox is not running." in answer.text


def test_a_long_folder_goes_on_on_the_next_page(scene, monkeypatch):
    monkeypatch.setattr("library.listing.PAGE_LENGTH", 2)
    folder = f"uploads/{uuid4()}"
    for number in range(3):
        bucket_for(scene.account).put(f"{folder}/{number}.wav", b"x")
    first = scene.alice.get(address("browse_account", scene, prefix=folder))
    assert f"{folder}/1.wav" in first.text
    assert f"{folder}/2.wav" not in first.text
    following = re.search(r'rel="next" href="([^"]+)"', first.text)[1].replace("&amp;", "&")
    assert f"{folder}/2.wav" in scene.alice.get(following).text
