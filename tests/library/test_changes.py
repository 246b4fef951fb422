"""Files are renamed and deleted so that nothing is lost, nobody is surprised, and it is on the audit log."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.clients import bucket_for
from accounts.models import AuditEntry, Membership, Song
from tencent.bucket import Bucket
from tencent.bucket_answers import Entry
from tencent.errors import BucketMissing, BucketUnreachable
from tests.factories import make_membership, make_user
from tests.jobs.scene import set_scene, signed_in
from tests.songs import tone

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(at_sandbox):
    return set_scene(at_sandbox)


@pytest.fixture
def folder(scene):
    return f"changes-{uuid4().hex}"


@pytest.fixture
def bucket(scene):
    return bucket_for(scene.account)


@pytest.fixture
def song(scene, bucket, folder):
    path = f"{folder}/first.wav"
    bucket.put(path, tone(), content_type="audio/wav")
    return Song.objects.create(account=scene.account, path=path, name="晴天.wav", size=len(tone()))


def address(name, scene, **query):
    return reverse(f"library:{name}", args=[scene.account.pk], query=query or None)


def exists(bucket, path):
    try:
        bucket.head(path)
    except BucketMissing:
        return False
    return True


def move(scene, song, **form):
    folder, _, file = song.path.rpartition("/")
    known = {"folder": folder, "file": file, "own_name": song.name}
    return scene.alice.post(address("move", scene, path=song.path), known | form, follow=True)


def test_a_file_moves_with_its_bytes_its_type_and_its_name(scene, bucket, folder, song):
    answer = move(scene, song, folder=f"{folder}/deeper/歌", file="second.wav", own_name="夜曲.wav")
    assert f"The file is called “{folder}/deeper/歌/second.wav” now." in answer.text
    assert not exists(bucket, song.path)
    with bucket.open(f"{folder}/deeper/歌/second.wav") as opened:
        assert b"".join(opened.chunks) == tone()
        assert opened.headers["content-type"] == "audio/wav"
    assert list(Song.objects.values_list("path", "name")) == [(f"{folder}/deeper/歌/second.wav", "夜曲.wav")]
    entry = AuditEntry.objects.get()
    assert (entry.deed, entry.user, entry.account) == ("file_moved", scene.owner, scene.account)
    assert entry.detail == {"before": song.path, "after": f"{folder}/deeper/歌/second.wav"}


def test_only_the_name_is_changed_when_only_the_name_is_typed(scene, bucket, song):
    move(scene, song, own_name="夜曲.wav")
    assert exists(bucket, song.path)
    assert Song.objects.get().name == "夜曲.wav"
    assert not AuditEntry.objects.exists()


def test_nothing_is_written_over(scene, bucket, folder, song):
    bucket.put(f"{folder}/taken.wav", b"another")
    answer = move(scene, song, file="taken.wav")
    assert answer.status_code == 422
    assert "There is a file of this name already; nothing was written over." in answer.text
    assert 'value="taken.wav"' in answer.text
    assert bucket.read(f"{folder}/taken.wav", 100) == b"another"
    assert exists(bucket, song.path)


def test_nothing_is_written_over_by_one_who_comes_between_either(scene, bucket, folder, song, monkeypatch):
    taken = f"{folder}/taken.wav"
    monkeypatch.setattr(
        "library.changing._exists", lambda _bucket, path: bucket.put(path, b"other") and False
    )
    answer = move(scene, song, file="taken.wav")
    assert "There is a file of this name already; nothing was written over." in answer.text
    assert bucket.read(taken, 100) == b"other"
    assert exists(bucket, song.path)


def test_a_copy_that_is_not_like_the_original_deletes_nothing(scene, bucket, folder, song, monkeypatch):
    copy = Bucket.copy

    def spoilt(self, source, key, *, etag):
        copy(self, source, key, etag=etag)
        self.put(key, tone(seconds=1))

    monkeypatch.setattr(Bucket, "copy", spoilt)
    answer = move(scene, song, file="second.wav")
    assert "The copy is not like the original, so nothing was deleted" in answer.text
    assert bucket.read(song.path, 100_000) == tone()
    assert Song.objects.get().path == song.path


def test_a_file_that_is_replaced_meanwhile_is_not_deleted(scene, bucket, folder, song, monkeypatch):
    copy = Bucket.copy

    def overtaken(self, source, key, *, etag):
        copy(self, source, key, etag=etag)
        self.put(source, b"a newer version")

    monkeypatch.setattr(Bucket, "copy", overtaken)
    answer = move(scene, song, file="second.wav")
    assert "nothing was deleted: both are in the bucket now" in answer.text
    assert bucket.read(song.path, 100) == b"a newer version"


def test_an_old_name_that_stays_is_told(scene, bucket, folder, song, monkeypatch):
    def away(self, key):
        raise BucketUnreachable(code="timeout")

    monkeypatch.setattr(Bucket, "delete", away)
    answer = move(scene, song, file="second.wav")
    assert "The file is under its new name, but the old one could not be deleted" in answer.text
    assert exists(bucket, song.path)
    assert exists(bucket, f"{folder}/second.wav")


def test_a_file_too_large_for_one_copy_is_refused_with_a_sentence(scene, bucket, song, monkeypatch):
    head = Bucket.head

    def huge(self, key, **options):
        entry = head(self, key, **options)
        return Entry(key=key, size=6 * 1024**3, modified=entry.modified, etag=entry.etag)

    monkeypatch.setattr(Bucket, "head", huge)
    answer = move(scene, song, file="second.wav")
    assert answer.status_code == 422
    assert "The store copies files of at most 5.0" in answer.text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"file": "../x.wav"}, "A slash begins a folder"),
        ({"file": ".."}, "errorlist"),
        ({"file": ""}, "This field is required."),
        ({"folder": "a//b"}, "errorlist"),
        ({"folder": "../.."}, "errorlist"),
        ({"folder": "x" * 790, "file": "y" * 100}, "errorlist"),
        ({"file": "a\\b.wav"}, "errorlist"),
        ({"folder": "100012345678_demo"}, "TMP&#x27;s demo"),
    ],
)
def test_a_path_that_cannot_be_is_a_sentence_and_what_was_typed_stays(scene, bucket, song, form, sentence):
    answer = move(scene, song, **form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert exists(bucket, song.path)


def test_a_file_that_is_gone_cannot_be_renamed(scene, folder):
    answer = scene.alice.get(address("move", scene, path=f"{folder}/gone.wav"))
    assert answer.status_code == 404
    assert "There is no such file in the bucket." in answer.text


def test_deleting_asks_first_names_the_files_and_then_tells_what_is_gone(scene, bucket, folder, song):
    other = f"{folder}/other & more.wav"
    bucket.put(other, b"x")
    sent = {"path": [song.path, other, song.path, "../never"], "prefix": f"{folder}/"}
    page = scene.alice.post(address("delete", scene), sent)
    assert "Delete 2 files?" in page.text
    assert "晴天.wav" in page.text
    assert "other &amp; more.wav" in page.text
    assert exists(bucket, song.path)
    gone = scene.alice.post(address("delete", scene), sent | {"confirmed": "1"}, follow=True)
    assert "2 files are deleted from the bucket." in gone.text
    assert bucket.list(f"{folder}/").entries == []
    assert not Song.objects.exists()
    entry = AuditEntry.objects.get()
    assert (entry.deed, entry.user) == ("files_deleted", scene.owner)
    assert entry.detail == {"files": [song.path, other], "count": 2}


def test_each_file_that_stays_is_named_with_the_reason(scene, bucket, folder, song, sandbox, at_sandbox):
    kept = f"{folder}/kept/x.wav"
    bucket.put(kept, b"x")
    may = {"effect": "allow", "action": ["name/cos:*"], "resource": ["*"]}
    may_not = {
        "effect": "deny",
        "action": ["name/cos:DeleteObject"],
        "resource": [f"qcs::cos:*:*:*{folder}/kept/*"],
    }
    key = sandbox.key(policy={"version": "2.0", "statement": [may, may_not]})
    account = scene.account
    account.bucket_secret_id, account.bucket_secret_key = key.secret_id, key.secret_key
    account.save()
    sent = {"path": [song.path, kept], "confirmed": "1"}
    answer = scene.alice.post(address("delete", scene), sent, follow=True)
    assert "1 file is deleted from the bucket." in answer.text
    assert f"{kept}: The keys are right, but they have no rights here." in answer.text
    assert exists(bucket, kept)
    assert AuditEntry.objects.get().detail == {"files": [song.path], "count": 1}


def test_deleting_nothing_is_a_sentence(scene):
    answer = scene.alice.post(address("delete", scene), follow=True)
    assert "Tick the files first." in answer.text


def test_a_bucket_that_does_not_answer_leaves_nobody_guessing(scene, song, settings):
    settings.SANDBOX = {"gateway": "", "store": ""}
    answer = scene.alice.post(address("delete", scene), {"path": song.path, "confirmed": "1"}, follow=True)
    assert "Nobody knows which files are gone: The sandbox is not running." in answer.text
    assert move(scene, song, file="second.wav").status_code == 422
    assert Song.objects.exists()


def test_a_new_folder_is_there_before_anything_is_in_it(scene, bucket, folder):
    sent = {"folder": " 新的 ", "prefix": folder}
    answer = scene.alice.post(address("folder_new", scene), sent, follow=True)
    assert "This folder of the bucket is empty." in answer.text
    assert f"{folder}/新的/" in bucket.list(f"{folder}/").folders
    again = scene.alice.post(address("folder_new", scene), sent)
    assert again.status_code == 422
    assert "There is a folder of this name already." in again.text
    gone = scene.alice.post(address("folder_delete", scene), {"prefix": f"{folder}/新的/"}, follow=True)
    assert gone.status_code == 200
    assert bucket.list(f"{folder}/").folders == []


@pytest.mark.parametrize("name", ["", "a/b", "..", "a\\b", "x" * 121])
def test_a_folders_name_that_cannot_be_is_a_sentence(scene, bucket, folder, name):
    answer = scene.alice.post(address("folder_new", scene), {"folder": name, "prefix": folder})
    assert answer.status_code == 422
    assert "errorlist" in answer.text
    assert bucket.list(f"{folder}/", delimiter="").entries == []


def test_a_folder_with_files_is_not_deleted(scene, bucket, folder, song):
    answer = scene.alice.post(address("folder_delete", scene), {"prefix": folder}, follow=True)
    assert "There are files in this folder; delete them first." in answer.text
    assert exists(bucket, song.path)


def test_an_upload_goes_into_the_folder_that_is_shown(scene, bucket, folder):
    sent = {"songs": SimpleUploadedFile("mine.wav", tone()), "prefix": f"{folder}/"}
    scene.alice.post(address("upload", scene), sent)
    stored = Song.objects.get()
    assert stored.path.startswith(f"{folder}/")
    assert exists(bucket, stored.path)


CHANGING = ("move", "delete", "folder_new", "folder_delete", "upload")


@pytest.mark.parametrize("view", CHANGING)
def test_a_stranger_changes_nothing_and_a_viewer_may_not(scene, bucket, song, view):
    sent = {"path": song.path, "confirmed": "1", "prefix": song.path, "folder": "x", "file": "y.wav"}
    where = address(view, scene, path=song.path)
    assert scene.charlie.post(where, sent).status_code == 404
    assert scene.bob.post(where, sent).status_code == 403
    if view == "move":
        assert scene.charlie.get(where).status_code == 404
        assert scene.bob.get(where).status_code == 403
    assert exists(bucket, song.path)
    assert not AuditEntry.objects.exists()


def test_a_submitter_may_put_files_in_order(scene, bucket, folder, song):
    user = make_user()
    make_membership(scene.account, user, Membership.Role.SUBMITTER)
    sent = {"path": song.path, "confirmed": "1"}
    assert signed_in(user).post(address("delete", scene), sent).status_code == 302
    assert not exists(bucket, song.path)
    assert AuditEntry.objects.get().user == user


def test_a_viewer_sees_no_way_to_change_anything(scene, folder, song):
    page = scene.bob.get(address("browse_account", scene, prefix=folder)).text
    assert "upload-form" not in page
    assert "button--danger" not in page
    shown = scene.bob.get(address("file", scene, path=song.path)).text
    assert address("move", scene) not in shown
    assert address("delete", scene) not in shown
