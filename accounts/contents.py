"""Tells what is inside a media file, a video's tracks or a codec, from few bytes of it, wherever it lies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.boxes import Box, boxes, find

BLOCK_BYTES = 64 * 1024
# Of one file; an MP4 whose index lies at the end takes three or four.
MOST_BLOCKS = 24

Read = Callable[[int, int], bytes]

# What TMP is known to take: "common formats", MP3 and WAV best (doc: music-beat).
_PLAIN = {
    *(("mp3", "mp3"), ("wav", "pcm"), ("flac", "flac"), ("aac", "aac")),
    *(("ogg", "vorbis"), ("mp4", "aac"), ("mov", "aac")),
}
_TITLES = {
    "mp4": "MP4", "mov": "QuickTime", "matroska": "Matroska", "webm": "WebM", "avi": "AVI",
    "mpegts": "MPEG-TS", "mpegps": "MPEG-PS", "flv": "FLV", "asf": "Windows Media", "wav": "WAV",
    "aiff": "AIFF", "caf": "CAF", "ogg": "Ogg", "amr": "AMR", "ac3": "AC-3", "dts": "DTS",
    "wavpack": "WavPack", "ape": "Monkey's Audio", "dsf": "DSF", "au": "AU", "mp3": "MP3", "flac": "FLAC",
    "aac": "AAC",
}  # fmt: skip
_CODECS = {
    "aac": "AAC", "opus": "Opus", "alac": "ALAC", "ac3": "AC-3", "eac3": "E-AC-3", "ac4": "AC-4",
    "dts": "DTS", "vorbis": "Vorbis", "flac": "FLAC", "pcm": "PCM", "mp3": "MP3", "speex": "Speex",
    "amr": "AMR", "wma": "WMA", "adpcm": "ADPCM", "truehd": "TrueHD",
}  # fmt: skip
_MP4_SOUND = {
    "mp4a": "aac", "Opus": "opus", "alac": "alac", "ac-3": "ac3", "ec-3": "eac3", "ac-4": "ac4",
    ".mp3": "mp3", "fLaC": "flac", "samr": "amr", "sawb": "amr", "dtsc": "dts", "dtse": "dts",
    "dtsh": "dts", "dtsl": "dts", "sowt": "pcm", "twos": "pcm", "in24": "pcm", "in32": "pcm",
    "fl32": "pcm", "lpcm": "pcm", "ipcm": "pcm", "fpcm": "pcm", "raw ": "pcm",
}  # fmt: skip
_MATROSKA_SOUND = {
    "OPUS": "opus", "VORBIS": "vorbis", "AAC": "aac", "AC3": "ac3", "EAC3": "eac3", "DTS": "dts",
    "FLAC": "flac", "PCM": "pcm", "MPEG": "mp3", "ALAC": "alac", "TRUEHD": "truehd",
}  # fmt: skip
_OGG_SOUND = ((b"OpusHead", "opus"), (b"\x01vorbis", "vorbis"), (b"\x7fFLAC", "flac"), (b"Speex   ", "speex"))
_MAGIC = tuple(
    (word, re.compile(sign, re.DOTALL))
    for word, sign in (
        ("caf", rb"caff\x00\x01"),
        ("amr", rb"#!AMR(-WB)?\n"),
        ("ac3", rb"\x0bw...[\x30-\x57\x80-\x87]"),
        ("dts", rb"\x7f\xfe\x80\x01"),
        ("wavpack", rb"wvpk....[\x02-\x10]\x04"),
        ("ape", rb"MAC .[\x0e\x0f]"),
        ("dsf", rb"DSD \x1c\0"),
        ("au", rb"\.snd\0\0"),
    )
)
_IMAGES = (b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1", b"avif", b"avis", b"crx ")
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_VIDEO = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
_EBML = b"\x1aE\xdf\xa3"
# The element CodecID, its length in one byte, and the name.
_CODEC_ID = re.compile(rb"\x86([\x80-\xff])([VA]_[A-Z0-9/_.]+)")
_PICTURES = ("jpeg", "png ", "mjpa", "mjpb")


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a file holds: words for its container, its first sound track and its first video track; a track is
    "" where there is none. `is_sure` is False where tracks could not be told apart."""

    container: str
    sound: str = ""
    video: str = ""
    is_sure: bool = True

    @property
    def is_plain(self) -> bool:
        """Whether TMP surely takes it as it is."""
        return not self.video and (self.container, self.sound) in _PLAIN

    @property
    def is_silent(self) -> bool:
        """Whether there is surely no sound in it."""
        return self.is_sure and not self.sound

    @property
    def words(self) -> str | Promise:
        """What was found, in plain words."""
        names = {
            "container": _TITLES.get(self.container, self.container),
            "sound": _CODECS.get(self.sound, ""),
        }
        if self.video and self.is_silent:
            return _("a video (%(container)s) without sound") % names
        if self.video and names["sound"]:
            return _("a video (%(container)s) with %(sound)s sound") % names
        if self.video:
            return _("a video (%(container)s)") % names
        if self.sound == self.container or not names["sound"]:
            return _("sound in the format %(container)s") % names
        return _("%(sound)s sound in a file of the format %(container)s") % names


def look_into(read: Read, size: int) -> Contents | None:
    """What `read(start, length)` gives of a file of `size` bytes; None for what is no media that we know."""
    peek = _Peek(read, size)
    head = peek(0, BLOCK_BYTES)
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return None if head[8:12] in _IMAGES else _mp4(peek, size, head)
    if head.startswith(_EBML):
        return _matroska(peek, head)
    for judge in (_riff, _ogg, _old_video, _old_sound, _framed):
        if found := judge(head):
            return found
    return None


class _Peek:
    """Reads in blocks and keeps them, so that many small looks are few requests."""

    def __init__(self, read: Read, size: int) -> None:
        self._read = read
        self._size = size
        self._blocks: dict[int, bytes] = {}

    def __call__(self, start: int, length: int) -> bytes:
        """Fewer bytes at the end of the file, or when too much was read already."""
        first, last = start // BLOCK_BYTES, (min(start + length, self._size) - 1) // BLOCK_BYTES
        content = b"".join(self._block(number) for number in range(first, last + 1))
        skip = start - first * BLOCK_BYTES
        return content[skip : skip + length]

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            if len(self._blocks) >= MOST_BLOCKS:
                return b""
            self._blocks[number] = self._read(number * BLOCK_BYTES, BLOCK_BYTES)
        return self._blocks[number]


def _mp4(peek: _Peek, size: int, head: bytes) -> Contents:
    container = "mov" if head[4:8] != b"ftyp" or head[8:12] == b"qt  " else "mp4"
    tracks = list(_mp4_tracks(peek, size))
    sound = next((codec for kind, codec in tracks if kind == "soun"), "")
    video = next((codec for kind, codec in tracks if kind == "vide" and codec not in _PICTURES), "")
    known = _MP4_SOUND.get(sound, sound.strip().lower())
    return Contents(container=container, sound=known, video=video, is_sure=bool(tracks))


def _mp4_tracks(peek: _Peek, size: int) -> Iterator[tuple[str, str]]:
    """Handler and codec of each track, as four letters."""
    moov = find(peek, Box("", 0, size), "moov")
    for trak in boxes(peek, moov) if moov else ():
        handler = find(peek, trak, "mdia", "hdlr") if trak.kind == "trak" else None
        entry = find(peek, trak, "mdia", "minf", "stbl", "stsd")
        if handler and entry:
            yield _letters(peek(handler.start + 8, 4)), _letters(peek(entry.start + 12, 4))


def _letters(content: bytes) -> str:
    return content.decode("latin-1")


def _matroska(peek: _Peek, head: bytes) -> Contents:
    container = "webm" if b"webm" in head[:64] else "matroska"
    for start in range(0, 4 * BLOCK_BYTES, BLOCK_BYTES):
        # The name of a codec may lie across the border of two blocks.
        found = _CODEC_ID.finditer(peek(start, BLOCK_BYTES + 64))
        names = [each[2][: each[1][0] & 0x7F].decode() for each in found]
        sound = next((name for name in names if name.startswith("A_")), "")[2:]
        video = next((name for name in names if name.startswith("V_")), "")[2:]
        if names:
            known = next(
                (word for sign, word in _MATROSKA_SOUND.items() if sound.startswith(sign)), sound.lower()
            )
            return Contents(container=container, sound=known, video=video.lower())
    return Contents(container=container, is_sure=False)


def _riff(head: bytes) -> Contents | None:
    if head[:4] not in (b"RIFF", b"RF64", b"BW64"):
        return None
    if head[8:12] == b"AVI ":
        return Contents(container="avi", video="avi", sound="sound" if b"auds" in head else "")
    at = head.find(b"fmt ", 12)
    if head[8:12] != b"WAVE" or at < 0:
        return None
    tag = int.from_bytes(head[at + 8 : at + 10], "little")
    if tag == 0xFFFE:
        tag = int.from_bytes(head[at + 32 : at + 34], "little")
    return Contents(container="wav", sound="pcm" if tag in (1, 3) else "mp3" if tag == 0x55 else "adpcm")


def _ogg(head: bytes) -> Contents | None:
    if head[:4] != b"OggS":
        return None
    sound = next((word for sign, word in _OGG_SOUND if sign in head[:300]), "")
    video = "theora" if b"\x80theora" in head[:600] else ""
    return Contents(container="ogg", sound=sound, video=video, is_sure=bool(sound) and not video)


def _old_video(head: bytes) -> Contents | None:
    """Streams of broadcasting and what browsers played before; their tracks are not looked at."""
    stride = next((n for n, at in ((188, 0), (192, 4)) if head[at : at + 3 * n : n] == b"GGG"), 0)
    if stride or head[:4] == b"\0\0\x01\xba":
        return Contents(container="mpegts" if stride else "mpegps", video="mpeg", is_sure=False)
    if head[:4] == b"FLV\x01":
        flags = head[4] if len(head) > 4 else 0
        return Contents(container="flv", video="flv" if flags & 1 else "", sound="sound" if flags & 4 else "")
    if head[:16] == _ASF:
        return Contents(container="asf", video="wmv" if _ASF_VIDEO in head else "", sound="wma")
    return None


def _old_sound(head: bytes) -> Contents | None:
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return Contents(container="aiff", sound="pcm")
    container = next((word for word, sign in _MAGIC if sign.match(head)), "")
    return Contents(container=container, sound=container) if container else None


def _framed(head: bytes) -> Contents | None:
    """MP3, FLAC and AAC, with or without a tag in front; accounts.sniffing proves what is uploaded."""
    if head[:4] == b"fLaC":
        return Contents(container="flac", sound="flac")
    if head[:3] == b"ID3" or head[:2] in (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa"):
        return Contents(container="mp3", sound="mp3")
    is_adts = len(head) > 2 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0
    return Contents(container="aac", sound="aac") if is_adts else None
