"""A folder is listed in the order asked for, and a search says how far it looked."""

from __future__ import annotations

import io
import json
import re
import zipfile
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.clients import bucket_for
from accounts.models import Song
from tencent.bucket import Opened
from tests.jobs.scene import set_scene
from tests.songs import tone

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(at_sandbox):
    return set_scene(at_sandbox)


@pytest.fixture
def folder(scene):
    """Three files and a folder, whose order differs by every column."""
    prefix = f"listing-{uuid4().hex}/"
    bucket = bucket_for(scene.account)
    for name, size in (("a.wav", 30), ("b.json", 10), ("C.png", 20)):
        bucket.put(prefix + name, b"x" * size)
    bucket.put(f"{prefix}below/deep a.wav", b"x")
    return prefix


def address(name, scene, **query):
    return reverse(f"library:{name}", args=[scene.account.pk], query=query or None)


def names(page):
    return re.findall(r"data-line[^>]*>([^<]+)</a>", page.text)


def listed(scene, folder, **query):
    return names(scene.bob.get(address("browse_account", scene, prefix=folder, **query)))


def test_a_folder_lists_folders_first_and_files_as_asked(scene, folder):
    assert listed(scene, folder) == ["below", "C.png", "a.wav", "b.json"]
    assert listed(scene, folder, sort="name") == ["below", "a.wav", "b.json", "C.png"]
    assert listed(scene, folder, sort="-name") == ["below", "C.png", "b.json", "a.wav"]
    assert listed(scene, folder, sort="size") == ["below", "b.json", "C.png", "a.wav"]
    assert listed(scene, folder, sort="-size") == ["below", "a.wav", "C.png", "b.json"]
    assert listed(scene, folder, sort="kind") == ["below", "a.wav", "C.png", "b.json"]
    assert sorted(listed(scene, folder, sort="-changed")) == ["C.png", "a.wav", "b.json", "below"]
    assert listed(scene, folder, sort="nonsense") == ["below", "C.png", "a.wav", "b.json"]


def test_sorting_one_page_of_many_says_so(scene, folder, monkeypatch):
    monkeypatch.setattr("library.listing.PAGE_LENGTH", 2)
    told = "Sorted within this page"
    where = address("browse_account", scene, prefix=folder, sort="size")
    assert told in scene.bob.get(where).text
    monkeypatch.setattr("library.listing.PAGE_LENGTH", 100)
    assert told not in scene.bob.get(where).text


def test_a_search_finds_by_any_part_of_the_name_below_the_folder(scene, folder):
    assert sorted(listed(scene, folder, q="A.WAV")) == ["a.wav", "deep a.wav"]
    page = scene.bob.get(address("browse_account", scene, prefix=folder, q="nothing like it"))
    assert "Nothing found" in page.text
    assert "All 4 files below this folder were looked at." in page.text


def test_a_search_knows_the_names_that_people_gave(scene, folder):
    Song.objects.create(account=scene.account, path=f"{folder}below/deep a.wav", name="夜曲.wav", size=1)
    Song.objects.create(account=scene.account, path=f"{folder}gone.wav", name="夜曲 2.wav", size=1)
    assert listed(scene, folder, q="夜曲") == ["夜曲.wav"]


def test_a_search_that_does_not_reach_everything_says_how_far_it_looked(scene, folder, monkeypatch):
    monkeypatch.setattr("library.listing.MOST_SEARCHED", 1)
    monkeypatch.setattr("library.listing.SEARCH_PAGE", 1)
    Song.objects.create(account=scene.account, path=f"{folder}b.json", name="my notes of today", size=1)
    page = scene.bob.get(address("browse_account", scene, prefix=folder, q="b.j"))
    assert names(page) == ["my notes of today"]
    assert "The first 1 files below this folder were looked at" in page.text
    assert listed(scene, folder, q="of today") == ["my notes of today"]
    assert listed(scene, folder, q="wav") == []


def test_a_search_for_anything_is_an_answer(scene, folder):
    for text in ("\0\x1b", "../..", "%_\\", "x" * 5000, "<script>", " "):
        page = scene.bob.get(address("browse_account", scene, prefix=folder, q=text))
        assert page.status_code == 200
        assert "<script>" not in page.text.partition("<main")[2]


def test_a_picture_is_shown_and_a_text_is_shown_as_text(scene, folder):
    bucket = bucket_for(scene.account)
    bucket.put(f"{folder}page.json", json.dumps({"a": "<script>alert(1)</script>"}).encode())
    shown = scene.bob.get(address("file", scene, path=f"{folder}page.json")).text
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert(1)" not in shown
    bucket.put(f"{folder}cover.png", b"\x89PNG\r\n\x1a\n" + bytes(99))
    shown = scene.bob.get(address("file", scene, path=f"{folder}cover.png")).text
    assert f'<img class="preview" alt="cover.png" src="{address("stream", scene)}?path=' in shown
    answer = scene.bob.get(address("stream", scene, path=f"{folder}cover.png"))
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
    answer.close()


def test_a_drawing_that_may_hold_a_script_is_only_downloaded(scene, folder):
    path = f"{folder}drawing.svg"
    bucket_for(scene.account).put(path, b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>")
    assert "<img" not in scene.bob.get(address("file", scene, path=path)).text
    answer = scene.bob.get(address("stream", scene, path=path))
    assert answer["Content-Type"] == "application/octet-stream"
    answer.close()


def test_a_long_text_is_shown_up_to_a_point(scene, folder):
    bucket_for(scene.account).put(f"{folder}long.txt", b"line of text\n" * 10_000)
    shown = scene.bob.get(address("file", scene, path=f"{folder}long.txt")).text
    assert "Only the first 64 KB are shown." in shown
    assert shown.count("line of text") == 64 * 1024 // len("line of text\n")


def test_beside_the_listing_stands_only_the_file(scene, folder):
    where = address("file", scene, path=f"{folder}a.wav")
    beside = scene.bob.get(where, headers={"HX-Request": "true"})
    assert "<html" not in beside.text
    assert "a.wav" in beside.text
    assert "<html" in scene.bob.get(where).text
    gone = address("file", scene, path=f"{folder}gone.wav")
    assert scene.bob.get(gone).status_code == 404
    assert "There is no such file in the bucket." in scene.bob.get(gone, headers={"HX-Request": "true"}).text


@pytest.mark.parametrize("view", ["file", "zip", "look", "keys"])
def test_a_stranger_finds_no_file(scene, folder, view):
    where = address(view, scene, path=f"{folder}a.wav")
    ask = scene.charlie.post if view in ("zip", "look") else scene.charlie.get
    assert ask(where, {"path": f"{folder}a.wav"}).status_code == 404


def unzipped(answer):
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert archive.testzip() is None
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def test_several_files_come_as_one_zip_under_their_persons_names(scene, folder):
    bucket = bucket_for(scene.account)
    paths = [f"{folder}a.wav", f"{folder}below/a.wav", f"{folder}b.json", f"{folder}gone.wav"]
    bucket.put(paths[1], tone())
    Song.objects.create(account=scene.account, path=paths[2], name="夜曲/..\\x.json", size=1)
    answer = scene.bob.post(address("zip", scene), {"path": [*paths, paths[0], "../never"]})
    assert f'filename="{folder.strip("/")}.zip"' in answer["Content-Disposition"]
    files = unzipped(answer)
    left_out = files.pop("LEFT OUT.txt").decode("utf-8-sig")
    assert files == {"a.wav": b"x" * 30, "a (2).wav": tone(), "夜曲_.._x.json": b"x" * 10}
    assert left_out == f"gone.wav ({folder}gone.wav): There is no such file in the bucket.\r\n"


def test_a_zip_gives_every_connection_back(scene, folder, monkeypatch):
    opened, closed = [], []
    close = Opened.close
    start = Opened.__init__
    monkeypatch.setattr(Opened, "__init__", lambda self, **given: (opened.append(1), start(self, **given))[1])
    monkeypatch.setattr(Opened, "close", lambda self: (closed.append(1), close(self))[1])
    unzipped(scene.bob.post(address("zip", scene), {"path": [f"{folder}a.wav", f"{folder}b.json"]}))
    assert len(closed) >= len(opened) >= 2


def test_a_zip_of_nothing_leads_back(scene):
    assert scene.bob.post(address("zip", scene)).status_code == 302
