"""Calls and answers that the gateway tests share."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tencent.errors import GatewayError
from tencent.gateway import Gateway
from tencent.keys import BucketKeys, GatewayKeys, TmpKeys
from tencent.messages import JobRequest, RegisterRequest
from tencent.transports import Blocking
from tests.tencent.wire_server import Script, WireServer

SECRETS = (
    "gate-secret/key+1",
    "tmp-secret-key-2",
    "bucket-secret-key-3",
    "handed-out-key-4",
    "handed-out-key-5",
)
JOB = {"createJobResponse": {"job": {"id": "job-1", "state": 1}}}
REQUEST = JobRequest(
    source_path="songs/a.mp3", content_id="c-1", capability="musicBeat", descriptor={"outputType": 3}
)
REGISTER = RegisterRequest(
    request_id="r-1",
    operate_uin="1",
    user_name="u",
    keys=BucketKeys(secret_id="AKIDbucket", secret_key=SECRETS[2]),
    bucket="b-1250000000",
    region="ap-guangzhou",
)
REGISTERED = {
    "requestId": "r-1",
    "registerInfo": {
        "tmpContentId": "c-1",
        "tmpSecretId": "AKIDhanded1",
        "tmpSecretKey": SECRETS[3],
        "apiGateSecretId": "AKIDhanded2",
        "apiGateSecretKey": SECRETS[4],
        "demoCosPath": "1_demo/run_musicBeat.py",
        "usageDescription": "use it",
        "message": "注册成功,感谢注册",
        "createdAt": 1700000000,
        "updatedAt": "2026-01-01",
        "quota": 5,
    },
}


def gateway_at(url: str, **limits: Any) -> Gateway:
    return Gateway(
        url,
        caller="1_u",
        gateway_keys=GatewayKeys(secret_id="AKIDgate", secret_key=SECRETS[0]),
        tmp_keys=TmpKeys(secret_id="AKIDtmp", secret_key=SECRETS[1]),
        transport=Blocking(**limits),
    )


def error_of(script: Script, *, deadline_s: float = 5, **limits: Any) -> GatewayError:
    """The error that create_job makes of this answer, after looking for secrets in all that may be kept of
    it."""
    with WireServer(script) as server, pytest.raises(GatewayError) as caught:
        gateway_at(server.url, **limits).create_job(REQUEST, deadline_s)
    error = caught.value
    assert error.exchange is not None
    kept = json.dumps(error.exchange.to_json()) + str(error) + repr(error) + error.words
    assert not [secret for secret in SECRETS if secret in kept]
    assert len(server.requests) == 1, "one call, one request"
    return error
