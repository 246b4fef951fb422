"""CRC-64 as COS reports it, borrowed from a C library because pure Python manages only a few MB/s."""

from collections.abc import Callable
from functools import cache, lru_cache

POLYNOMIAL = 0xC96C5795D7870F42  # ECMA-182, lowest bit first
Crc64 = Callable[[bytes, int], int]


@cache
def crc64() -> Crc64 | None:
    """A function (bytes, crc so far) -> crc, or None when this machine has no fast one.

    CRC-64/XZ: b"123456789" from 0 gives 0x995dc9bbdf1939fa (source: cos.md, section 2).
    """
    return _from_liblzma() or _from_crcmod()


def combined(first: str, second: str, size: int) -> str:
    """The CRC of two runs of bytes, one after the other, from theirs (decimal) and the second's size."""
    if not size:
        return first
    return str(_applied(_shift(size), int(first)) ^ int(second))


@lru_cache(maxsize=64)
def _shift(size: int) -> tuple[int, ...]:
    """What `size` zero bytes do to a CRC, as a 64 x 64 matrix of bits: by squaring that of one zero bit."""
    power = (POLYNOMIAL, *(1 << bit for bit in range(63)))
    result, bits = tuple(1 << bit for bit in range(64)), size * 8
    while bits:
        if bits & 1:
            result = tuple(_applied(power, column) for column in result)
        power = tuple(_applied(power, column) for column in power)
        bits >>= 1
    return result


def _applied(matrix: tuple[int, ...], vector: int) -> int:
    found = 0
    while vector:
        low = vector & -vector
        found ^= matrix[low.bit_length() - 1]
        vector ^= low
    return found


def _from_liblzma() -> Crc64 | None:
    # Python's own lzma extension is linked to liblzma, so no system path needs searching.
    try:
        import _lzma
        import ctypes

        function = ctypes.CDLL(_lzma.__file__).lzma_crc64
    except (ImportError, AttributeError, OSError):
        return None
    function.restype = ctypes.c_uint64
    function.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64]

    def update(data: bytes, crc: int) -> int:
        return int(function(data, len(data), crc))

    return update


def _from_crcmod() -> Crc64 | None:
    try:
        import crcmod
    except ImportError:
        return None
    function = crcmod.mkCrcFun(0x142F0E1EBA9EA3693, initCrc=0, xorOut=0xFFFFFFFFFFFFFFFF, rev=True)

    def update(data: bytes, crc: int) -> int:
        return int(function(data, crc))

    return update
