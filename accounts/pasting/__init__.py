"""Recognises what a person pasted: curl, JSON, an answer of TMP, a demo script, an address, lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Pasted:
    """What was recognised in a text."""

    kind: str
    values: dict[str, str] = field(repr=False)
    gateway_url: str
    taken_from: dict[str, str]
    placeholders: tuple[str, ...]
    reply: dict[str, Any] | None = field(repr=False)
    notes: tuple[str, ...] = ()
    words: str = ""


def recognise(text: str) -> Pasted:
    """What `text` is, and what of it the form can use."""
    return Pasted(kind="nothing", values={}, gateway_url="", taken_from={}, placeholders=(), reply=None)
