"""Jobs that the sandbox takes and cannot finish: each ends in an error with words."""

import signal
import sys
import time
from collections.abc import Callable

import pytest

from sandbox.assembly import Sandbox
from sandbox.platform import songs
from tests.sandbox.asking import failure, output, played
from tests.sandbox.client import Bucket, Caller
from tests.sandbox.conftest import caller_of


def test_a_missing_song_ends_in_an_error(caller: Caller) -> None:
    assert "NoSuchKey" in failure(caller, caller.job("nothing.mp3"))


def test_a_performer_s_refusal_is_the_job_s_message(caller: Caller) -> None:
    assert failure(caller, played(caller, "refuse")) == "10004 Engine Error: This is no music."


@pytest.mark.parametrize(
    ("prefix", "sentence"),
    [
        ("crash", "The performer ended without an answer (code 3)."),
        ("babble", "The performer ended without an answer (code 0)."),
        ("lie", "The performer named a file that it did not write."),
        ("spin", "The song took more than 300 s of computing."),
        ("segv", f"The performer crashed on this song (signal {int(signal.SIGSEGV)})."),
        ("kill", "The system ended the performer, most likely for want of memory."),
        pytest.param(
            "eat",
            "The performer ended without an answer (code 1).",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="macOS counts no memory"),
        ),
    ],
)
def test_a_performer_that_misbehaves_ends_in_a_sentence(caller: Caller, prefix: str, sentence: str) -> None:
    assert failure(caller, played(caller, prefix)) == f"10004 Engine Error: {sentence}"
    assert caller.finish(caller.create(caller.job("song.mp3")))["state"] == 3


def test_a_destination_that_makes_too_long_a_key_ends_in_an_error(caller: Caller) -> None:
    request = caller.job("song.mp3", outputs=[output(caller, destination="é" * 420)])
    assert "KeyTooLong" in failure(caller, request)


def test_a_timeout_ends_the_job_and_its_performer(caller: Caller) -> None:
    started = time.monotonic()
    assert "timeout of 1 s" in failure(caller, played(caller, "sleep", timeout=1))
    assert caller.finish(caller.create(caller.job("song.mp3")))["state"] == 3
    assert time.monotonic() - started < 20


def test_a_job_that_is_gone_frees_the_next_one(start: Callable[..., Sandbox]) -> None:
    sandbox = start()
    caller = caller_of(sandbox)
    job = caller.create(played(caller, "sleep"))
    started = time.monotonic()
    while caller.look(job)["state"] == 1:
        time.sleep(0.05)
    sandbox.backend.database.run("delete from job where id = ?", job)
    assert caller.finish(caller.create(caller.job("song.mp3")))["state"] == 3
    assert time.monotonic() - started < 20


def test_a_timeout_counts_while_the_job_waits_for_another(caller: Caller) -> None:
    first = caller.create(played(caller, "sleep", timeout=3))
    second = caller.create(caller.job("song.mp3", timeout=1))
    assert "timeout of 1 s" in caller.finish(second)["message"]
    assert caller.look(first)["state"] == 2
    caller.finish(first)


def test_a_url_of_the_own_store_is_fetched(caller: Caller, bucket: Bucket) -> None:
    job = caller.finish(caller.create(caller.job("", inputs=[{"url": bucket.signed_url("GET", "song.mp3")}])))
    assert job["state"] == 3


def test_a_url_that_gives_more_than_a_song_has_ends_in_an_error(
    caller: Caller, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(songs, "MOST_BYTES", len(b"la la la") - 1)
    request = caller.job("", inputs=[{"url": bucket.signed_url("GET", "song.mp3")}])
    assert "gives more than" in failure(caller, request)
    monkeypatch.setattr(songs, "MOST_BYTES", len(b"la la la"))
    assert caller.finish(caller.create(request))["state"] == 3


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/song.mp3", "https://example.com/song.mp3", "http://[::/"]
)
def test_no_other_url_is_ever_fetched(caller: Caller, url: str) -> None:
    assert "own store only" in failure(caller, caller.job("", inputs=[{"url": url}]))


def test_a_url_that_is_not_signed_opens_nothing(caller: Caller, bucket: Bucket) -> None:
    assert "HTTP 403" in failure(caller, caller.job("", inputs=[{"url": bucket.url("song.mp3")}]))


def test_a_job_fails_when_its_account_loses_the_bucket(start: Callable[..., Sandbox]) -> None:
    sandbox = start()
    caller = caller_of(sandbox)
    sandbox.files.database.run("update credential set rights = 'read'")
    assert "AccessDenied" in failure(caller, caller.job("song.mp3"))
