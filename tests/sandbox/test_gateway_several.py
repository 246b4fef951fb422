"""Jobs with several inputs and several outputs: each song gets its answer, and no file replaces another's."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from sandbox.dialects import SWITCHES, Dialect
from tests.sandbox.asking import output, refusal
from tests.sandbox.client import Bucket, Caller, Json
from tests.sandbox.conftest import bucket_of, caller_of
from tests.sandbox.speaking import Start

SONGS = ("one", "two", "three")


def job(caller: Caller, bucket: Bucket, *selectors: Iterable[int], **changes: object) -> Json:
    """Three songs, and an output for each of the `selectors`, all of one destination and prefix."""
    for song in SONGS:
        assert bucket.ask("PUT", f"{song}.mp3", body=song.encode()).status == 200
    inputs = [caller.job(f"{song}.mp3")["inputs"][0] for song in SONGS]  # type: ignore[index]
    outputs = [output(caller, inputSelectors=list(each), **changes) for each in selectors]
    return caller.job("", inputs=inputs, outputs=outputs)


def heard(bucket: Bucket, found: Json) -> str:
    """Which song the file was made of that a result of musicBeat names."""
    song: str = bucket.ask("GET", f"output/musicBeat/{found['beatFileName']}").json["song"]
    return song


def results(finished: Json) -> list:
    assert finished["state"] == 3, finished
    return [each["smartContentResult"]["musicBeat"] for each in finished["outputs"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("scheme", ["prefix-job-kind", "kind", "uuid", "chinese"])
def test_outputs_of_one_destination_leave_all_their_files(start: Start, scheme: str) -> None:
    sandbox = start(dialect=Dialect({"file-names": scheme}))
    caller, bucket = caller_of(sandbox), bucket_of(sandbox)
    found = results(caller.finish(caller.create(job(caller, bucket, [1], [0], [2], [1]))))
    assert [heard(bucket, each) for each in found] == ["two", "one", "three", "two"]


def test_with_quick_ears_too(start: Start) -> None:
    sandbox = start(ears="quick")
    caller, bucket = caller_of(sandbox), bucket_of(sandbox)
    first, [second, third] = results(caller.finish(caller.create(job(caller, bucket, [0], [1, 2]))))
    assert len({each["beatFileName"] for each in (first, second, third)}) == 3


def test_an_output_with_several_songs_answers_with_a_list(caller: Caller, bucket: Bucket) -> None:
    songs, one = results(caller.finish(caller.create(job(caller, bucket, [2, 0, 2], [1]))))
    assert [heard(bucket, each) for each in songs] == ["three", "one", "three"]
    assert heard(bucket, one) == "two"


def test_each_song_may_be_answered_as_an_output(start: Start) -> None:
    sandbox = start(dialect=Dialect({"several-songs": "outputs"}))
    caller, bucket = caller_of(sandbox), bucket_of(sandbox)
    job_id = caller.create(job(caller, bucket, [2, 0], [1]))
    finished = caller.finish(job_id)
    assert [heard(bucket, each) for each in results(finished)] == ["three", "one", "two"]
    assert {each["destination"] for each in finished["outputs"]} == {"/output/musicBeat"}


def test_several_songs_may_be_refused(start: Start) -> None:
    sandbox = start(dialect=Dialect({"several-songs": "refused"}))
    caller, bucket = caller_of(sandbox), bucket_of(sandbox)
    said = refusal(caller, job(caller, bucket, [0], [1, 2]))
    assert said == "outputs[1].inputSelectors must name one input"
    assert len(results(caller.finish(caller.create(job(caller, bucket, [0], [1]))))) == 2


def test_one_song_that_is_missing_ends_the_job(caller: Caller, bucket: Bucket) -> None:
    asked = job(caller, bucket, [0, 1])
    bucket.ask("DELETE", "two.mp3")
    finished = caller.finish(caller.create(asked))
    assert finished["state"] == 4
    assert "two.mp3 does not exist" in finished["message"]


@pytest.mark.parametrize("form", SWITCHES["choruses"].settings)
def test_choruses_are_told_in_the_dialect_s_words(start: Start, form: str) -> None:
    told = {
        "texts": {"start": "1.500", "end": "20.250", "score": "0.900"},
        "numbers": {"start": 1.5, "end": 20.25, "score": 0.9},
        "milliseconds": {"start": 1500, "end": 20250, "score": 0.9},
    }
    sandbox = start(dialect=Dialect({"choruses": form}))
    caller = caller_of(sandbox)
    asked = {"inputSelectors": [0], "smartContentDescriptor": {"musicHighlight": 2}}
    finished = caller.finish(caller.create(caller.job("song.mp3", outputs=[asked])))
    [found] = finished["outputs"]
    # As JSON, where 1.5 and "1.5" are two things, and 1500 and 1500.0.
    assert json.dumps(found["smartContentResult"]) == json.dumps({"musicHighlight": [told[form]]})
