"""Finds secrets in the bytes of a file, however they are written there; a pure function."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

# Characters. A shorter text stands in files by chance; it marks none.
SHORTEST = 8
# How often quoting is undone: a JSON text in a URL in a JSON text.
MOST_QUOTED = 3
_SPACE = re.compile(rb"\s+")
# What a line's end may look like inside a value, and what joins the halves of a string in programs.
_JOINED = re.compile(rb"""[\\=]\r?\n|["']\s*[+.,&]?\s*["']""")
_ESCAPED = re.compile(rb"""\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-7]{3})|([/"'\\]))""")


@dataclass(frozen=True, kw_only=True)
class _Needles:
    """What a secret may look like: `exact` to the letter, `folded` in any case."""

    exact: tuple[bytes, ...]
    folded: tuple[bytes, ...]

    def are_in(self, view: bytes, lowered: bytes) -> bool:
        return any(needle in view for needle in self.exact) or any(
            needle in lowered for needle in self.folded
        )


def names_found(content: bytes, secrets: Mapping[str, str]) -> set[str]:
    """The names of those `secrets` (name: value) that stand in `content`.

    Written plainly, in base64 of both alphabets at any place of a longer text, in hex, quoted for URLs, JSON
    or HTML, in UTF-16 or UTF-32, broken into lines or joined strings, or several of these at once.
    Compressed, encrypted or turned around they are not found.
    """
    wanted = {name: _needles(value) for name, value in secrets.items() if len(value.strip()) >= SHORTEST}
    found: set[str] = set()
    for view in _views(content) if wanted else ():
        lowered = view.lower()
        found |= {name for name in wanted.keys() - found if wanted[name].are_in(view, lowered)}
    return found


def _views(content: bytes) -> Iterator[bytes]:
    """`content` as it is and with its quoting undone, each also without white space and joints."""
    # Of UTF-16 and UTF-32, plain ASCII is left.
    view = content.replace(b"\0", b"")
    for _ in range(MOST_QUOTED + 1):
        yield view
        yield _SPACE.sub(b"", _JOINED.sub(b"", view))
        plainer = _unquoted(view)
        if plainer == view:
            return
        view = plainer


def _unquoted(view: bytes) -> bytes:
    if b"%" in view:
        view = unquote_to_bytes(view)
    if b"\\" in view:
        view = _ESCAPED.sub(_escaped, view)
    if b"&" in view:
        text = html.unescape(view.decode("utf-8", "surrogateescape"))
        view = text.encode("utf-8", "surrogateescape")
    return view


def _escaped(found: re.Match[bytes]) -> bytes:
    of_unicode, of_byte, octal, itself = found.groups()
    if itself:
        return bytes(itself)
    if of_unicode:
        return chr(int(of_unicode, 16)).encode("utf-8", "surrogatepass")
    return bytes([int(of_byte, 16) if of_byte else int(octal, 8) & 0xFF])


def _needles(secret: str) -> _Needles:
    plain = secret.strip().encode()
    exact = [plain, _SPACE.sub(b"", plain)]
    for raw in (plain, secret.strip().encode("utf-16-le")):
        for before in range(3):
            inner = _inner_base64(raw, before)
            exact += [inner, inner.translate(bytes.maketrans(b"+/", b"-_"))]
    return _Needles(exact=tuple(dict.fromkeys(exact)), folded=(plain.hex().encode(),))


def _inner_base64(raw: bytes, before: int) -> bytes:
    """Those characters of the base64 of `raw`, after so many other bytes, that no neighbour can change."""
    encoded = base64.b64encode(bytes(before) + raw)
    return encoded[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
