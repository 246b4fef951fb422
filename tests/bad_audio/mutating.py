"""Damages valid files the way fuzzers do: bits, fields of a header, blocks, ends."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

HEADER = 4096  # bytes in which most of what a decoder believes stands
_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_MOST_STEPS = 8
_LONGEST_BLOCK = 512


def mutated(dice: Random, files: Sequence[bytes]) -> bytes:
    """One of the files with one to eight damages."""
    data = bytearray(dice.choice(files))
    for _ in range(dice.randint(1, _MOST_STEPS)):
        if data:
            dice.choice(_DAMAGES)(dice, data, files)
    return bytes(data)


def _place(dice: Random, data: bytearray) -> int:
    return dice.randrange(min(len(data), HEADER) if dice.random() < 0.7 else len(data))


def _bit(dice: Random, data: bytearray, files: Sequence[bytes]) -> None:
    data[_place(dice, data)] ^= 1 << dice.randrange(8)


def _byte(dice: Random, data: bytearray, files: Sequence[bytes]) -> None:
    data[_place(dice, data)] = dice.randrange(256)


def _field(dice: Random, data: bytearray, files: Sequence[bytes]) -> None:
    """A number of two or four bytes becomes one that nobody expects."""
    size, at = dice.choice((2, 4)), _place(dice, data)
    value = dice.choice(_EXTREMES) if dice.random() < 0.7 else dice.getrandbits(32)
    content = (value & ((1 << 8 * size) - 1)).to_bytes(size, dice.choice(("little", "big")))
    data[at : at + size] = content[: len(data) - at]


def _remove(dice: Random, data: bytearray, files: Sequence[bytes]) -> None:
    at = _place(dice, data)
    del data[at : at + dice.randint(1, _LONGEST_BLOCK)]


def _repeat(dice: Random, data: bytearray, files: Sequence[bytes]) -> None:
    at, size = _place(dice, data), dice.randint(1, _LONGEST_BLOCK)
    data[at:at] = data[at : at + size] * dice.randint(1, 4)


def _rubbish(dice: Random, data: bytearray, files: Sequence[bytes]) -> None:
    at = _place(dice, data)
    content = dice.randbytes(dice.randint(1, _LONGEST_BLOCK))
    data[at : at + (len(content) if dice.random() < 0.5 else 0)] = content


def _zeros(dice: Random, data: bytearray, files: Sequence[bytes]) -> None:
    at = _place(dice, data)
    size = min(dice.randint(1, _LONGEST_BLOCK), len(data) - at)
    data[at : at + size] = bytes(size)


def _cut(dice: Random, data: bytearray, files: Sequence[bytes]) -> None:
    del data[_place(dice, data) :]


def _graft(dice: Random, data: bytearray, files: Sequence[bytes]) -> None:
    """A piece of another file, as a wrong block of a disk would be."""
    other, at = dice.choice(files), _place(dice, data)
    begin = dice.randrange(len(other))
    content = other[begin : begin + dice.randint(1, _LONGEST_BLOCK)]
    data[at : at + len(content)] = content


_DAMAGES = (
    _bit,
    _bit,
    _byte,
    _byte,
    _field,
    _field,
    _field,
    _remove,
    _repeat,
    _rubbish,
    _zeros,
    _cut,
    _graft,
)
