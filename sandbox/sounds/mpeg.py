"""Reads what stands before the first sound of an MP3: its tag, noise, and how long the rest says it is."""

import re
import struct

_LENGTH = re.compile(rb"(?:Xing|Info)(....)", re.DOTALL)
_FIRST_FRAME = 200  # bytes within which that is said
_HAS_FRAMES, _HAS_BYTES = 1, 2
_NEARLY = 0.98  # tags at the end, and what a copy lost, count for less

_SYNC = re.compile(rb"(?=\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff]..)", re.DOTALL)
_BITRATES = {  # kbit/s of layer III by the index of a frame's header: MPEG 1, and MPEG 2 and 2.5
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}  # Hz
_LAYER_3 = 1
_IN_A_ROW = 3  # frames, one right behind the other, are no accident


def has_frames(data: bytes) -> bool:
    """Whether frames of an MP3 begin somewhere in `data`, as after a lost beginning or a strange tag."""
    return any(_follows(data, found.start()) for found in _SYNC.finditer(data))


def _follows(data: bytes, at: int) -> bool:
    """Whether as many frames stand there in a row as are no accident."""
    for _ in range(_IN_A_ROW):
        size = _frame_size(data[at : at + 4])
        if not size:
            return False
        at += size
    return True


def _frame_size(head: bytes) -> int:
    """Bytes of the layer III frame with this header; 0 for what is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] < 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bits, rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version not in _RATES or layer != _LAYER_3 or not 0 < bits < 15 or rate == 3:
        return 0
    is_first = version == 3
    return (144_000 if is_first else 72_000) * _BITRATES[is_first][bits] // _RATES[version][rate] + padding


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
