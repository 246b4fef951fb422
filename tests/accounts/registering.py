"""What TMP says to a registration that it takes, and a registration carried through in this process."""

from __future__ import annotations

import json
from typing import Any

from accounts.models import Registration
from accounts.registering import drafts, running

INFO = {
    "tmpContentId": "0b1c2d3e-0000-4000-8000-000000000001",
    "tmpSecretId": "tmpSECRETid-abcdef",
    "tmpSecretKey": "tmpSECRETkey-abcdef",
    "apiGateSecretId": "gwSECRETid-abcdef",
    "apiGateSecretKey": "gwSECRETkey-abcdef",
    "demoCosPath": "100012345678_demo/run_musicBeat.py",
    "usageDescription": "请从COS桶中下载demo",
    "message": "注册成功,感谢注册",
    "createdAt": "2026-11-22 10:00:00",
    "updatedAt": 1763805600,
    "somethingNew": {"secretHint": "newSECRET"},
}


def run(registration: Registration, **start: Any) -> Registration:
    """What the form and then a worker do."""
    assert drafts.start(registration, **start)
    running.run_registration(str(registration.pk))
    registration.refresh_from_db()
    return registration


def everything_kept(registration: Registration) -> str:
    """All columns that pages and dumps may show."""
    return json.dumps([registration.checks, registration.exchange, registration.error_words])
