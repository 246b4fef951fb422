"""Choruses are read as the lab's own site reads them, and in whatever shape else TMP may put them."""

from __future__ import annotations

import io
from typing import Any

import pytest
import soundfile

from accounts.clients import bucket_for
from accounts.models import Account
from jobs.capabilities import capability
from jobs.models import Job
from jobs.results import Region, Result
from sandbox.choruses.scoring import overlap
from sandbox.tunes import STYLES, render_song
from tests.factories import make_job
from tests.jobs.raw_gateway import RawGateway, http
from tests.jobs.test_engine import run_until_final
from tests.jobs.working import submit

TOLD = [
    {"start": "35.072", "end": "58.119", "score": "0.812"},
    {"start": "81.4", "end": "104.5", "score": "0.79"},
]
REGIONS = (Region(start=35.072, end=58.119, score=0.812), Region(start=81.4, end=104.5, score=0.79))


def read(found: Any, seconds: float | None = 180.0) -> Result:
    def open_file(name: str) -> bytes:
        raise FileNotFoundError(name)

    return capability("musicHighlight").read(found, open_file, seconds=seconds)


SHAPES: dict[str, Any] = {
    "as the lab's site reads it": TOLD,
    "in any order": TOLD[::-1],
    "as numbers": [{name: float(value) for name, value in each.items()} for each in TOLD],
    "below a member": {"highlights": TOLD, "version": 2},
    "as JSON in a text": {
        "data": '[{"start": 35.072, "end": 58.119, "score": 0.812},'
        ' {"start": 81.4, "end": 104.5, "score": 0.79}]'
    },
    "with other names": [
        {"startTime": each["start"], "endTime": each["end"], "confidence": each["score"]} for each in TOLD
    ],
    "in milliseconds by name": [
        {"start_ms": float(each["start"]) * 1000, "end_ms": float(each["end"]) * 1000, "score": each["score"]}
        for each in TOLD
    ],
    "in milliseconds without a word": [
        {"start": float(each["start"]) * 1000, "end": float(each["end"]) * 1000, "score": each["score"]}
        for each in TOLD
    ],
    "beside rows that are none": [*TOLD, {"start": "9", "end": "3"}, {"start": "x", "end": "y"}],
    "beside one that lies behind the end": [*TOLD, {"start": "900", "end": "950", "score": "1"}],
    "twice": [*TOLD, *TOLD],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_choruses_are_found_in_any_shape(shape: str) -> None:
    result = read(SHAPES[shape])
    assert result.regions == REGIONS
    assert (result.note, result.facts[0].value) == ("", 2)


def test_milliseconds_are_known_without_the_length_of_the_song() -> None:
    assert read(SHAPES["in milliseconds without a word"], seconds=None).regions[0].start == 35.072


def test_one_chorus_alone_need_not_be_in_a_list() -> None:
    assert read(TOLD[0]).regions == REGIONS[:1]


def test_a_song_without_a_chorus_is_no_failure() -> None:
    result = read([])
    assert (result.regions, result.note, result.facts[0].value) == ((), "", 0)


@pytest.mark.parametrize("found", [{"x": 1}, "text", 7, [1, 2], [{"start": "1"}], [{"start": 5, "end": 5}]])
def test_an_answer_without_choruses_says_so_and_is_kept(found: Any) -> None:
    result = read(found)
    assert (result.regions, result.note) == ((), "no_times")
    assert result.values


def test_what_is_sent_is_a_bare_number_and_no_place_for_files() -> None:
    assert capability("musicHighlight").descriptor({}) == 2
    assert capability("musicHighlight").writes_files is False


def test_a_song_becomes_its_choruses(sandbox_account: Account) -> None:
    tune = render_song(STYLES["waltz"], "pop", 4_716)
    song = io.BytesIO()
    soundfile.write(song, tune.samples, tune.rate, format="FLAC")
    bucket_for(sandbox_account).put("uploads/waltz.flac", song.getvalue())
    job = make_job(
        sandbox_account,
        capability="musicHighlight",
        params={},
        source_path="uploads/waltz.flac",
        source_seconds=len(tune.samples) / tune.rate,
    )
    run_until_final(job)
    assert job.state == Job.State.COMPLETED, (job.error_kind, job.error_words)
    result = Result.from_json(job.result)
    truth = [(each.start, each.end) for each in tune.sections if each.name == "chorus"]
    assert overlap(truth, [(each.start, each.end) for each in result.regions]) >= 0.7
    assert (result.note, result.files) == ("", ())
    asked = job.exchanges.filter(action="CreateJob").get().exchange["request"]["createJobRequest"]
    assert asked["outputs"] == [{"inputSelectors": [0], "smartContentDescriptor": {"musicHighlight": 2}}]


def test_nobody_looks_in_the_bucket_for_a_lost_answer_that_leaves_nothing_there(
    account: Account, gateway: RawGateway
) -> None:
    gateway.answers["CreateJob"] = [http(502, {"message": "Bad Gateway"})]
    for key, is_looked_for in (("musicHighlight", False), ("musicBeat", True)):
        job = make_job(account, capability=key, params={} if key == "musicHighlight" else {"outputType": 3})
        submit(job)
        job.refresh_from_db()
        assert job.state == Job.State.UNSURE
        assert (job.due_at is not None) == is_looked_for
