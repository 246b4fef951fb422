"""Asks a real TMP account: the harmless questions of a first contact, and one job where it may cost money.

Settings come from the environment; tests/live/README.md lists them. Nobody is registered here.
"""

from __future__ import annotations

import os
import time

import pytest

from tencent import first_contact
from tencent.first_contact import QUESTIONS, Finding, Question
from tencent.gateway import Gateway
from tencent.keys import GatewayKeys, TmpKeys
from tencent.messages import JobReply, JobRequest, JobState
from tencent.probing import probe

ENDPOINT = os.environ.get("TMP_LIVE_ENDPOINT") or "https://api.mediax.tencent.com"
CALLER = os.environ["TMP_LIVE_CALLER"]
CONTENT_ID = os.environ["TMP_LIVE_CONTENT_ID"]
SONG_PATH = os.environ.get("TMP_LIVE_SONG_PATH", "")
HARMLESS = [question for question in QUESTIONS if not question.may_cost]
JOB_SECONDS, PAUSE_SECONDS = 600, 3


def keys(kind: type[TmpKeys] | type[GatewayKeys], name: str) -> TmpKeys | GatewayKeys:
    return kind(
        secret_id=os.environ[f"TMP_LIVE_{name}_SECRET_ID"],
        secret_key=os.environ[f"TMP_LIVE_{name}_SECRET_KEY"],
    )


TMP_KEYS, GATEWAY_KEYS = keys(TmpKeys, "TMP"), keys(GatewayKeys, "GATEWAY")


def ask(question: Question) -> Finding:
    return first_contact.ask(
        question,
        endpoint=ENDPOINT,
        caller=CALLER,
        gateway_keys=GATEWAY_KEYS,
        tmp_keys=TMP_KEYS,
        content_id=CONTENT_ID,
    )


def test_somebody_answers_at_the_address() -> None:
    assert probe(ENDPOINT).state != "silent"


@pytest.mark.parametrize("question", HARMLESS, ids=[question.key for question in HARMLESS])
def test_a_harmless_question_gets_an_answer_that_is_understood(question: Question) -> None:
    finding = ask(question)
    print(f"{question.key}: {finding.http_state}, {finding.form}, {finding.words!r}")
    assert finding.form in ("errorResponse", "message")
    assert finding.job_id == ""


@pytest.mark.may_cost
def test_the_guides_own_job_comes_back_with_a_result() -> None:
    if not SONG_PATH:
        pytest.fail("TMP_LIVE_SONG_PATH must name a song in the bucket of the account.", pytrace=False)
    gateway = Gateway(ENDPOINT, caller=CALLER, gateway_keys=GATEWAY_KEYS, tmp_keys=TMP_KEYS)
    reply = gateway.create_job(
        JobRequest(
            source_path=SONG_PATH,
            content_id=CONTENT_ID,
            destination="/output/musicBeat",
            capability="musicBeat",
            descriptor={"outputType": 4, "drumType": 2, "enlargeLevel": 3, "splitNum": 3},
            custom_id="musicBeat",
        )
    )
    ended = followed(gateway, reply)
    assert ended.state == JobState.COMPLETED, ended.message
    assert ended.found("musicBeat")


def followed(gateway: Gateway, reply: JobReply) -> JobReply:
    """The job's last state, or whatever it is in after JOB_SECONDS."""
    deadline = time.monotonic() + JOB_SECONDS
    while reply.state in (JobState.SUBMITTED, JobState.PROCESSING) and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS if ENDPOINT.startswith("https") else 0.2)
        reply = gateway.get_job(reply.id)
    return reply
