"""A job is found in whatever a person pastes of it, and nothing else is taken for one."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tencent.job_pointers import JobPointer, job_id_in
from tencent.keys import TmpKeys
from tests.tencent.calls import REGISTERED, REQUEST

ID = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"
JOB = {
    "id": ID,
    "state": 3,
    "customId": "musicBeat",
    "inputs": [{"source": {"contentId": "c", "path": "songs/a.mp3"}}],
    "outputs": [
        {
            "destination": "/output/musicBeat",
            "smartContentDescriptor": {"outputPrefix": "p", "musicBeat": {"outputType": 4}},
            "smartContentResult": {"musicBeat": {"mergeFileName": "m.mp3"}},
        }
    ],
}
WHOLE = JobPointer(
    id=ID,
    destination="/output/musicBeat",
    capability="musicBeat",
    custom_id="musicBeat",
    source_path="songs/a.mp3",
)


@pytest.mark.parametrize(
    "text",
    [
        ID,
        f"  {ID}\n",
        f'"{ID}"',
        f"job id: {ID}",
        f"Job-ID = {ID}, please look",
        f"{{'createJobResponse': {{'job': {{'id': '{ID}', 'state': 1}}}}}}",
        json.dumps({"getJobRequest": {"id": ID}}),
        json.dumps({"createJobResponse": {"job": {"id": ID}}}),
    ],
)
def test_an_id_is_found_bare_or_named(text: str) -> None:
    assert job_id_in(text) == JobPointer(id=ID)


@pytest.mark.parametrize("name", ["abcd1234", "x" * 255, "1234567890", "a_b-c_d-e"])
def test_an_id_need_not_be_a_uuid(name: str) -> None:
    assert job_id_in(name) == JobPointer(id=name)


@pytest.mark.parametrize(
    "found",
    [
        {"createJobResponse": {"job": JOB}},
        {"requestId": "r", "getJobResponse": {"job": JOB}},
        {"job": JOB},
        JOB,
    ],
)
@pytest.mark.parametrize("around", ["{}", "200\n{}\n", "$ python run.py {{x}} [1]\n{}\nreal 0m1s }}"])
def test_an_answer_tells_all_it_knows(found: dict[str, Any], around: str) -> None:
    assert job_id_in(around.format(json.dumps(found, indent=1))) == WHOLE


def test_the_request_pasted_beside_its_answer_fills_the_gaps() -> None:
    request = json.dumps(REQUEST.body(TmpKeys(secret_id="i", secret_key="k")))
    found = job_id_in(f"{request}\n{json.dumps({'createJobResponse': {'job': {'id': ID, 'state': 1}}})}")
    assert found == JobPointer(id=ID, destination="/", capability="musicBeat", source_path="songs/a.mp3")


def test_a_number_is_an_id_too() -> None:
    assert job_id_in('{"createJobResponse": {"job": {"id": 1234, "state": 1}}}') == JobPointer(id="1234")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "short",
        "two words here",
        "x" * 256,
        "a/b/c/d/e/f/g",
        "AKID" + "a1" * 16,
        f"contentId: {ID}",
        f"content id: {ID}",
        f'{{"requestId": "{ID}"}}',
        json.dumps(REGISTERED),
        json.dumps({"errorResponse": {"message": "no such job"}}),
        json.dumps({"createJobResponse": {"job": {"state": 1}}}),
        json.dumps({"createJobResponse": {"job": {"id": "a b\nc", "state": 1}}}),
        '{"createJobResponse": {"job": {"id": ',
    ],
)
def test_nothing_else_is_taken_for_a_job(text: str) -> None:
    assert job_id_in(text) is None


@given(st.text() | st.from_regex(r'\{"(createJobResponse|job|id|outputs)": ?[\[{"]{0,9}.{0,40}'))
def test_no_text_is_too_odd(text: str) -> None:
    found = job_id_in(text)
    assert found is None or 0 < len(found.id) <= 255


@pytest.mark.parametrize("text", ["{" * 300_000, '{"a":' * 100_000, "id:" * 100_000, '["' + "a" * 300_000])
def test_hostile_text_costs_little_time(text: str) -> None:
    started = time.monotonic()
    assert job_id_in(text) is None
    assert time.monotonic() - started < 2
