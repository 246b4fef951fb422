"""Tokens in addresses that open something without a login: told once, and kept as a hash."""

from __future__ import annotations

import hashlib
import secrets

from django.core import signing

# Of randomness in a token; the signature after it only spares the database those that were made up.
TOKEN_BYTES = 24


class Tokens:
    """Those of one kind of link; `kind` keeps them from passing for another's."""

    def __init__(self, kind: str) -> None:
        self._signer = signing.Signer(salt=kind, sep=".")

    def make(self) -> str:
        """A new one, which nobody can guess."""
        return self._signer.sign(secrets.token_urlsafe(TOKEN_BYTES))

    def is_ours(self, token: str) -> bool:
        """Whether the portal ever gave out `token`; asks nobody."""
        try:
            self._signer.unsign(token)
        except signing.BadSignature:
            return False
        return True


def hash_of(token: str) -> str:
    """What is kept of it, as 64 hexadecimal digits; a stranger's may be no valid text."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
