"""Reads JSON as people paste it: typographic quotes, bare words, comments, no end, chatter around it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

DEEPEST = 40
# Nothing that people paste holds so many; reading on would only cost time.
MOST_OBJECTS = 500
_DOUBLE, _SINGLE = '"“”„‟＂', "'‘’＇"
_CLOSERS = {
    **dict.fromkeys(_DOUBLE, _DOUBLE),
    **dict.fromkeys(_SINGLE, _SINGLE),
    '"': '"',
    "'": "'",
}
_TEXT_UNTIL = {
    closers: re.compile(rf"((?:[^\\{closers}]|\\.)*)[{closers}]", re.DOTALL)
    for closers in ('"', "'", _DOUBLE, _SINGLE)
}
_SPACE = re.compile(r"(?:[\s\u200b-\u200f\u2060\ufeff]|//[^\n]*|#[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)*")
_GOES_ON = re.compile(r"[ \t\u00a0\u3000]*(?:[,，:：;；=}｝\]］\n]|//|#|/\*|\Z)")
_PLACEHOLDER = re.compile(r"<[^<>\n]*>|＜[^＜＞\n]*＞|\$\{[^{}\n]*\}|\{\{[^{}\n]*\}\}")
_BARE_VALUE = re.compile(r"(?:(?!\s(?://|#))[^\n,，{}｛｝\[\]［］])*")
_BARE_NAME = re.compile(r"[^\n,，:：={}｛｝\[\]［］]*")
_BLANK = re.compile(r"\s*\Z")
_SEPARATORS = ",，;；"
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,17})")
_WORDS = {"true": True, "false": False, "null": None, "none": None}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class _Nothing:
    """Stands where a value ends before it is complete."""


_NOTHING = _Nothing()


class _TooDeep(ValueError):
    """Nested deeper than anything TMP says."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """One object and where it stood; the flags say how far its text was from JSON."""

    members: dict[str, Any]
    start: int
    end: int
    loose: bool = False
    truncated: bool = False
    repaired: bool = False
    doubled: bool = False


def objects_in(text: str) -> Iterator[Found]:
    """The first MOST_OBJECTS outermost objects, each as strict JSON, else as loosely as it takes.

    Raises ValueError when one is nested too deeply.
    """
    at = 0
    for _number in range(MOST_OBJECTS):
        if (start := _next_brace(text, at)) < 0:
            return
        reader = _Reader(text, start)
        found = reader.strict() or reader.loose()
        yield found
        at = max(found.end, start + 1)


def _next_brace(text: str, at: int) -> int:
    found = re.compile(r"[{｛]").search(text, at)
    return found.start() if found else -1


class _Reader:
    """Reads one object from where it starts; never goes back, so that its time is linear."""

    def __init__(self, text: str, start: int) -> None:
        self.text, self.start, self.at = text, start, start
        self.truncated = self.repaired = self.doubled = False

    def strict(self) -> Found | None:
        decoder = json.JSONDecoder(
            strict=False,
            object_pairs_hook=self._joined,
            parse_int=lambda digits: int(digits) if _NUMBER.fullmatch(digits) else digits,
            parse_float=lambda digits: float(digits) if math.isfinite(float(digits)) else digits,
            parse_constant=str,
        )
        try:
            members, end = decoder.raw_decode(self.text, self.start)
        except RecursionError as error:
            raise _TooDeep from error
        except ValueError:
            self.doubled = False
            return None
        _check_depth(members)
        return Found(members=members, start=self.start, end=end, doubled=self.doubled)

    def loose(self) -> Found:
        members = self._object(1)
        return Found(
            members=members,
            start=self.start,
            end=self.at,
            loose=True,
            truncated=self.truncated,
            repaired=self.repaired,
            doubled=self.doubled,
        )

    def _joined(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for name, value in pairs:
            if members.setdefault(name, value) != value:
                self.doubled = True
        return members

    def _object(self, depth: int) -> dict[str, Any]:
        if depth > DEEPEST:
            raise _TooDeep
        self.at += 1
        pairs: list[tuple[str, Any]] = []
        while (char := self._peek()) and char not in "}｝":
            if char in _SEPARATORS or char in "]］":
                self.at += 1
            elif char in "{｛[［":
                pairs.append((f" {len(pairs)}", self._value(depth)))
            else:
                pairs += self._member(depth)
        self._close(char)
        return self._joined(pairs)

    def _member(self, depth: int) -> list[tuple[str, Any]]:
        start = self.at
        name = self._string() if self.text[start] in _CLOSERS else self._bare(_BARE_NAME)
        if self._peek() in (":", "：", "=") and self.at < len(self.text):
            self.at += 1
            if self._peek() == ">":
                self.at += 1
            value = self._value(depth)
            return [] if isinstance(value, _Nothing) or not isinstance(name, str) else [(name, value)]
        self.at = max(self.at, start + 1)
        return []

    def _array(self, depth: int) -> list[Any]:
        if depth > DEEPEST:
            raise _TooDeep
        self.at += 1
        items: list[Any] = []
        while (char := self._peek()) and char not in "]］}｝":
            before = self.at
            value = _NOTHING if char in _SEPARATORS else self._value(depth)
            if not isinstance(value, _Nothing):
                items.append(value)
            self.at = max(self.at, before + 1)
        if char not in ("}", "｝"):
            self._close(char)
        return items

    def _close(self, char: str) -> None:
        self.truncated = self.truncated or not char
        self.at += bool(char)

    def _value(self, depth: int) -> Any:
        char = self._peek()
        if char == "@":
            self.at += 1
            char = self._peek()
        if placeholder := _PLACEHOLDER.match(self.text, self.at):
            self.at = placeholder.end()
            return placeholder[0]
        if char and char in "{｛":
            return self._object(depth + 1)
        if char and char in "[［":
            return self._array(depth + 1)
        if char in _CLOSERS:
            return self._string()
        return self._bare(_BARE_VALUE)

    def _string(self) -> str | _Nothing:
        opener, start = self.text[self.at], self.at + 1
        found = _TEXT_UNTIL[_CLOSERS[opener]].match(self.text, start)
        if found and ("\n" not in found[1] or _GOES_ON.match(self.text, found.end())):
            self.repaired = self.repaired or opener not in "\"'"
            self.at = found.end()
            return _unescaped(found[1])
        return self._unclosed(start)

    def _unclosed(self, start: int) -> str | _Nothing:
        """A string without its end is what is left of its line, unless the text itself ends there."""
        end = self.text.find("\n", start)
        family = _DOUBLE if self.text[start - 1] in _DOUBLE else _SINGLE
        line = self.text[start : end if end >= 0 else len(self.text)]
        found = _TEXT_UNTIL[family].match(line)
        if not found and (end < 0 or _BLANK.match(self.text, end)):
            self.truncated, self.at = True, len(self.text)
            return _NOTHING
        self.repaired = True
        self.at = start + found.end() if found else end
        return _unescaped(found[1] if found else line.rstrip(" \t,，"))

    def _bare(self, pattern: re.Pattern[str]) -> Any:
        found = pattern.match(self.text, self.at)
        word = found[0] if found else ""
        self.at += len(word)
        if self.at >= len(self.text):
            self.truncated = True
            return _NOTHING
        word = word.strip().rstrip(";；")
        if word[-1:] in _CLOSERS:
            word, self.repaired = word.rstrip(_DOUBLE + _SINGLE), True
        if not word:
            return _NOTHING
        return int(word) if _NUMBER.fullmatch(word) else _WORDS.get(word.lower(), word)

    def _peek(self) -> str:
        """The next character that says something, "" at the end."""
        space = _SPACE.match(self.text, self.at)
        self.at = space.end() if space else self.at
        return self.text[self.at : self.at + 1]


def _check_depth(members: dict[str, Any]) -> None:
    level: list[Any] = [members]
    for _depth in range(DEEPEST + 1):
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return
    raise _TooDeep


def _inside(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [item for item in inner if isinstance(item, dict | list)]


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _ESCAPED.get(m[2], m[2]), text)
