"""Files on their way from a browser into the bucket: straight or through the portal, and taken up again."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import uuid4

import pytest
import requests
from django.urls import reverse
from django.utils import timezone

from accounts import upload_sweeping, uploading, ways
from accounts.clients import bucket_for
from accounts.models import Account, Membership, Song, Upload, Way
from tencent.errors import BucketMissing
from tests.accounts.bringing import MIB, Browser, account_with_bucket, long_wav
from tests.accounts.browsing import signed_in
from tests.accounts.test_songs import NO_SOUNDS, encoded, id3, wav
from tests.factories import make_membership

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_parts(settings):
    """What is larger than a mebibyte goes in parts of one."""
    settings.MULTIPART_BYTES = settings.PART_BYTES = MIB


@pytest.fixture
def account(alice, at_sandbox):
    return account_with_bucket(alice, at_sandbox, f"up{uuid4().hex[:8]}")


@pytest.fixture
def browser(alice, account):
    return Browser(alice, account)


def test_a_small_file_goes_whole_and_straight_into_the_bucket(browser, account, alice):
    content = wav()
    plan = browser.begin(content).json()
    assert (plan["count"], plan["arrived"], plan["direct"]) == (1, [], True)
    link = browser.links(plan, 1)["1"]
    assert link.startswith(bucket_for(account).origin)
    assert not Song.objects.exists()
    assert browser.put(plan, content, 1) == [200]
    told = browser.finish(plan).json()
    song = Song.objects.get()
    assert (told["path"], told["name"]) == (song.path, "夜曲.wav")
    assert song.path.startswith("uploads/")
    assert (song.uploader, song.size, song.seconds) == (alice, len(content), 1.0)
    assert bucket_for(account).read(song.path, MIB) == content


def test_a_large_file_that_was_interrupted_goes_on_where_it_stopped(browser, alice, account):
    content = long_wav(3 * MIB + 1000)
    plan = browser.begin(content).json()
    assert plan["count"] == 4
    assert browser.put(plan, content, 3, 1) == [200, 200]
    # The page is reloaded, and the same file is chosen again.
    again = Browser(alice, account)
    plan_again = again.begin(content).json()
    assert plan_again["upload"] == plan["upload"]
    assert plan_again["arrived"] == [1, 3]
    assert again.finish(plan_again).status_code == 409
    assert again.finish(plan_again).json() == {"missing": [2, 4]}
    assert again.put(plan_again, content, 2, 4) == [200, 200]
    path = again.finish(plan_again).json()["path"]
    assert bucket_for(account).read(path, 4 * MIB) == content
    assert Song.objects.get().seconds == pytest.approx(len(content) / 8000, abs=0.1)


@pytest.mark.parametrize("change", ["name", "modified", "content"])
def test_another_file_begins_anew(browser, change):
    content = long_wav(2 * MIB)
    first = browser.begin(content).json()
    others = {
        "name": lambda: browser.begin(content, "other.wav"),
        "modified": lambda: browser.begin(content, modified=2),
        "content": lambda: browser.begin(content[:100] + b"!" + content[101:]),
    }
    assert others[change]().json()["upload"] != first["upload"]


def test_a_finished_file_that_is_chosen_again_need_not_travel(browser, account):
    content = wav()
    plan = browser.begin(content).json()
    browser.put(plan, content, 1)
    path = browser.finish(plan).json()["path"]
    again = browser.begin(content).json()
    assert again["arrived"] == [1]
    assert browser.finish(again).json()["path"] == path
    assert Song.objects.count() == 1
    # Unless somebody deleted it meanwhile.
    bucket_for(account).delete(path)
    assert browser.begin(content).json()["arrived"] == []


def test_a_file_goes_into_the_folder_that_is_named_and_goes_on_only_there(browser, account):
    content = long_wav(2 * MIB)
    plan = browser.begin(content, folder="albums/2026").json()
    browser.put(plan, content, 1)
    assert browser.begin(content, folder="albums").json()["upload"] != plan["upload"]
    again = browser.begin(content, folder="/albums/2026/").json()
    assert (again["upload"], again["arrived"]) == (plan["upload"], [1])
    browser.put(again, content, *range(2, again["count"] + 1))
    path = browser.finish(again).json()["path"]
    assert path.startswith("albums/2026/")
    assert bucket_for(account).read(path, 3 * MIB) == content
    # Where no folder is named, it need not travel again wherever it lies.
    assert browser.begin(content).json()["upload"] == plan["upload"]


@pytest.mark.parametrize("folder", ["../up", "a/./b", "a//b", "a\\b", "a\x00b", "long/" * 165])
def test_a_folder_that_no_bucket_has_gets_a_sentence(browser, folder):
    answer = browser.begin(wav(), folder=folder)
    assert answer.status_code == 422
    assert answer.json()["sentence"].startswith("folder: ")
    assert not Upload.objects.exists()


def test_an_answer_to_the_end_that_was_lost_is_given_again(browser, at_sandbox):
    content = long_wav(2 * MIB)
    plan = browser.begin(content).json()
    browser.put(plan, content, *range(1, plan["count"] + 1))
    # The bucket joined the parts, but the portal never heard of it.
    at_sandbox.store_fault("close", "CompleteMultipartUpload", at="after", key_prefix="uploads/")
    assert browser.finish(plan).status_code == 502
    assert browser.finish(plan).status_code == 200
    assert Song.objects.count() == 1


@pytest.mark.parametrize("name", ["text", "png", "zip", "one byte"])
def test_what_is_no_song_gets_no_link(browser, name):
    answer = browser.begin(NO_SOUNDS[name], "song.mp3")
    assert answer.status_code == 422
    assert "not an audio file" in answer.json()["sentence"]
    assert not Upload.objects.exists()


def test_an_mp3_behind_a_large_picture_is_looked_at_behind_it(browser):
    content = id3(200_000) + encoded("MP3")
    assert browser.begin(content, "cover.mp3").json()["content_type"] == "audio/mpeg"
    assert browser.shown == [200_010]


def test_a_file_beyond_the_limit_gets_no_link(browser, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    answer = browser.begin(wav())
    assert (answer.status_code, Upload.objects.count()) == (422, 0)
    assert "too large" in answer.json()["sentence"]


@pytest.mark.parametrize("told", [{"size": "much"}, {"size": "-1"}, {"modified": ""}, {"name": ""}])
def test_a_file_that_is_told_of_wrongly_gets_a_sentence(browser, told):
    answer = browser.begin(wav(), **told)
    assert answer.status_code == 422
    assert answer.json()["sentence"]


def test_a_link_takes_no_file_of_another_size(browser, account):
    content = wav()
    plan = browser.begin(content).json()
    link = browser.links(plan, 1)["1"]

    def put(data, kind):
        return requests.put(link, data=data, headers={"Content-Type": kind}, timeout=10).status_code

    assert put(content + b"more", plan["content_type"]) == 403
    assert put(content, "text/html") == 403
    assert put(content, plan["content_type"]) == 200


def test_an_object_of_the_wrong_size_becomes_no_song(browser, account):
    content = wav()
    plan = browser.begin(content).json()
    path = Upload.objects.get().path
    bucket_for(account).put(path, content[:-5])
    answer = browser.finish(plan)
    assert answer.status_code == 422
    assert str(len(content)) in answer.json()["sentence"]
    assert not Song.objects.exists()
    assert not Upload.objects.exists()
    with pytest.raises(BucketMissing):
        bucket_for(account).head(path)


@pytest.mark.parametrize("other", [b"RIFF" + bytes(200), encoded("FLAC"), b"no music at all"])
def test_what_arrived_is_looked_at_and_not_only_what_was_shown(browser, account, other):
    content = wav()
    plan = browser.begin(content).json()
    bucket_for(account).put(Upload.objects.get().path, other + bytes(len(content) - len(other)))
    assert browser.finish(plan).status_code == 422
    assert not Song.objects.exists()


def test_nothing_that_is_not_there_becomes_a_song(browser):
    plan = browser.begin(wav()).json()
    answer = browser.finish(plan)
    assert (answer.status_code, answer.json()) == (409, {"missing": [1]})
    assert not Song.objects.exists()


def test_where_the_rules_forbid_it_files_go_through_the_portal_in_the_same_parts(alice, at_sandbox):
    account = account_with_bucket(alice, at_sandbox, f"up{uuid4().hex[:8]}", lets_in=False)
    browser, content = Browser(alice, account), long_wav(2 * MIB + 9)
    plan = browser.begin(content).json()
    assert plan["direct"] is False
    assert browser.links(plan, 1)["1"] == reverse(
        "accounts:upload_part", args=[account.pk, plan["upload"], 1]
    )
    assert browser.put(plan, content, 1, 2, 3) == [204, 204, 204]
    assert bucket_for(account).read(browser.finish(plan).json()["path"], 3 * MIB) == content


def test_a_small_file_goes_through_the_portal_too(alice, at_sandbox):
    account = account_with_bucket(alice, at_sandbox, f"up{uuid4().hex[:8]}", lets_in=False)
    browser = Browser(alice, account)
    plan = browser.begin(wav()).json()
    assert browser.put(plan, wav(), 1) == [204]
    assert browser.finish(plan).status_code == 200


def test_a_part_of_another_length_is_not_passed_on(browser):
    content = long_wav(2 * MIB)
    plan = browser.begin(content).json()
    link = browser.links(plan, 1, through="1")["1"]
    assert browser.client.put(link, b"short", content_type="audio/wav").status_code == 400
    assert browser.begin(content).json()["arrived"] == []


def test_the_way_is_remembered_for_a_while_and_then_looked_at_anew(alice, at_sandbox):
    account = account_with_bucket(alice, at_sandbox, f"up{uuid4().hex[:8]}", lets_in=False)
    assert not ways.is_direct(account, "http://testserver")
    bucket_for(account).set_cors("http://testserver")
    assert not ways.is_direct(account, "http://testserver")
    Way.objects.update(looked_at=timezone.now() - ways.REMEMBERED)
    assert ways.is_direct(account, "http://testserver")
    # A browser that was turned away in spite of all.
    browser = Browser(alice, account)
    browser.client.post(reverse("accounts:upload_turned_away", args=[account.pk]))
    assert browser.begin(wav()).json()["direct"] is False


def test_a_person_takes_a_file_back_and_the_bucket_forgets_it(browser, account):
    content = long_wav(2 * MIB)
    plan = browser.begin(content).json()
    browser.put(plan, content, 1)
    path = Upload.objects.get().path
    assert bucket_for(account).list_uploads(path) == [path]
    assert browser.client.post(plan["give_up"]).status_code == 204
    assert bucket_for(account).list_uploads(path) == []
    assert browser.client.post(plan["finish"]).status_code == 404


def test_what_lies_still_for_a_day_is_given_up_by_the_sweep(browser, account):
    content = long_wav(2 * MIB)
    in_parts, whole = browser.begin(content).json(), browser.begin(wav(), "small.wav").json()
    browser.put(in_parts, content, 1)
    browser.put(whole, wav(), 1)
    paths = list(Upload.objects.values_list("path", flat=True))
    assert upload_sweeping.sweep() == 0
    Upload.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    assert upload_sweeping.sweep() == 2
    assert bucket_for(account).list_uploads("uploads/") == []
    for path in paths:
        with pytest.raises(BucketMissing):
            bucket_for(account).head(path)


def test_the_sweep_forgets_a_finished_upload_and_keeps_the_song(browser, account):
    plan = browser.begin(wav()).json()
    browser.put(plan, wav(), 1)
    path = browser.finish(plan).json()["path"]
    Upload.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    assert upload_sweeping.sweep() == 1
    assert bucket_for(account).head(path).size == Song.objects.get().size


def test_a_bucket_that_is_away_is_swept_later_and_not_for_ever(browser, settings):
    browser.begin(wav())
    settings.SANDBOX = {**settings.SANDBOX, "store": "http://127.0.0.1:9"}
    Upload.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    assert upload_sweeping.sweep() == 0
    upload = Upload.objects.get()
    assert upload.due_at > timezone.now() + timedelta(minutes=50)
    Upload.objects.update(due_at=timezone.now(), created_at=timezone.now() - upload_sweeping.LAST)
    assert upload_sweeping.sweep() == 1
    assert not Upload.objects.exists()


def addresses(account: Account, plan) -> list[str]:
    fixed = [
        reverse(f"accounts:{name}", args=[account.pk]) for name in ("upload_begin", "upload_turned_away")
    ]
    return [*fixed, plan["links"], plan["finish"], plan["give_up"]]


def test_strangers_and_viewers_get_no_link(browser, account, bob, charlie):
    make_membership(account, bob, Membership.Role.VIEWER)
    plan = browser.begin(wav()).json()
    part = reverse("accounts:upload_part", args=[account.pk, plan["upload"], 1])
    for person, state in ((bob, 403), (charlie, 404)):
        client = signed_in(person)
        for address in addresses(account, plan):
            assert client.post(address, {"number": 1}).status_code == state, address
        assert client.put(part, wav(), content_type="audio/wav").status_code == state


def test_nobody_goes_on_with_another_members_upload(browser, account, bob):
    make_membership(account, bob, Membership.Role.SUBMITTER)
    plan = browser.begin(wav()).json()
    theirs = Browser(bob, account)
    assert theirs.client.post(plan["links"], {"number": 1}).status_code == 404
    assert theirs.begin(wav()).json()["upload"] != plan["upload"]


def test_whoever_becomes_a_viewer_meanwhile_gets_no_further_link(browser, account, alice):
    plan = browser.begin(wav()).json()
    account.memberships.filter(user=alice).update(role=Membership.Role.VIEWER)
    assert browser.client.post(plan["links"], {"number": 1}).status_code == 403


@pytest.mark.parametrize("number", ["0", "2", "x", "-1"])
def test_there_is_no_link_for_a_part_that_is_none(browser, number):
    plan = browser.begin(wav()).json()
    assert browser.client.post(plan["links"], {"number": number}).status_code == 404


def test_no_link_is_logged_or_kept(browser, caplog):
    caplog.set_level(logging.DEBUG)
    content = wav()
    plan = browser.begin(content).json()
    link = browser.links(plan, 1)["1"]
    signature = link.partition("q-signature=")[2]
    assert signature
    browser.put(plan, content, 1)
    browser.finish(plan)
    said = " ".join(
        f"{each.getMessage()} {each.args}" for each in caplog.records if "urllib3" not in each.name
    )
    assert signature not in said
    assert "q-signature" not in str(Upload.objects.values().get())


def test_a_bucket_in_trouble_is_a_sentence_that_may_pass(browser, settings):
    settings.SANDBOX = {**settings.SANDBOX, "store": "http://127.0.0.1:9"}
    answer = browser.begin(long_wav(2 * MIB))
    assert answer.status_code == 502
    assert answer.json()["sentence"] == "Nothing answers at the store's address."


def test_a_bucket_that_dropped_the_parts_is_begun_anew(browser, account):
    content = long_wav(2 * MIB)
    plan = browser.begin(content).json()
    upload = Upload.objects.get()
    bucket_for(account).uploads.give_up(upload.path, upload.store_id)
    link = browser.links(plan, 1, through="1")["1"]
    assert browser.client.put(link, content[:MIB], content_type="audio/wav").status_code == 410
    again = browser.begin(content).json()
    assert again["upload"] != plan["upload"]


def test_parts_are_whole_mebibytes_and_few_enough(settings):
    settings.PART_BYTES = 1
    assert uploading._part_bytes(MIB * 2) == MIB
    settings.PART_BYTES = 8 * MIB
    assert uploading._part_bytes(100 * MIB) == 8 * MIB
    assert uploading._part_bytes(40_000 * MIB) == 40 * MIB
