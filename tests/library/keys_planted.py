"""Files with an account's secrets in them, in several spellings, put into the sandbox's bucket."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from accounts.clients import bucket_for
from accounts.models import Account
from tests.jobs.scene import Scene, set_scene
from tests.sandbox_process import SandboxProcess

# Beginning of every planted file; a page that shows it has shown the file.
OPENING = "these are the notes of a colleague"
SPELLINGS: dict[str, Callable[[str], bytes]] = {
    "plain": lambda key: f"{OPENING}\nkey: {key}".encode(),
    "json": lambda key: json.dumps({"text": OPENING, "SecretKey": key}).replace("/", "\\/").encode(),
    "base64": lambda key: f"{OPENING}\n".encode() + base64.b64encode(f"k:{key}!".encode()),
    "url": lambda key: f"{OPENING}\n?key={quote(key, safe='')}".encode(),
    "utf-16": lambda key: f"{OPENING}\nkey: {key}".encode("utf-16"),
    "html": lambda key: f"<p>{OPENING}<p>{''.join(f'&#{ord(letter)};' for letter in key)}".encode(),
}
FIELDS = (
    "bucket_secret_id",
    "bucket_secret_key",
    "tmp_secret_id",
    "tmp_secret_key",
    "gateway_secret_id",
    "gateway_secret_key",
)


def scene_with_keys(sandbox: SandboxProcess, **fields: Any) -> Scene:
    """Alice's account with TMP keys that no other test has."""
    mine = {
        name: f"+/{secrets.token_urlsafe(24)}"
        for name in ("tmp_secret_id", "tmp_secret_key", "gateway_secret_id", "gateway_secret_key")
    }
    return set_scene(sandbox, **{**mine, **fields})


def plant(account: Account, content: bytes, name: str = "notes.txt") -> str:
    """The path of a new object with that content, in a folder of its own."""
    path = f"planted-{uuid4().hex}/{name}"
    bucket_for(account).put(path, content)
    return path
