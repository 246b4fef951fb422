"""A password hasher that says how often it was asked: what a refused try must never come to."""

from __future__ import annotations

from django.contrib.auth.hashers import MD5PasswordHasher

NAME = f"{__name__}.Counting"


class Counting(MD5PasswordHasher):
    """Counts in `hashed`; set it to 0 first."""

    hashed = 0

    def encode(self, password: str, salt: str) -> str:
        """As Django's."""
        type(self).hashed += 1
        return super().encode(password, salt)
