"""The gateway's HMAC check, row by row of its error table (tmp-protocol section 6)."""

import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from sandbox.gateway.hmac_check import HmacCheck
from sandbox.gateway.hmac_rows import HmacRefusedError
from tests.sandbox.client import Caller, Reply, send

GMT = "%a, %d %b %Y %H:%M:%S GMT"
UNVERIFIED = "HMAC signature cannot be verified"


def at(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime(GMT)


def signed(
    caller: Caller,
    values: Mapping[str, str],
    *,
    algorithm: str = "hmac-sha1",
    gate_id: str = "",
    names: str | None = None,
) -> dict[str, str]:
    """Headers with a right signature over `values` in their order."""
    text = "\n".join(f"{name.lower()}: {value}" for name, value in values.items())
    key = caller.info["apiGateSecretKey"].encode()
    digest = hmac.new(key, text.encode(), algorithm.removeprefix("hmac-")).digest()
    listed = " ".join(values) if names is None else names
    authorization = (
        f'hmac id="{gate_id or caller.info["apiGateSecretId"]}", algorithm="{algorithm}", '
        f'headers="{listed}", signature="{base64.b64encode(digest).decode()}"'
    )
    return {**values, "Authorization": authorization}


def ask(caller: Caller, headers: Mapping[str, str], path: str = "/job") -> Reply:
    keys = {"secretId": caller.info["tmpSecretId"], "secretKey": caller.info["tmpSecretKey"]}
    body = json.dumps({"action": "GetJob", **keys, "getJobRequest": {"id": "none"}}).encode()
    return send("POST", caller.gateway + path, body, headers)


def refusal(caller: Caller, headers: Mapping[str, str]) -> str:
    """The gateway's text, after checking the form of its answer."""
    reply = ask(caller, headers)
    assert reply.status == 401
    assert reply.body.endswith(b'"}\n')
    assert "x-api-upstreamstatus" not in reply.headers
    assert list(reply.json) == ["message"]
    return reply.json["message"]


def passes(caller: Caller, headers: Mapping[str, str], path: str = "/job") -> bool:
    return ask(caller, headers, path).status == 200


@pytest.mark.parametrize("path", ["/job", "/release/job"])
def test_the_order_of_the_guide_passes(caller: Caller, path: str) -> None:
    assert passes(caller, signed(caller, {"date": at(0), "source": "x"}), path)


def test_names_may_be_in_any_case_and_order(caller: Caller) -> None:
    assert passes(caller, signed(caller, {"Source": "x", "Date": at(0)}))


def test_further_headers_may_be_signed(caller: Caller) -> None:
    assert passes(caller, signed(caller, {"source": "x", "x-token": "t", "x-date": at(0)}))


@pytest.mark.parametrize("algorithm", ["hmac-sha1", "hmac-sha256", "hmac-sha384", "hmac-sha512"])
def test_four_algorithms_pass(caller: Caller, algorithm: str) -> None:
    assert passes(caller, signed(caller, {"date": at(0), "source": "x"}, algorithm=algorithm))


def test_an_old_date_passes_because_only_x_date_is_checked(caller: Caller) -> None:
    assert passes(caller, signed(caller, {"date": at(-6000), "source": "x"}))


@pytest.mark.parametrize("minutes", [-14, 14])
def test_an_x_date_within_fifteen_minutes_passes(caller: Caller, minutes: int) -> None:
    assert passes(caller, signed(caller, {"x-date": at(minutes), "source": "x"}))


@pytest.mark.parametrize("minutes", [-16, 16])
def test_an_x_date_off_by_more_is_out_of_date(caller: Caller, minutes: int) -> None:
    text = refusal(caller, signed(caller, {"x-date": at(minutes), "source": "x"}))
    assert text == f"{UNVERIFIED}, the x-date header is out of date for HMAC Authentication"


def test_an_x_date_that_is_no_date_is_refused(caller: Caller) -> None:
    text = refusal(caller, signed(caller, {"x-date": "yesterday", "source": "x"}))
    assert text == f"{UNVERIFIED}, a valid x-date header is required for HMAC Authentication"


def test_no_authorization_is_refused(caller: Caller) -> None:
    assert refusal(caller, {"Date": at(0)}) == f"{UNVERIFIED}, a validate authorization header is required"


@pytest.mark.parametrize(
    "text", ["hmac", "Bearer abc", 'hmac id="a" signature="b"', "hmac id=a, signature=b"]
)
def test_an_unreadable_authorization_is_a_format_error(caller: Caller, text: str) -> None:
    assert refusal(caller, {"Date": at(0), "Authorization": text}) == "HMAC authorization format error"


@pytest.mark.parametrize("text", ['hmac id="a", algorithm="hmac-sha1"', 'hmac signature="b", headers="date"'])
def test_id_and_signature_must_be_there(caller: Caller, text: str) -> None:
    assert refusal(caller, {"Date": at(0), "Authorization": text}) == "HMAC id or signature missing"


def test_too_few_parameters_are_refused(caller: Caller) -> None:
    headers = {"Date": at(0), "Authorization": 'hmac id="a", signature="b", headers="date"'}
    assert refusal(caller, headers) == "HMAC authorization headers is invalidate"


def test_an_unknown_algorithm_is_named(caller: Caller) -> None:
    headers = signed(caller, {"date": at(0)})
    headers["Authorization"] = headers["Authorization"].replace("hmac-sha1", "hmac-md5")
    assert refusal(caller, headers) == "HMAC algorithm hmac-md5 not supported"


def test_a_date_of_either_kind_must_be_there(caller: Caller) -> None:
    text = refusal(caller, signed(caller, {"source": "x"}))
    assert text == f"{UNVERIFIED}, a valid date or x-date header is required"


def test_a_signed_header_must_be_there(caller: Caller) -> None:
    text = refusal(caller, signed(caller, {"date": at(0)}, names="date source"))
    assert text == f"{UNVERIFIED}, a valid source header is required"


def test_an_unknown_id_is_refused(caller: Caller) -> None:
    assert refusal(caller, signed(caller, {"date": at(0)}, gate_id="AKIDnobody")) == UNVERIFIED


def test_a_changed_header_does_not_match(caller: Caller) -> None:
    headers = signed(caller, {"date": at(0), "source": "x"}) | {"source": "y"}
    assert refusal(caller, headers) == "HMAC signature does not match"


def test_a_line_feed_after_the_last_line_does_not_match(caller: Caller) -> None:
    date = at(0)
    headers = signed(caller, {"date": date})
    digest = hmac.new(caller.info["apiGateSecretKey"].encode(), f"date: {date}\n".encode(), hashlib.sha1)
    start = headers["Authorization"].partition('signature="')[0]
    headers["Authorization"] = f'{start}signature="{base64.b64encode(digest.digest()).decode()}"'
    assert refusal(caller, headers) == "HMAC signature does not match"


def test_a_signed_header_sent_twice_is_refused(caller: Caller) -> None:
    headers = signed(caller, {"date": at(0), "source": "x"})
    lines = ["POST /job HTTP/1.1", "Host: h", "Content-Length: 0", "Connection: close", "Source: y"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    place = urlsplit(caller.gateway)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"HMAC do not support multiple HTTP header" in answer


def test_the_checks_come_in_the_order_of_the_table() -> None:
    """Each mistake alone is hidden by the one before it."""
    seen = []
    headers: dict[str, str] = {}
    for step in (
        {},
        {"authorization": "nothing"},
        {"authorization": 'hmac algorithm="hmac-md5", headers="date source"'},
        {"authorization": 'hmac algorithm="hmac-md5", headers="date source", id="a", signature="b"'},
        {"authorization": 'hmac algorithm="hmac-sha1", headers="date source", id="a", signature="b"'},
        {"x-date": "never"},
        {"x-date": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"x-date": at(0), "date": "any"},
        {"source": "x"},
    ):
        headers |= step
        with pytest.raises(HmacRefusedError) as refused:
            HmacCheck(key_of=lambda gate_id: None).verified_id(headers, repeated=(), now=time.time())
        seen.append(str(refused.value))
    assert seen == [
        f"{UNVERIFIED}, a validate authorization header is required",
        "HMAC authorization format error",
        "HMAC id or signature missing",
        "HMAC algorithm hmac-md5 not supported",
        f"{UNVERIFIED}, a valid date or x-date header is required",
        f"{UNVERIFIED}, a valid x-date header is required for HMAC Authentication",
        f"{UNVERIFIED}, the x-date header is out of date for HMAC Authentication",
        f"{UNVERIFIED}, a valid source header is required",
        UNVERIFIED,
    ]
