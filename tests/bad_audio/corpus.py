"""Files that a sandbox must survive, made by code: each has a name that says what is wrong with it."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping

import numpy as np
import soundfile
from numpy.typing import NDArray

from tests.bad_audio.valid import FORMATS

RATE = 44_100
HOURS = 3
Made = Callable[[], bytes]


def chunk(name: bytes, content: bytes, size: int | None = None) -> bytes:
    """A RIFF chunk that claims `size`, or tells the truth."""
    return name + struct.pack("<I", len(content) if size is None else size) + content


def wav(
    *,
    tag: int = 1,
    channels: int = 1,
    rate: int = RATE,
    align: int = 2,
    bits: int = 16,
    data_size: int | None = None,
    fmt_size: int | None = None,
    before: bytes = b"",
) -> bytes:
    """A tone of half a second under a header that says so, or something else."""
    tone = (8000 * np.sin(np.arange(RATE // 2) * 0.06)).astype("<i2").tobytes()
    head = struct.pack("<HHIIHH", tag, channels, rate, rate * align % 2**32, align, bits)
    body = chunk(b"fmt ", head, fmt_size) + before + chunk(b"data", tone, data_size)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


def box(name: bytes, content: bytes, size: int | None = None) -> bytes:
    """An MP4 box that claims `size`, or tells the truth."""
    return struct.pack(">I", len(content) + 8 if size is None else size) + name + content


def patched(kind: str, mark: bytes, offset: int, content: bytes) -> bytes:
    """A valid file with other bytes at `offset` after the first `mark`."""
    data = bytearray(FORMATS[kind]())
    at = data.index(mark) + offset
    data[at : at + len(content)] = content
    return bytes(data)


def floats(samples: NDArray[np.float32]) -> bytes:
    """A WAV of these floating-point numbers."""
    out = io.BytesIO()
    soundfile.write(out, samples, RATE, format="WAV", subtype="FLOAT")
    return out.getvalue()


def hours_of_mp3() -> bytes:
    """Three hours of silence in a few megabytes: one frame of MPEG 2.5, again and again."""
    out = io.BytesIO()
    soundfile.write(out, np.zeros(8_000), 8_000, format="MP3")
    data = out.getvalue()
    start = data.index(data[:2], 4)
    length = data.index(data[:2], start + 4) - start
    return data[start : start + length] * (HOURS * 3600 * 8_000 // 576)


def archive() -> bytes:
    """A zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("song.wav", b"la la la" * 100)
    return out.getvalue()


def broken_pages() -> bytes:
    """Ogg pages whose checksums are wrong and one of which is missing."""
    pages = FORMATS["ogg"]().split(b"OggS")[1:]
    kept = [pages[0], pages[1], *pages[3:]]
    return b"".join(b"OggS" + page[:18] + b"\xde\xad\xbe\xef" + page[22:] for page in kept)


_NOISE = np.random.default_rng(5).normal(0, 0.3, 2 * RATE).astype(np.float32)
_FLAC_TOTAL, _FLAC_RATE, _FLAC_BLOCKS = 13, 10, 0  # offsets in STREAMINFO
_STREAMINFO = 8

NO_SOUND: Mapping[str, Made] = {
    "nothing at all": lambda: b"",
    "one byte": lambda: b"R",
    "a letter": lambda: b"Dear listener, this is a letter. " * 60,
    "a letter in Chinese": lambda: "亲爱的听众，这是一封信。".encode() * 60,
    "a picture": lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "a photograph": lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 20,
    "an archive": archive,
    "a document": lambda: b"%PDF-1.7\n" + bytes(range(256)) * 20,
    "a page": lambda: b"<!DOCTYPE html><html><body>404</body></html>",
    "an error of a store": lambda: b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>",
    "a list of addresses": lambda: b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:1/song.ts\n",
    "a list of files": lambda: b"ffconcat version 1.0\nfile /etc/passwd\n",
    "a header of a WAV": lambda: wav()[:44],
    "a header of a FLAC": lambda: FORMATS["flac"]()[:42],
    "zeros": lambda: bytes(100_000),
    "random bytes": lambda: np.random.default_rng(3).bytes(50_000),
    "no channels": lambda: wav(channels=0),
    "65535 channels": lambda: wav(channels=65_535),
    "no rate": lambda: wav(rate=0),
    "four billion samples a second": lambda: wav(rate=4_000_000_000),
    "seven samples a second": lambda: wav(rate=7),
    "samples of no bits": lambda: wav(bits=0),
    "samples of 255 bits": lambda: wav(bits=255),
    "a codec nobody knows": lambda: wav(tag=0x1234),
    "an extension that is missing": lambda: wav(tag=0xFFFE),
    "a header of four billion bytes": lambda: wav(fmt_size=0xFFFFFFFF),
    "a FLAC of no rate": lambda: patched("flac", b"fLaC", _STREAMINFO + _FLAC_RATE, b"\0\0\x01"),
    "a film cut before its end": lambda: FORMATS["m4a"]()[:-600],
    "a box of four billion bytes": lambda: box(b"ftyp", b"isom") + box(b"moov", b"\0" * 99, 0xFFFFFFFF),
    "boxes without end": lambda: box(b"ftyp", b"isom") + b"\0\0\1\0moov" * 20_000,
    "boxes of no size": lambda: box(b"ftyp", b"isom") + b"\0\0\0\0moov" * 1_000,
    "a tag of 256 MB": lambda: b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + b"\0" * 5_000,
    "Matroska of unknown size": lambda: b"\x1aE\xdf\xa3\x01" + b"\xff" * 7 + bytes(5_000),
    "three hours of MP3": hours_of_mp3,
}

ODD_SOUND: Mapping[str, Made] = {
    "one sample": lambda: floats(np.array([0.5], np.float32)),
    "silence": lambda: floats(np.zeros(RATE, np.float32)),
    "noise": lambda: floats(_NOISE),
    "a constant": lambda: floats(np.full(RATE, 0.9, np.float32)),
    "a square at full scale": lambda: floats(np.sign(np.sin(np.arange(RATE) * 0.02)).astype(np.float32)),
    "numbers that are none": lambda: floats(np.where(np.arange(RATE) % 3, np.nan, 0.3).astype(np.float32)),
    "endless numbers": lambda: floats(np.where(np.arange(RATE) % 3, np.inf, 3e38).astype(np.float32)),
    "floats scaled as integers": lambda: floats(_NOISE * 32_768),
    "eight channels": lambda: floats(np.repeat(_NOISE[:, None], 8, axis=1)),
    "a WAV that claims four billion bytes": lambda: wav(data_size=0xFFFFFFFF),
    "a WAV whose frames have no size": lambda: wav(align=0),
    "a WAV after a thousand chunks": lambda: wav(before=chunk(b"junk", b"") * 1_000),
    "a FLAC of 68 billion samples": lambda: patched(
        "flac", b"fLaC", _STREAMINFO + _FLAC_TOTAL, b"\xff\xff\xff\xff\xff"
    ),
    "a FLAC of blocks without samples": lambda: patched(
        "flac", b"fLaC", _STREAMINFO + _FLAC_BLOCKS, b"\0\0\0\0"
    ),
    "a film whose clock stands still": lambda: patched("m4a", b"mvhd", 16, b"\0\0\0\0"),
    "a track whose clock stands still": lambda: patched("m4a", b"mdhd", 16, b"\0\0\0\0"),
    "a track of four billion samples": lambda: patched("m4a", b"stsz", 12, b"\xff\xff\xff\xff"),
    "a track whose samples lie elsewhere": lambda: patched("m4a", b"stco", 12, b"\xff\xff\xff\0"),
    "a track of endless samples": lambda: patched("m4a", b"stts", 12, b"\xff\xff\xff\xff\xff\xff\xff\xff"),
    "broken pages": broken_pages,
    "an MP3 behind a tag that is too long": lambda: b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + FORMATS["mp3"](),
    "an MP3 behind rubbish": lambda: bytes(range(256)) * 8 + FORMATS["mp3"](),
}

CUT_KINDS = ("wav", "mp3", "flac", "ogg", "opus", "m4a", "webm")
CUTS = (4, 37, 600, 0.5, 0.98)  # bytes, or shares of the whole


def cut(kind: str, where: float) -> bytes:
    """A valid file that breaks off."""
    data = FORMATS[kind]()
    return data[: int(where) if where > 1 else int(where * len(data))]
