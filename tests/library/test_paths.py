"""Which paths of a bucket a person may name."""

from __future__ import annotations

import pytest

from accounts.streaming import audio_type, clean_range
from library.paths import UnfitPath, file_name, normalise, normalise_prefix, parents


@pytest.mark.parametrize(
    ("text", "key"), [("/a/b.mp3", "a/b.mp3"), ("a/b.mp3", "a/b.mp3"), ("歌.mp3", "歌.mp3")]
)
def test_a_path_loses_only_its_leading_slash(text, key):
    assert normalise(text) == key


@pytest.mark.parametrize(
    "text", ["", "/", "..", "a/../b", "./a", "a\\b", "a\tb", "a\u202eb", "a//b", "歌" * 284]
)
def test_a_path_that_leads_elsewhere_is_refused(text):
    with pytest.raises(UnfitPath):
        normalise(text)


@pytest.mark.parametrize(("text", "folder"), [("", ""), ("/", ""), ("a", "a/"), ("/a/b/", "a/b/")])
def test_a_folder_ends_with_one_slash(text, folder):
    assert normalise_prefix(text) == folder


def test_only_audio_may_play_in_the_page():
    assert audio_type("a/B.MP3") == "audio/mpeg"
    assert {audio_type(name) for name in ("a.svg", "a.html", "a.mp3.html", "mp3", "a.py", "")} == {""}


def test_only_one_plain_range_is_passed_on():
    assert clean_range("bytes=0-") == "bytes=0-"
    assert clean_range("bytes=-5") == "bytes=-5"
    assert {clean_range(text) for text in ("bytes=-", "bytes=0-1,3-4", "x", "bytes=0-1\r\nX: y")} == {""}


def test_a_download_has_a_name_even_when_nobody_gave_it_one():
    assert file_name("a/b.mp3") == "b.mp3"
    assert file_name("a/b.mp3", "夜曲\r\n/.mp3") == "夜曲___.mp3"
    assert file_name("..") == "file"


def test_every_folder_above_is_a_way_back():
    assert parents("a/b/") == [("a", "a/"), ("b", "a/b/")]
    assert parents("") == []
