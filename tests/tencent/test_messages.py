"""What is sent, member by member, and how TMP's answers are read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tencent.errors import Garbled
from tencent.job_results import results_in
from tencent.keys import BucketKeys, TmpKeys
from tencent.messages import (
    Exchange,
    JobReply,
    JobRequest,
    JobState,
    Registered,
    RegisterRequest,
    message_in,
)

KEYS = TmpKeys(secret_id="tmp-id", secret_key="tmp-key")


def exchange() -> Exchange:
    return Exchange(
        action="GetJob", url="u", started_at=datetime(2026, 1, 1, tzinfo=UTC), seconds=0.5, request={}
    )


def reply(job: dict[str, Any]) -> JobReply:
    answer = {"getJobResponse": {"job": {"id": "7", "state": 3, **job}}}
    return JobReply.from_answer(answer, action="GetJob", exchange=exchange())


def test_the_seeds_own_example_is_what_is_sent() -> None:
    request = JobRequest(
        source_path="file_path_to_root",
        content_id="cid",
        destination="/output/musicBeat",
        capability="musicBeat",
        descriptor={"outputType": 4, "drumType": 2, "enlargeLevel": 3, "splitNum": 3},
        custom_id="musicBeat",
    )
    assert request.body(KEYS) == {
        "action": "CreateJob",
        "secretId": "tmp-id",
        "secretKey": "tmp-key",
        "createJobRequest": {
            "customId": "musicBeat",
            "inputs": [{"source": {"contentId": "cid", "path": "file_path_to_root"}}],
            "outputs": [
                {
                    "contentId": "cid",
                    "destination": "/output/musicBeat",
                    "inputSelectors": [0],
                    "smartContentDescriptor": {
                        "musicBeat": {"outputType": 4, "drumType": 2, "enlargeLevel": 3, "splitNum": 3}
                    },
                }
            ],
        },
    }
    assert request.as_sent() == {**request.body(KEYS), "secretId": "***", "secretKey": "***"}


def test_the_optional_members_stand_where_the_page_puts_them() -> None:
    request = JobRequest(
        source_url="https://a.example/s.mp3",
        content_id="cid",
        capability="musicHighlight",
        descriptor=2,
        output_prefix="pre",
        timeout=0,
        callback="https://portal.example/hook",
    )
    asked = request.body(KEYS)["createJobRequest"]
    assert asked["inputs"] == [{"url": "https://a.example/s.mp3"}]
    assert asked["outputs"][0]["smartContentDescriptor"] == {"musicHighlight": 2, "outputPrefix": "pre"}
    assert (asked["timeout"], asked["callback"]) == (0, "https://portal.example/hook")
    assert "customId" not in asked


def test_an_output_of_a_capability_without_files_names_no_place_for_them() -> None:
    request = JobRequest(
        source_path="a.mp3",
        content_id="cid",
        destination="/output/",
        capability="musicHighlight",
        descriptor=2,
        writes_files=False,
    )
    asked = request.body(KEYS)["createJobRequest"]
    assert asked["inputs"] == [{"source": {"contentId": "cid", "path": "a.mp3"}}]
    assert asked["outputs"] == [{"inputSelectors": [0], "smartContentDescriptor": {"musicHighlight": 2}}]


@pytest.mark.parametrize("sources", [{}, {"source_path": "a", "source_url": "http://b.example"}])
def test_a_job_has_exactly_one_source(sources: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="exactly one source"):
        JobRequest(content_id="c", capability="musicBeat", descriptor={}, **sources)


def test_a_registration_sends_a_domain_only_when_there_is_one() -> None:
    keys = BucketKeys(secret_id="b-id", secret_key="b-key")
    fields = {
        "request_id": "r",
        "operate_uin": "1",
        "user_name": "u",
        "bucket": "b-1",
        "region": "ap-guangzhou",
    }
    plain = RegisterRequest(**fields, keys=keys)
    config = {"secretId": "b-id", "secretKey": "b-key", "bucket": "b-1", "region": "ap-guangzhou"}
    assert plain.body() == {
        "requestId": "r",
        "action": "Register",
        "registerRequest": {"operateUin": "1", "userName": "u", "cosConfig": config},
    }
    own = RegisterRequest(**fields, keys=keys, domain="songs.example.com")
    assert own.body()["registerRequest"]["cosConfig"] == {**config, "domain": "songs.example.com"}
    assert "b-key" not in repr(own)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"errorResponse": {"message": "one"}, "message": "two"}, "one"),
        ({"errorResponse": None, "message": " two "}, "two"),
        ({"message": "", "error": {"message": "three"}}, "three"),
        ({"error": {"errorMessage": "four"}}, "four"),
        ({"errorMessage": "five"}, "five"),
        ({"errorCode": 10004, "errorMsg": "five"}, "five"),
        ({"outputs": [{}, {"errorResponse": {"message": "six"}}]}, "six"),
        ({"message": 10004}, "10004"),
        ({"message": True, "outputs": "none"}, ""),
        ([], ""),
    ],
)
def test_tmps_words_are_found_wherever_they_stand(form: Any, words: str) -> None:
    assert message_in(form) == words


def test_found_is_one_capabilitys_answer() -> None:
    outputs: list[Any] = [
        {"destination": "/a"},
        {
            "destination": "/b",
            "smartContentResult": {"musicBeat": {"mergeFileName": "m.mp3"}, "musicTagV2": None},
        },
    ]
    answered = reply({"outputs": outputs})
    assert answered.found("musicBeat") == {"mergeFileName": "m.mp3"}
    assert answered.found("musicTagV2") is None
    assert answered.destination == "/a"
    assert reply({"outputs": None}).destination == ""


@pytest.mark.parametrize(
    "result", [{"musicBeat": {"a": 1}}, '{"musicBeat": {"a": 1}}', [{"musicBeat": {"a": 1}}], [None, 1]]
)
def test_a_result_may_be_a_text_or_stand_in_an_array(result: Any) -> None:
    found = reply({"outputs": [{"smartContentResult": result}]}).found("musicBeat")
    assert found == (None if result == [None, 1] else {"a": 1})


def test_a_result_that_is_no_json_is_kept_as_a_text() -> None:
    assert results_in([{"smartContentResult": "1, 2"}, {"smartContentResult": None}, 3]) == ["1, 2"]


@pytest.mark.parametrize(
    ("told", "state"),
    [(3, 3), ("3", 3), (3.0, 3), ("COMPLETED", 3), ("canceled", 5), (" 2 ", 2), (99, 99)],
)
def test_a_state_is_read_however_it_is_written(told: Any, state: int) -> None:
    answer = {"getJobResponse": {"job": {"id": "7", "state": told}}}
    assert JobReply.from_answer(answer, action="GetJob", exchange=exchange()).state == state


@pytest.mark.parametrize("told", ["gone", "3.5", True, None, [], "12345"])
def test_a_new_job_counts_by_its_id_whatever_its_state_says(told: Any) -> None:
    created = {"createJobResponse": {"job": {"id": "7", "state": told}}}
    asked = {"getJobResponse": {"job": {"id": "7", "state": told}}}
    assert JobReply.from_answer(created, action="CreateJob", exchange=exchange()).state == 1
    with pytest.raises(Garbled):
        JobReply.from_answer(asked, action="GetJob", exchange=exchange())


def test_keys_may_come_wrapped_as_other_answers_are() -> None:
    names = ("tmpContentId", "tmpSecretId", "tmpSecretKey", "apiGateSecretId", "apiGateSecretKey")
    info = {name: f"some-{name}" for name in names}
    for answer in ({"registerInfo": info}, {"registerResponse": {"registerInfo": info}}):
        assert Registered.from_answer(answer).content_id == "some-tmpContentId"
    with pytest.raises(Garbled):
        Registered.from_answer({"registerResponse": info})


def test_an_answer_may_be_empty_without_being_absent() -> None:
    assert reply({"outputs": [{"smartContentResult": {"musicHighlight": []}}]}).found("musicHighlight") == []


def test_an_exchange_becomes_plain_json() -> None:
    kept = exchange().to_json()
    assert kept["started_at"] == "2026-01-01T00:00:00+00:00"
    assert set(kept) == set(Exchange.__dataclass_fields__)


def test_the_states_carry_tmps_numbers() -> None:
    assert [state.value for state in JobState] == [1, 2, 3, 4, 5]
