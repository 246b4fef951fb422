"""Finds a secret wherever it went, in whatever spelling: for tests that prove that none went anywhere."""

from __future__ import annotations

import base64
import contextlib
import gzip
import html
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import quote

# Characters: a piece this long is a leak, and is no accident.
WINDOW = 12
STEP = 6


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A piece of a secret that was found; names the secret, never quotes it."""

    secret: str
    spelling: str
    where: str


@dataclass(frozen=True)
class SecretsSearch:
    """Looks for secrets by name. Anything with 18 characters of one in a row, or its last 12, is found.

    Spellings: plain, base64 of both alphabets at every alignment, hex, URL-quoted, JSON- and HTML-escaped,
    UTF-16; gzip is unpacked and SQLite dumped, wherever their bytes lie.
    """

    secrets: Mapping[str, str] = field(repr=False)

    def in_text(self, text: str, where: str) -> list[Finding]:
        """What of the secrets is in `text`."""
        return self.in_bytes(text.encode("utf-8", "surrogatepass"), where)

    def in_bytes(self, data: bytes, where: str) -> list[Finding]:
        """What of the secrets is in `data`, one finding for each secret and spelling."""
        found = {
            Finding(secret=name, spelling=spelling, where=where): None
            for name, secret in self.secrets.items()
            for needle, spelling in _needles(secret).items()
            if needle in data
        }
        if data.startswith(b"\x1f\x8b"):
            with contextlib.suppress(OSError, EOFError):
                return [*found, *self.in_bytes(gzip.decompress(data), f"{where} (unpacked)")]
        return list(found)

    def in_file(self, path: Path) -> list[Finding]:
        """What of the secrets is in the file, its name included."""
        found = self.in_text(path.name, f"name of {path}")
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            # A message of the queue, taken since the folder was listed.
            return found
        found += self.in_bytes(content, str(path))
        if content.startswith(b"SQLite format 3\0"):
            found += self.in_text(dump(path), f"{path} (dump)")
        return found

    def in_tree(self, folder: Path, *, but: Iterable[Path] = ()) -> list[Finding]:
        """What of the secrets is in the files of `folder`, those under the folders `but` left out."""
        return [finding for path in files_of(folder, but=but) for finding in self.in_file(path)]


def files_of(folder: Path, *, but: Iterable[Path] = ()) -> list[Path]:
    """Every file under `folder`, but for those under the folders `but`."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in files if not any(path.is_relative_to(left_out) for left_out in but)]


def dump(database: Path) -> str:
    """The SQL of a SQLite file that others may be writing to."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=20)) as connection:
        return "\n".join(connection.iterdump())


@cache
def _needles(secret: str) -> dict[bytes, str]:
    """Every spelling of every piece of `secret`; most secrets look the same in several."""
    starts = {*range(0, len(secret) - WINDOW, STEP), max(0, len(secret) - WINDOW)}
    spelled = (found for start in starts for found in _spellings(secret[start : start + WINDOW]))
    needles: dict[bytes, str] = {}
    for spelling, needle in spelled:
        needles.setdefault(needle, spelling)
    return needles


def _spellings(piece: str) -> Iterator[tuple[str, bytes]]:
    yield "plain", piece.encode()
    yield "hex", piece.encode().hex().encode()
    yield "hex", piece.encode().hex().upper().encode()
    yield "url", quote(piece, safe="").encode()
    yield "json", json.dumps(piece)[1:-1].encode()
    yield "html", html.escape(piece).encode()
    yield "utf-16", piece.encode("utf-16-le")
    yield "utf-16", piece.encode("utf-16-be")
    for name, alphabet in (("base64", base64.b64encode), ("urlsafe base64", base64.urlsafe_b64encode)):
        for before in range(3):
            yield name, _inner_base64(piece.encode(), alphabet(bytes(before) + piece.encode()), before)


def _inner_base64(piece: bytes, encoded: bytes, before: int) -> bytes:
    """Those characters of `encoded`, the piece after `before` bytes, that no neighbour can change."""
    first = -(-before * 8 // 6)
    return encoded[first : (before + len(piece)) * 8 // 6]
