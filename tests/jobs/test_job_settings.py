"""Settings leave as a small file and come back from it, or out of a CreateJob as people have it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs import job_settings
from jobs.capabilities import capability
from jobs.job_settings import Unreadable, read
from jobs.parameters import defaults_of

BEAT = capability("musicBeat")
VALUES = {
    "outputType": 4,
    "drumType": 1,
    "enlargeLevel": None,
    "splitNum": 3,
    "label": "夜曲",
    "destination": "/out",
    "output_prefix": "mix_",
    "timeout": 600,
}
GUIDE = """data = {
    "action": "CreateJob",
    "secretId": TMP_SECRET_ID, "secretKey": "very-SECRET-key",
    "createJobRequest": {
        "customId": "musicBeat",
        "inputs": [{"source": {"contentId": "<tmpContentId>", "path": file_path_to_root}}],  # your song
        "outputs": [{
            "contentId": "<tmpContentId>", "destination": "/output/musicBeat", "inputSelectors": [0],
            "smartContentDescriptor": {
                "outputPrefix": "demo",
                "musicBeat": {"outputType": 4, "drumType": 2, "enlargeLevel": 3, "splitNum": 3, "tempo": 9},
            },
        }],
    },
}
"""


def test_what_is_exported_comes_back_as_it_was() -> None:
    told = read(job_settings.as_file(BEAT, VALUES))
    assert (told.capability, told.not_taken, told.is_repaired) == ("musicBeat", [], False)
    assert job_settings.is_same(BEAT, told.values, VALUES)


def test_a_file_is_small_and_names_its_version_and_no_account() -> None:
    told = json.loads(job_settings.as_file(BEAT, defaults_of(BEAT)))
    assert told == {
        "tmpPortal": "job settings",
        "version": 1,
        "capability": "musicBeat",
        "params": {"outputType": 3, "drumType": 2, "enlargeLevel": 3},
        "destination": "/output/musicBeat",
    }


def test_the_guides_request_is_recognised_inside_its_program() -> None:
    told = read(GUIDE)
    assert told.is_request
    assert told.values == {
        "outputType": 4,
        "drumType": 2,
        "enlargeLevel": 3,
        "splitNum": 3,
        "destination": "/output/musicBeat",
        "output_prefix": "demo",
        "timeout": None,
    }
    assert told.not_taken == [
        "secretId",
        "secretKey",
        "customId",
        "inputs",
        "outputs[0].contentId",
        "outputs[0].inputSelectors",
        "musicBeat.tempo",
    ]
    assert "SECRET" not in str(told)


def test_a_request_without_its_envelope_and_with_more_than_one_output_is_recognised() -> None:
    output = {"smartContentDescriptor": {"musicBeat": {"drumType": 4}, "other": {}}}
    told = read(json.dumps({"outputs": [output, output], "timeout": 30}))
    assert told.values == {"drumType": 4, "timeout": 30, "destination": "", "output_prefix": ""}
    assert told.not_taken == ["other", "outputs[1]"]


def test_the_folder_of_one_job_is_not_taken_for_the_folder_that_a_person_chose() -> None:
    for folder in (
        "/out/music/<job>-1/",
        "/out/music/01234567-89ab-4def-8123-456789abcdef-2/",
        "/out/music",
    ):
        output = {"destination": folder, "smartContentDescriptor": {"musicBeat": {}}}
        assert read(json.dumps({"outputs": [output]})).values["destination"] == "/out/music"


def test_unknown_members_of_a_file_are_named() -> None:
    begin = {"tmpPortal": "job settings", "version": 1, "capability": "musicBeat"}
    told = read(json.dumps({**begin, "songs": [1], "params": {"x": 1}}))
    assert told.not_taken == ["songs", "musicBeat.x"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("hello", "no_settings"),
        ("{}", "no_settings"),
        ("[1, 2]", "no_settings"),
        ('{"outputs": []}', "no_settings"),
        ('{"outputs": [{"smartContentDescriptor": 3}]}', "no_settings"),
        ("{" * 200, "no_settings"),
        ('{"tmpPortal": "something else", "params": {}, "capability": "x"}', "no_settings"),
        ('{"tmpPortal": "job settings", "version": 2, "capability": "musicBeat"}', "version"),
        ("x" * 70_000, "too_long"),
    ],
)
def test_what_is_neither_is_refused_with_a_word(text: str, word: str) -> None:
    with pytest.raises(Unreadable, match=word):
        read(text)


def test_a_capability_that_takes_a_bare_number_is_recognised() -> None:
    told = read('{"outputs": [{"smartContentDescriptor": {"skipMusicIntro": 2}}]}')
    assert (told.capability, told.values["destination"]) == ("skipMusicIntro", "")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["outputs", "musicBeat", "params", "outputType", "x"]), inner, max_size=3
        )
    ),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None)
@given(JSON, JSON, JSON)
def test_anything_is_read_or_refused_and_what_is_read_can_be_put_into_a_form(
    params: Any, output: Any, rest: Any
) -> None:
    descriptor = {"smartContentDescriptor": {"musicBeat": params}}
    for text in (
        json.dumps({"tmpPortal": "job settings", "capability": "musicBeat", "params": params, "label": rest}),
        json.dumps({"createJobRequest": {"outputs": [descriptor, output], "timeout": rest}}),
        json.dumps(rest),
    ):
        try:
            told = read(text)
        except Unreadable:
            continue
        BEAT.Form(told.values).is_valid()
        job_settings.SettingsForm(told.values).is_valid()
