"""Seals secrets with AES-256-GCM, bound to the row and field they belong to, under keys that can rotate."""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts import opened

VERSION = "v1"
NONCE_BYTES = 12


class CannotOpen(Exception):
    """The ciphertext does not open: wrong or lost key, damaged, or moved here from another row or field."""


@dataclass(frozen=True)
class Keyring:
    """Keys by id, newest first: the first seals, every key opens."""

    keys: dict[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Keyring:
        """Read `<id>:<32 bytes in base64>` separated by commas or lines; raises ImproperlyConfigured."""
        keys: dict[str, bytes] = {}
        for entry in text.replace(",", "\n").split():
            key_id, _, encoded = entry.partition(":")
            try:
                key = base64.b64decode(encoded, validate=True)
            except (binascii.Error, ValueError):
                key = b""
            if not key_id or len(key) != 32:
                raise ImproperlyConfigured("A field key must read <id>:<32 bytes in base64>.")
            keys[key_id] = key
        if not keys:
            raise ImproperlyConfigured("There is no field key: nothing could be sealed or opened.")
        return cls(keys)

    def seal(self, text: str, *, context: str) -> str:
        """Ciphertext `v1:<key id>:<base64>` that opens only with the same `context`."""
        opened.remember(text)
        key_id, key = next(iter(self.keys.items()))
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(key).encrypt(nonce, text.encode(), context.encode())
        return f"{VERSION}:{key_id}:{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, *, context: str) -> str:
        """The text behind `sealed`; raises CannotOpen, whose words never hold the text or the key."""
        version, _, rest = sealed.partition(":")
        key_id, _, encoded = rest.partition(":")
        key = self.keys.get(key_id)
        if version != VERSION or key is None:
            raise CannotOpen(f"No key {key_id!r} for {context}")
        try:
            raw = base64.b64decode(encoded, validate=True)
            text = AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise CannotOpen(f"The ciphertext of {context} does not open") from error
        opened.remember(text)
        return text


@lru_cache(maxsize=4)
def _parsed(text: str) -> Keyring:
    return Keyring.parse(text)


def keyring() -> Keyring:
    """The keyring of the settings."""
    return _parsed(settings.FIELD_KEYS)
