"""CreateJob and GetJob: what is refused at once, and what a stranger may know."""

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.asking import output, refusal
from tests.sandbox.client import BEAT, Bucket, Caller, Json, register


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"inputs": []}, "inputs"),
        ({"inputs": None}, "inputs"),
        ({"inputs": [{}]}, "exactly one"),
        ({"inputs": ["song.mp3"]}, "inputs[0]"),
        ({"inputs": [{"url": "http://x/", "source": {"contentId": "a", "path": "b"}}]}, "exactly one"),
        ({"inputs": [{"url": "file:///etc/passwd"}]}, "url"),
        ({"inputs": [{"source": {"contentId": "nobody", "path": "song.mp3"}}]}, "contentId nobody"),
        ({"inputs": [{"source": {"path": "song.mp3"}}]}, "contentId"),
        ({"inputs": [{"source": {"contentId": "a", "path": "/"}}]}, "path"),
        ({"inputs": [{"sourceData": "la la la"}]}, "for cloning and textBgmGeneration only"),
        ({"inputs": [{"sourceData": "x" * 513}]}, "at most 512"),
        ({"inputs": [{"sourceData": 5}]}, "sourceData"),
        ({"inputs": [{"url": "http://x/", "sourceData": "la"}]}, "exactly one"),
        ({"outputs": []}, "outputs"),
        ({"outputs": [7]}, "outputs[0]"),
        ({"customId": "x" * 64}, "customId"),
        ({"customId": 5}, "customId"),
        ({"callback": "ftp://x/"}, "callback"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": "60"}, "timeout"),
        ({"timeout": 1 << 70}, "timeout"),
    ],
)
def test_a_wrong_request_is_refused_at_once(caller: Caller, changes: Json, word: str) -> None:
    assert word in refusal(caller, caller.job("song.mp3", **changes))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"contentId": "nobody"}, "contentId nobody"),
        ({"contentId": ""}, "contentId"),
        ({"destination": 7}, "destination"),
        ({"inputSelectors": []}, "inputSelectors"),
        ({"inputSelectors": None}, "inputSelectors"),
        ({"inputSelectors": [1]}, "inputSelectors"),
        ({"inputSelectors": [-1]}, "inputSelectors"),
        ({"inputSelectors": [True]}, "inputSelectors"),
        ({"inputSelectors": ["0"]}, "inputSelectors"),
        ({"inputSelectors": [0, 1]}, "inputSelectors"),
        ({"smartContentDescriptor": {}}, "exactly one capability"),
        ({"smartContentDescriptor": {"musicBeat": BEAT, "other": {}}}, "exactly one capability"),
        ({"smartContentDescriptor": {"outputPrefix": "x" * 20, "musicBeat": BEAT}}, "outputPrefix"),
        ({"smartContentDescriptor": {"outputPrefix": "a/b", "musicBeat": BEAT}}, "outputPrefix"),
        ({"smartContentDescriptor": {"musicNothing": {}}}, "musicNothing"),
        ({"smartContentDescriptor": {"musicBeat": {**BEAT, "outputType": 5}}}, "outputType"),
        ({"smartContentDescriptor": {"musicBeat": {**BEAT, "drumType": 0}}}, "drumType"),
        ({"smartContentDescriptor": {"musicBeat": {**BEAT, "enlargeLevel": 7}}}, "enlargeLevel"),
        ({"smartContentDescriptor": {"musicBeat": {**BEAT, "splitNum": 0}}}, "splitNum"),
    ],
)
def test_a_wrong_output_is_refused_at_once(caller: Caller, changes: Json, word: str) -> None:
    assert word in refusal(caller, caller.job("song.mp3", outputs=[output(caller, **changes)]))


def test_wrong_tmp_keys_are_a_business_error(caller: Caller) -> None:
    for name in ("tmpSecretId", "tmpSecretKey"):
        stranger = Caller(caller.gateway, caller.source, {**caller.info, name: "wrong"})
        reply = stranger.call("GetJob", getJobRequest={"id": "x"})
        assert reply == {"errorResponse": {"message": "secretId or secretKey is wrong"}}


def test_a_stranger_cannot_see_the_job(caller: Caller, sandbox: Sandbox, bucket: Bucket) -> None:
    job_id = caller.create(caller.job("song.mp3"))
    stranger = register(sandbox.gateway.url, bucket, userName="stranger")
    reply = stranger.call("GetJob", getJobRequest={"id": job_id})
    assert reply == {"errorResponse": {"message": f"job {job_id} does not exist"}}
    assert "contentId" in refusal(stranger, caller.job("song.mp3"))


@pytest.mark.parametrize("request_", [{"id": "x"}, {"id": 5}, {}, None])
def test_an_unknown_job_is_a_business_error(caller: Caller, request_: object) -> None:
    assert caller.call("GetJob", getJobRequest=request_)["errorResponse"]["message"]


@pytest.mark.parametrize("action", ["CancelJob", "ListJobs", "Register", ""])
def test_no_other_action_is_known(caller: Caller, action: str) -> None:
    reply = caller.call(action, requestId="r")
    assert reply == {"requestId": "r", "errorResponse": {"message": f"unsupported action: {action}"}}
