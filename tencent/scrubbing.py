"""Makes remote text fit to keep: storable in every database, capped, and without a secret in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

MASK = "***"
KEPT_BYTES = 64 * 1024

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_STRING_OR_TOKEN = r'(?:\\*"(?:[^"\\]|\\.)*|[^\s",}\]]+)'  # noqa: S105 - a pattern; it matches an unfinished string too
_SECRET_MEMBER = re.compile(r'(\\*"[\w-]*secret[\w-]*\\*"\s*:\s*)' + _STRING_OR_TOKEN + '"?', re.IGNORECASE)
_SIGNATURE = re.compile(r'(signature\s*=\s*\\*")[^"\\]*', re.IGNORECASE)
_SHORTEST_SECRET = 4


def clean(text: str, instead: str = "") -> str:
    """Without NUL and lone surrogates: PostgreSQL stores neither, whether as text or inside JSON."""
    return _UNSTORABLE.sub(instead, text)


def clean_json(value: Any, instead: str = "") -> Any:
    """The same JSON value with every string and member name cleaned."""
    if isinstance(value, str):
        return clean(value, instead)
    if isinstance(value, list):
        return [clean_json(item, instead) for item in value]
    if isinstance(value, dict):
        return {clean(str(name), instead): clean_json(item, instead) for name, item in value.items()}
    return value


def capped(text: str, limit: int = KEPT_BYTES) -> str:
    """At most `limit` bytes of UTF-8, cut between characters."""
    return text.encode("utf-8", "ignore")[:limit].decode("utf-8", "ignore")


class Scrubber:
    """Replaces known secret values, and whatever stands in a member called secret, by `***`.

    Values shorter than four characters are no secrets and stay. Secrets are found plain, JSON-escaped and
    URL-escaped; an unfinished member at the end of half an answer is masked too.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms: set[str] = set()
        for secret in secrets:
            if len(secret) >= _SHORTEST_SECRET:
                escaped = json.dumps(secret)[1:-1]
                forms |= {secret, escaped, escaped.replace("/", "\\/"), quote(secret, safe="")}
        self._forms = sorted(forms, key=len, reverse=True)

    def __call__(self, text: str, limit: int = KEPT_BYTES) -> str:
        return capped(clean(self.whole(text)), limit)

    def whole(self, text: str) -> str:
        """The same, neither capped nor made storable."""
        text = _SECRET_MEMBER.sub(rf'\1"{MASK}"', self._without_known(text))
        return _SIGNATURE.sub(rf"\1{MASK}", text)

    def json(self, value: Any) -> Any:
        """The same JSON value without the known secrets; members are kept whatever their name."""
        if isinstance(value, str):
            return self._without_known(value)
        if isinstance(value, list):
            return [self.json(item) for item in value]
        if isinstance(value, dict):
            return {name: self.json(item) for name, item in value.items()}
        return value

    def _without_known(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, MASK)
        return text

    def __repr__(self) -> str:
        return f"Scrubber({len(self._forms)} forms)"


def masked(value: Any) -> Any:
    """The same JSON value with the text of every `secret…` member replaced by `***`."""
    if isinstance(value, list):
        return [masked(item) for item in value]
    if isinstance(value, dict):
        return {k: MASK if "secret" in k.lower() else masked(item) for k, item in value.items()}
    return value
