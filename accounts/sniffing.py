"""Tells what audio a file really is from its bytes; names and content types of browsers prove nothing."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import BinaryIO

import soundfile

from accounts.contents import look_into

HEAD_BYTES = 64 * 1024
# Encoders and editors leave padding or tags before the first frame of an MP3.
MOST_PADDING = 16 * 1024


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One audio format. `is_readable` says that libsndfile must be able to open a sound file of it."""

    extension: str
    content_type: str
    is_readable: bool = False


WAV = Kind(extension="wav", content_type="audio/wav", is_readable=True)
FLAC = Kind(extension="flac", content_type="audio/flac", is_readable=True)
OGG = Kind(extension="ogg", content_type="audio/ogg", is_readable=True)
MP3 = Kind(extension="mp3", content_type="audio/mpeg")
M4A = Kind(extension="m4a", content_type="audio/mp4")
AAC = Kind(extension="aac", content_type="audio/aac")

# Of files that accounts.contents knows and this module does not, by their container.
EXTENSIONS = {
    "mp4": "mp4", "mov": "mov", "matroska": "mkv", "webm": "webm", "avi": "avi", "mpegts": "ts",
    "mpegps": "mpg", "flv": "flv", "asf": "wma", "wav": "wav", "aiff": "aiff", "caf": "caf", "ogg": "ogg",
    "amr": "amr", "ac3": "ac3", "dts": "dts", "wavpack": "wv", "ape": "ape", "dsf": "dsf", "au": "au",
    "mp3": "mp3", "flac": "flac", "aac": "aac",
}  # fmt: skip

_PROVEN = ("wav", "flac", "ogg", "mp3", "aac")

# Photographs (heic, avif) come in the same container.
_MP4_BRANDS = (b"M4A", b"M4B", b"M4V", b"mp4", b"iso", b"dash", b"avc1", b"3g", b"qt  ", b"MSNV")
_OGG_CODECS = (b"OpusHead", b"\x01vorbis", b"\x7fFLAC", b"Speex   ")
# Bits per second / 1000 of MPEG layer III by index; index 0 is free format and 15 is forbidden.
_MPEG1_RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG2_RATES = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_SAMPLE_RATES = (44100, 48000, 32000)


def sniff(file: BinaryIO) -> Kind | None:
    """The kind of sound in `file`, None when it is none that we know; leaves the file at its start."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if head[:3] == b"ID3" and len(head) >= 10:
        file.seek(_id3_bytes(head))
        frames = file.read(HEAD_BYTES)
        file.seek(0)
        return FLAC if frames[:4] == b"fLaC" else _framed(frames, padding=MOST_PADDING)
    file.seek(0)
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return WAV
    if head[:4] == b"fLaC":
        return FLAC
    if head[:4] == b"OggS":
        return OGG if any(codec in head[:300] for codec in _OGG_CODECS) else None
    if other := _other(head):
        return other
    if head[4:8] == b"ftyp" and head[8:12].startswith(_MP4_BRANDS):
        return M4A
    return _framed(head, padding=0) or _framed(head.lstrip(b"\0"), padding=0)


def seconds_of(file: BinaryIO) -> float | None:
    """Length in seconds, None when the header cannot be read; leaves the file at its start."""
    file.seek(0)
    try:
        found = soundfile.info(file)
        return float(found.duration) if found.frames > 0 else 0.0
    except (soundfile.SoundFileError, TypeError, ValueError):
        return None
    finally:
        file.seek(0)


def clean_name(name: str, *, fallback: str) -> str:
    """A person's file name fit to show and to store: at most 255 characters, no folders, nothing invisible
    that turns text around. Quotes, Chinese and emoji stay."""
    # Browsers write a quote in the name of a sent file as %22 (HTML, multipart/form-data).
    last = name.replace("%22", '"').replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if not _is_unfit(c))
    kept = unicodedata.normalize("NFC", kept).strip()
    if not kept.strip("."):
        return fallback
    stem, dot, extension = kept.rpartition(".")
    if dot and len(extension) <= 16:
        return f"{stem[: 254 - len(extension)]}.{extension}"
    return kept[:255]


def _is_unfit(character: str) -> bool:
    """Controls, lone surrogates, line separators and direction marks; emoji need their joiner, U+200D."""
    direction = character in "\u200e\u200f\u061c\ufeff" or "\u202a" <= character <= "\u202e"
    isolate = "\u2066" <= character <= "\u2069"
    return direction or isolate or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def _id3_bytes(head: bytes) -> int:
    """Size of an ID3v2 tag: four bytes of seven bits each, and the header itself."""
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return size + 10


def _other(head: bytes) -> Kind | None:
    """Videos, and sound that is sent as something else: what they hold is looked into before they are."""
    found = look_into(lambda start, length: head[start : start + length], len(head))
    if found is None or found.is_silent or found.container in _PROVEN:
        return None
    if found.container == "mp4" and not found.video:
        return None
    extension = EXTENSIONS[found.container]
    return Kind(extension=extension, content_type=f"{'video' if found.video else 'audio'}/{extension}")


def _framed(data: bytes, *, padding: int) -> Kind | None:
    """MP3 or AAC: two frames in a row, since one sync word also stands in UTF-16 text and in noise."""
    for start in range(min(padding, max(len(data) - 4, 0)) + 1):
        for kind, length_of in ((AAC, _adts_frame), (MP3, _mpeg_frame)):
            length = length_of(data, start)
            if length and (length_of(data, start + length) or start + length == len(data)):
                return kind
    return None


def _adts_frame(data: bytes, at: int) -> int:
    """Bytes of the ADTS frame at `at`, 0 when there is none."""
    head = data[at : at + 7]
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 0xF > 12:
        return 0
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length > 7 else 0


def _mpeg_frame(data: bytes, at: int) -> int:
    """Bytes of the MPEG layer III frame at `at`, 0 when there is none."""
    head = data[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, rate, sampling = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or rate in (0, 15) or sampling == 3:
        return 0
    is_mpeg1 = version == 3
    bits = (_MPEG1_RATES if is_mpeg1 else _MPEG2_RATES)[rate] * 1000
    samples_per_second = _SAMPLE_RATES[sampling] // {3: 1, 2: 2, 0: 4}[version]
    return (144 if is_mpeg1 else 72) * bits // samples_per_second + (head[2] >> 1 & 1)
