"""File names out of names that people gave to songs."""

from __future__ import annotations

import unicodedata

LONGEST_BYTES = 180


def stem_of(name: str, *, fallback: str = "result") -> str:
    """The name without its ending and without anything a file name cannot hold; at most LONGEST_BYTES."""
    stem = safe(name.rpartition(".")[0] or name)
    # Most file systems count bytes, and a Chinese character has three.
    cut = stem.encode()[:LONGEST_BYTES].decode(errors="ignore")
    return cut.rstrip(". ") or fallback


def safe(name: str) -> str:
    """The name without anything that a file name cannot hold on some system."""
    kept = "".join(
        "_" if letter in '/\\:*?"<>|' or unicodedata.category(letter).startswith("C") else letter
        for letter in name
    )
    return kept.strip(". ")
