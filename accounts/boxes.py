"""Walks the boxes of an MP4 or QuickTime file (ISO 14496-12) without reading what is in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

# Real files have a dozen at each level; fragmented ones many more, their index first.
MOST_BOXES = 200


@dataclass(frozen=True)
class Box:
    """`kind` in four letters; its content lies from `start` up to `end` of the file, in bytes."""

    kind: str
    start: int
    end: int


def boxes(read: Callable[[int, int], bytes], within: Box) -> Iterator[Box]:
    """The boxes inside another one, in their order; ends early where the file makes no sense."""
    at = within.start
    for _ in range(MOST_BOXES):
        head = read(at, 16) if at + 8 <= within.end else b""
        if len(head) < 8:
            return
        size, header = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, header = int.from_bytes(head[8:16], "big"), 16
        end = within.end if size == 0 else at + size
        if end < at + header:
            return
        yield Box(head[4:8].decode("latin-1"), at + header, min(end, within.end))
        at = end


def find(read: Callable[[int, int], bytes], within: Box, *kinds: str) -> Box | None:
    """The first box of the first kind, in it the first of the next, and so on."""
    found: Box | None = within
    for kind in kinds:
        found = next((box for box in boxes(read, found) if box.kind == kind), None) if found else None
    return found
