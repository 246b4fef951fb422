"""CRC-64 as COS reports it, borrowed from a C library because pure Python manages only a few MB/s."""

from collections.abc import Callable
from functools import cache

Crc64 = Callable[[bytes, int], int]


@cache
def crc64() -> Crc64 | None:
    """A function (bytes, crc so far) -> crc, or None when this machine has no fast one.

    CRC-64/XZ: b"123456789" from 0 gives 0x995dc9bbdf1939fa (source: cos.md, section 2).
    """
    return _from_liblzma() or _from_crcmod()


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
