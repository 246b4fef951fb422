"""The signature, against a value computed outside this code (openssl dgst -sha1 -hmac)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import requests

from tencent.keys import GatewayKeys
from tencent.signing import HmacAuth

KEYS = GatewayKeys(secret_id="AKIDexample", secret_key="gate-key-example")
MOMENT = datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)


def signed(moment: datetime, caller: str = "100000000001_wire") -> Mapping[str, str]:
    request = requests.Request("POST", "http://a.example/job", data=b"{}")
    request.auth = HmacAuth(KEYS, caller, clock=lambda: moment)
    return request.prepare().headers


def test_the_signature_is_the_one_openssl_makes() -> None:
    headers = signed(MOMENT)
    assert headers["Date"] == "Mon, 02 Nov 2026 03:04:05 GMT"
    assert headers["Source"] == "100000000001_wire"
    assert headers["Authorization"] == (
        'hmac id="AKIDexample", algorithm="hmac-sha1", headers="date source", '
        'signature="2tpQE1Btulpa72a1QAAVukGDgzQ="'
    )


def test_the_date_is_gmt_whatever_the_clock_s_zone() -> None:
    shanghai = MOMENT.astimezone(timezone(timedelta(hours=8)))
    assert signed(shanghai)["Authorization"] == signed(MOMENT)["Authorization"]


def test_the_caller_is_part_of_what_is_signed() -> None:
    assert signed(MOMENT, "other_caller")["Authorization"] != signed(MOMENT)["Authorization"]


def test_the_key_shows_in_no_representation() -> None:
    assert "gate-key-example" not in repr(HmacAuth(KEYS, "c")) + repr(KEYS)


def test_x_date_can_take_the_place_of_date() -> None:
    request = requests.Request("POST", "http://a.example/job", data=b"{}")
    request.auth = HmacAuth(KEYS, "100000000001_wire", clock=lambda: MOMENT, date_header="X-Date")
    headers = request.prepare().headers
    assert headers["X-Date"] == "Mon, 02 Nov 2026 03:04:05 GMT"
    assert "Date" not in headers
    assert headers["Authorization"] == (
        'hmac id="AKIDexample", algorithm="hmac-sha1", headers="x-date source", '
        'signature="x/An5zSKBtrbLo/mLyXjygvVshE="'
    )
