"""A browser that brings a file into a bucket, in code: announced, put by its links, finished."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass, field
from typing import Any

import requests
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.clients import bucket_for
from accounts.models import Account
from tests.accounts.browsing import signed_in
from tests.factories import make_account
from tests.sandbox_process import SandboxProcess

ORIGIN = "http://testserver"
MIB = 1024 * 1024


def account_with_bucket(user: User, sandbox: SandboxProcess, name: str, *, lets_in: bool = True) -> Account:
    """An account with a bucket of its own, whose rules let the portal's pages in or do not."""
    key = sandbox.key("full", bucket=f"{name}-1250000000")
    account = make_account(
        user,
        sandbox,
        bucket=key.bucket,
        bucket_secret_id=key.secret_id,
        bucket_secret_key=key.secret_key,
    )
    if lets_in:
        bucket_for(account).set_cors(ORIGIN)
    return account


def long_wav(size: int) -> bytes:
    """A WAV file of about `size` bytes, 8,000 samples of one byte a second; no two parts of it are equal."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(b"".join(number.to_bytes(4, "big") for number in range(size // 4)))
    return out.getvalue()


@dataclass
class Browser:
    """The person's browser on the form of one account; `shown` are the pieces it was asked to show."""

    user: User
    account: Account
    shown: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client: Client = signed_in(self.user)

    def begin(self, content: bytes, name: str = "夜曲.wav", *, modified: int = 1, **told: Any) -> Any:
        """The answer of the portal to a file, after showing it as much as it wants."""
        pieces = {0: content[:65536]}
        while True:
            files = [SimpleUploadedFile(str(at), piece) for at, piece in pieces.items()]
            fields = {"name": name, "size": len(content), "modified": modified, "piece": files, **told}
            answer = self.client.post(reverse("accounts:upload_begin", args=[self.account.pk]), fields)
            told_back = answer.json() if answer["Content-Type"] == "application/json" else {}
            if "show" not in told_back:
                return answer
            at = told_back["show"]
            assert at not in pieces
            self.shown.append(at)
            pieces[at] = content[at : at + told_back["length"]]

    def links(self, plan: dict[str, Any], *numbers: int, **fields: Any) -> dict[str, str]:
        """Where the parts may be PUT."""
        answer = self.client.post(plan["links"], {"number": numbers, **fields})
        assert answer.status_code == 200, answer.content
        links: dict[str, str] = answer.json()["links"]
        return links

    def put(self, plan: dict[str, Any], content: bytes, *numbers: int) -> list[int]:
        """HTTP states of putting those parts by their links, to the bucket or to the portal."""
        states = []
        for number, link in self.links(plan, *numbers).items():
            start = (int(number) - 1) * plan["part_bytes"]
            part, kind = content[start : start + plan["part_bytes"]], plan["content_type"]
            if link.startswith("/"):
                states.append(self.client.put(link, part, content_type=kind).status_code)
            else:
                headers = {"Content-Type": kind, "Origin": ORIGIN}
                states.append(requests.put(link, data=part, headers=headers, timeout=10).status_code)
        return states

    def finish(self, plan: dict[str, Any]) -> Any:
        return self.client.post(plan["finish"])
