"""Reads what stands before the first sound of an MP3: its tag, and how long the rest says it is."""

import re
import struct

_LENGTH = re.compile(rb"(?:Xing|Info)(....)", re.DOTALL)
_FIRST_FRAME = 200  # bytes within which that is said
_HAS_FRAMES, _HAS_BYTES = 1, 2
_NEARLY = 0.98  # tags at the end, and what a copy lost, count for less


def tag_size(head: bytes) -> int:
    """Bytes of the ID3 tag that a file begins with; 0 without one."""
    if len(head) < 10 or not head.startswith(b"ID3"):
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size


def tells_length(head: bytes, size: int) -> bool:
    """Whether the first frame says how many bytes follow, and all `size` of the file are meant.

    libsndfile believes it, and guesses where it is missing; then it drops what comes later.
    """
    found = _LENGTH.search(head[:_FIRST_FRAME])
    if not found:
        return False
    (flags,) = struct.unpack(">I", found[1])
    at = found.end() + (4 if flags & _HAS_FRAMES else 0)
    if not flags & _HAS_FRAMES or not flags & _HAS_BYTES or len(head) < at + 4:
        return False
    (told,) = struct.unpack_from(">I", head, at)
    return bool(told >= _NEARLY * size)
