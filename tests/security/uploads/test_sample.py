"""Nasty files, names and damages: a song under a key of ours, or a sentence and nothing left (T21, T22, T23).

A sample of each; `make fuzz-uploads` does them all.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Upload
from tests.accounts.bringing import Browser, account_with_bucket
from tests.sandbox_process import SandboxProcess
from tests.security.uploads.bringing import OWN_KEY, Bringer
from tests.security.uploads.mutations import Ended, fuzz, memory_mib
from tests.security.uploads.nasty import NAMES, OF_THE_WEB, corpus
from tests.songs import clicks

LONG = {"twenty minutes of FLAC in eight channels", "an hour of Ogg"}
CONVERTED = ("a film in a film", "boxes in boxes", "a track of endless samples")


@pytest.fixture
def browser(alice: User, at_sandbox: SandboxProcess) -> Browser:
    return Browser(alice, account_with_bucket(alice, at_sandbox, f"nasty{uuid4().hex[:8]}"))


def test_there_are_more_than_sixty_nasty_files() -> None:
    assert len(corpus()) > 60
    assert len(OF_THE_WEB) >= 20
    assert set(CONVERTED) | LONG <= set(corpus())


@pytest.mark.django_db
def test_every_file_of_the_web_ends_in_a_song_or_a_sentence_by_both_ways(browser: Browser) -> None:
    bringer = Bringer(browser.account, browser)
    for number, (what, made) in enumerate(OF_THE_WEB.items()):
        if what not in LONG:
            content, name = made(), NAMES[number % len(NAMES)]
            assert (what, bringer.by_form(content, name)) == (what, "")
            assert (what, bringer.by_links(content, name)) == (what, "")


@pytest.mark.django_db
@pytest.mark.parametrize("what", CONVERTED)
def test_what_a_worker_makes_ready_ends_in_a_song_or_a_sentence(browser: Browser, what: str) -> None:
    assert Bringer(browser.account, browser).by_preparing(corpus()[what]()) == ""


@pytest.mark.django_db
def test_the_judge_sees_what_is_left_behind(browser: Browser) -> None:
    bringer = Bringer(browser.account, browser)
    plan = browser.begin(clicks(1, 120)).json()
    assert bringer.by_form(b"no song", "x.mp3") == "an upload that nobody ended"
    assert plan["count"] == 1
    bringer._bucket.put("elsewhere/x.wav", clicks(1, 120))
    assert "objects instead of" in bringer.by_form(clicks(1, 120), "x.wav")


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(NAMES) | st.text(max_size=300), folder=st.sampled_from(NAMES) | st.text(max_size=40)
)
def test_no_name_and_no_folder_leads_anywhere_but_to_a_key_of_ours(
    browser: Browser, name: str, folder: str
) -> None:
    """T22: two files of one name never meet."""
    known = set(Upload.objects.values_list("path", flat=True))
    content: Any = clicks(1, 120)
    for modified in (1, 2):
        state = browser.begin(content, name, modified=modified).status_code
        assert state in (200, 422)
        # Nothing that a person types is a part of it.
    made = list(Upload.objects.exclude(path__in=known).values_list("path", flat=True))
    assert len(made) == len(set(made))
    assert all(OWN_KEY.fullmatch(path) for path in made)
    assert browser.begin(content, "x.wav", folder=folder).status_code in (200, 422)
    for path in Upload.objects.exclude(path__in=known).values_list("path", flat=True):
        assert (
            ".." not in path.split("/") and not path.startswith("/") and "\\" not in path and "\0" not in path
        )
        assert OWN_KEY.fullmatch(f"uploads/2026/11/{path.rpartition('/')[2]}")


def test_damaged_songs_end_in_a_sound_or_a_sentence_and_leave_no_memory() -> None:
    before = memory_mib()
    ended = Ended()
    assert len(list(fuzz(range(10), 3, ended))) == 10
    assert ended.faults == {}
    assert ended.judged.total() == ended.converted.total() == 10
    assert len(ended.judged) > 1
    assert memory_mib() < before + 64
