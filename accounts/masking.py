"""What a page may show of a secret: its last four characters, enough to recognise it by."""

from __future__ import annotations

from typing import NamedTuple

from django.db import models

from accounts.encryption import CannotOpen

SHOWN = 4
SHORTEST = 12


class Masked(NamedTuple):
    """A secret as a page may know it: whether there is one, its end, and whether it opens at all."""

    is_kept: bool
    tail: str = ""
    opens: bool = True


def masked(row: models.Model, name: str) -> Masked:
    """The sealed field `name` of `row`; a short secret shows nothing of itself. Raises nothing."""
    try:
        text = str(getattr(row, name) or "")
    except CannotOpen:
        return Masked(is_kept=True, opens=False)
    return Masked(is_kept=bool(text), tail=tail_of(text))


def tail_of(secret: str) -> str:
    """The end of a secret that a page may show; "" of a short one."""
    return secret[-SHOWN:] if len(secret) >= SHORTEST else ""
