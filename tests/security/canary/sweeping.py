"""Looks for the secrets of a story in every sink, and proves sink by sink that it would have found them."""

from __future__ import annotations

import base64
import gzip
import html
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from tests.secrets_search import Finding, SecretsSearch
from tests.security.canary.watching import Piece

# The eight of tests.secrets_search, each as something else would write it.
ENCODINGS: Mapping[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "hex": lambda text: text.encode().hex().encode(),
    "url": lambda text: quote(text, safe="").encode(),
    "json": lambda text: json.dumps({"key": text}).encode(),
    "html": lambda text: html.escape(text).encode(),
    "utf-16": lambda text: text.encode("utf-16"),
    "base64": lambda text: base64.b64encode(f"a:{text}".encode()),
    "urlsafe base64": lambda text: base64.urlsafe_b64encode(f"ab{text}".encode()),
}


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What a sweep came to: `found` by sink; `planted` of `to_plant` were found where they were put."""

    secrets: int
    found: Mapping[str, list[Finding]]
    planted: int
    to_plant: int

    @property
    def hits(self) -> int:
        """Secrets that were found somewhere."""
        return sum(len(each) for each in self.found.values())

    @property
    def figures(self) -> str:
        """In one line."""
        return (
            f"canary_secrets={self.secrets} canary_sinks={len(self.found)} canary_encodings={len(ENCODINGS)} "
            f"canary_hits={self.hits} canary_planted={self.to_plant} canary_planted_found={self.planted}"
        )


def swept(sinks: Mapping[str, list[Piece]], secrets: Mapping[str, str]) -> Swept:
    """Every sink as it is; then every secret in every encoding, put into a copy of one piece of each sink."""
    search = SecretsSearch(secrets)
    found = {
        sink: [finding for where, content in pieces for finding in search.in_bytes(content, where)]
        for sink, pieces in sinks.items()
    }
    planted: Counter[str] = Counter()
    alone = {name: SecretsSearch({name: secret}) for name, secret in secrets.items()}
    for sink, pieces in sinks.items():
        # The shortest that holds anything: what is searched for is the same in all of them.
        where, content = min((piece for piece in pieces if piece[1]), key=lambda piece: len(piece[1]))
        for name, secret in secrets.items():
            for encoding, spell in ENCODINGS.items():
                found_again = alone[name].in_bytes(_with(content, spell(secret)), f"{encoding} {where}")
                planted[sink] += bool(found_again)
    return Swept(
        secrets=len(secrets),
        found=found,
        planted=planted.total(),
        to_plant=len(sinks) * len(secrets) * len(ENCODINGS),
    )


def _with(content: bytes, more: bytes) -> bytes:
    """In the middle; what is compressed is compressed again."""
    if content.startswith(b"\x1f\x8b"):
        return gzip.compress(_with(gzip.decompress(content), more))
    middle = len(content) // 2
    return content[:middle] + more + content[middle:]
