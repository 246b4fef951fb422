"""Messages that nobody of the portal wrote: what whoever reaches the queue could put into it."""

from __future__ import annotations

import base64
import json
import os
import pickle
import uuid
from pathlib import Path
from typing import Any

JSON = "application/json"
NOW = "2026-11-29T12:00:00+00:00"


class Touch:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.open, (str(self.path), os.O_CREAT | os.O_WRONLY)


def messages(mark: Path, *, account: str, registration: str, job: str) -> list[bytes]:
    """Each would harm if believed: make the file `mark`, end the worker, act on a row that is not in turn."""
    nobody = str(uuid.uuid4())
    pickled = pickle.dumps([[Touch(mark)], {}, {}])
    yaml = f"!!python/object/apply:os.open ['{mark}', 65]".encode()
    huge = "x" * 2_000_000
    told = [
        message("jobs.tasks.sweep", body=pickled, kind="application/x-python-serialize"),
        message("jobs.tasks.sweep", body=pickled, kind="application/octet-stream"),
        message("jobs.tasks.sweep", body=pickled),
        message("jobs.tasks.sweep", body=yaml, kind="application/x-yaml"),
        message("os.system", [f"touch {mark}"]),
        message("celery.backend_cleanup.__globals__", []),
        message("jobs.tasks.submit_job", [nobody]),
        message("jobs.tasks.submit_job", [job]),
        message("jobs.tasks.submit_job", [{"$ne": None}, 7, huge]),
        message("jobs.tasks.spread", [999_999_999]),
        message("jobs.tasks.spread", ["1; DROP TABLE jobs_job"]),
        message("accounts.tasks.register_account", [nobody]),
        message("accounts.tasks.register_account", [registration]),
        message("accounts.tasks.register_account", ["../../etc/passwd"]),
        message("accounts.tasks.look_at_health", [account, NOW]),
        message("accounts.tasks.look_at_health", [account, "never"]),
        message("accounts.tasks.make_contact", [account, NOW, ["create_job"], 1]),
        message("jobs.tasks.sweep", body=b"[" * 100_000),
        message("jobs.tasks.sweep", body=b"\xff\xfe"),
        json.dumps({"body": "W10=", "headers": {}, "properties": {}}).encode(),
        json.dumps({"body": "%%%", "properties": None}).encode(),
        json.dumps([]).encode(),
        json.dumps("celery").encode(),
        b"\x80\x04\x95 no JSON at all",
        b"",
    ]
    return told


def message(
    task: str, arguments: list[Any] | None = None, *, body: bytes | None = None, kind: str = JSON
) -> bytes:
    """As Celery writes one into Redis."""
    number = str(uuid.uuid4())
    content = json.dumps([arguments or [], {}, {}]).encode() if body is None else body
    return json.dumps(
        {
            "body": base64.b64encode(content).decode(),
            "content-encoding": "utf-8",
            "content-type": kind,
            "headers": {"lang": "py", "task": task, "id": number, "root_id": number, "argsrepr": "()"},
            "properties": {
                "correlation_id": number,
                "delivery_mode": 2,
                "delivery_info": {"exchange": "", "routing_key": "celery"},
                "priority": 0,
                "body_encoding": "base64",
                "delivery_tag": number,
            },
        }
    ).encode()
