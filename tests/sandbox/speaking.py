"""Callers of sandboxes that speak another dialect."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from sandbox.assembly import Sandbox
from tests.sandbox.client import Caller, Reply, send

Start = Callable[..., Sandbox]


def ask(caller: Caller, action: str, **members: object) -> Reply:
    keys = {"secretId": caller.info["tmpSecretId"], "secretKey": caller.info["tmpSecretKey"]}
    body = json.dumps({"action": action, **keys, **members}).encode()
    return send("POST", f"{caller.gateway}/job", body, caller.headers())


def done(caller: Caller, **changes: object) -> dict:
    """The Job object of a job that has ended, whatever its state looks like."""
    job = ask(caller, "CreateJob", createJobRequest=caller.job("song.mp3", **changes)).json
    asked = {"id": job["createJobResponse"]["job"]["id"]}
    for _ in range(100):
        found = ask(caller, "GetJob", getJobRequest=asked).json["getJobResponse"]["job"]
        if found["state"] in (3, "3", "COMPLETED", 4, 5):
            return found
        time.sleep(0.02)
    raise AssertionError(found)


def found(caller: Caller, **changes: object) -> dict:
    """What musicBeat answers."""
    result: dict = done(caller, **changes)["outputs"][0]["smartContentResult"]["musicBeat"]
    return result
