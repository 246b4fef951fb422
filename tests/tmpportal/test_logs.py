"""The log: one event is one line, with the ids of what it is about, and without a secret (T1, T5, T26)."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.test.utils import override_settings

from accounts import log_context
from tests.log_lines import log_lines
from tmpportal.logs import FORMATTERS, Json, Line
from tmpportal.requests_told import HEADER

NASTY = [
    "a\r\n2026-11-29T00:00:00.000Z ERROR root: forged",
    "song\x1b[2J\x1b]0;title\x07.wav",
    "next\x85line\u2028and\u2029paragraph\x0b\x0c\x1c",
    "turned \u202eexe.gpj \u2066 round",
    "half a character \ud83d",
    "nothing\x00more",
    '{"level": "forged"}\n{"level": "forged"}',
]


@pytest.fixture(params=FORMATTERS)
def written(request: pytest.FixtureRequest) -> Iterator[io.BytesIO]:
    """What a handler of that format writes of the whole log, byte by byte."""
    handler = logging.StreamHandler(io.TextIOWrapper(raw := io.BytesIO(), "utf-8", write_through=True))
    handler.setFormatter(FORMATTERS[request.param]())
    root = logging.getLogger()
    root.addHandler(handler)
    yield raw
    root.removeHandler(handler)


@pytest.fixture
def told_lines() -> Iterator[list[dict[str, Any]]]:
    """The log as machines read it."""
    with log_lines() as lines:
        yield lines


@pytest.mark.parametrize("name", NASTY)
def test_one_event_is_one_line_whatever_a_name_holds(written: io.BytesIO, name: str) -> None:
    """T26."""
    with log_context.about(tmp_request_id=name):
        logging.getLogger("songs").warning("The song %s cannot be read", name)
    text = written.getvalue().decode("utf-8")
    assert len(text.splitlines()) == 1
    assert "WARNING" in text and "The song" in text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", text)


def test_a_traceback_cannot_pass_for_another_event() -> None:
    """T26: the words of an error may come from a name, too."""
    try:
        raise ValueError(NASTY[0])
    except ValueError:
        record = logging.getLogger("x").makeRecord("x", 40, __file__, 1, "Broke", (), sys.exc_info())
    first, *more = Line().format(record).splitlines()
    assert first.endswith("ERROR x: Broke")
    assert more and all(line.startswith("    | ") for line in more)
    told = json.loads(Json().format(record))
    assert told["message"] == "Broke" and told["trace"].endswith("root: forged")


@pytest.mark.parametrize("format_", FORMATTERS)
def test_secrets_in_addresses_are_masked_in_messages_and_tracebacks(format_: str) -> None:
    """T1, T5."""
    link = "https://b.example.com/a.wav?q-sign-algorithm=sha1&q-signature=5ecre7&x=1"
    address = f"{link} /s/5ecre7/ /callbacks/5ecre7/"
    try:
        raise ValueError(address)
    except ValueError:
        said = logging.getLogger("x").makeRecord("x", 40, __file__, 1, "GET %s", (address,), sys.exc_info())
    text = FORMATTERS[format_]().format(said)
    assert "5ecre7" not in text
    assert text.count("q-signature=***") == text.count("/s/***/") == text.count("/callbacks/***/") == 2


def test_a_line_says_when_how_bad_where_and_what_it_is_about() -> None:
    record = logging.getLogger("jobs.moves").makeRecord("jobs.moves", 20, __file__, 1, "Job %s", (7,), None)
    record.job_id = "its own"
    with log_context.about(job_id="around it", attempt=2, request_id="r" * 32, tmp_request_id=""):
        told = json.loads(Json().format(record))
        line = Line().format(record)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told.pop("time"))
    assert told == {
        "level": "INFO",
        "logger": "jobs.moves",
        "message": "Job 7",
        "request_id": "r" * 32,
        "job_id": "its own",
        "attempt": 2,
    }
    assert line.endswith(f"INFO jobs.moves: Job 7 [request_id={'r' * 32} job_id=its own attempt=2]")
    assert log_context.known() == {}


@pytest.mark.django_db
def test_a_request_s_lines_name_it_and_the_person_by_id(
    client: Client, alice: User, told_lines: list[dict[str, Any]]
) -> None:
    client.force_login(alice)
    answer = client.get(f"/jobs/{uuid4()}/", headers={"accept-language": "en"})
    assert answer.status_code == 404
    number = answer[HEADER]
    assert re.fullmatch(r"[0-9a-f]{32}", number)
    # Whether there is such a job is nobody's business: its page is the same at every try.
    assert number not in answer.content.decode()
    lines = [line for line in told_lines if line.get("request_id") == number]
    assert {line["logger"] for line in lines} == {"django.request", "tmpportal.requests"}
    assert {line["user_id"] for line in lines} == {alice.pk}
    (request,) = [line for line in lines if line["logger"] == "tmpportal.requests"]
    assert (request["method"], request["status_code"]) == ("GET", 404)
    assert request["route"] == "/jobs/<uuid:job_id>/" and request["job_id"]
    assert alice.username not in json.dumps(told_lines)
    assert log_context.known() == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proxies", "sent", "is_taken"),
    [
        (0, "5f0c0d6c2a4b4a0f", False),
        (1, "5f0c0d6c2a4b4a0f", True),
        (1, "short", False),
        (1, "x" * 65, False),
        (1, 'a" onload="alert(1)', False),
        (1, "forged\tline-of-the-log", False),
    ],
)
def test_only_a_proxy_of_ours_names_a_request(
    client: Client, proxies: int, sent: str, is_taken: bool
) -> None:
    """T26: nobody else chooses what stands in the log, the answer and the error page."""
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=proxies):
        answer = client.get("/healthz", headers={HEADER: sent})
    assert (answer[HEADER] == sent) is is_taken


@pytest.mark.django_db
def test_an_error_of_ours_shows_the_number_that_its_traceback_has(
    client: Client, told_lines: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*words: Any, **named: Any) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("tmpportal.readiness.report", broken)
    client.raise_request_exception = False
    answer = client.get("/readyz", headers={"accept-language": "zh-CN"})
    assert answer.status_code == 500
    (line,) = [line for line in told_lines if "trace" in line]
    assert line["trace"].endswith("RuntimeError: planted")
    assert f"<code>{line['request_id']}</code>" in answer.content.decode()
