"""Tells by its first bytes what a file is, so that FFmpeg is told what to read and never guesses: some of
what it guesses are lists of other addresses."""

import os
import re
from dataclasses import dataclass, replace
from typing import BinaryIO

from sandbox.sounds.mpeg import has_frames, tag_size, tells_length
from sandbox.sounds.sound import SoundError

HEAD = 4096  # bytes that are looked at
UNKNOWN = "it is damaged, or of a kind that is not supported (WAV, MP3, FLAC, OGG and M4A are)"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """FFmpeg's `demuxer`, empty for what holds no sound; `words` say what the file is; `wants_ffmpeg` that
    libsndfile might not read it to its end."""

    words: str
    demuxer: str = ""
    wants_ffmpeg: bool = False


def _sound(pattern: bytes, demuxer: str, name: str) -> tuple[re.Pattern[bytes], Kind]:
    return re.compile(pattern, re.DOTALL), Kind(words=f"it is {name}", demuxer=demuxer)


def _other(pattern: bytes, name: str) -> tuple[re.Pattern[bytes], Kind]:
    return re.compile(pattern, re.DOTALL | re.IGNORECASE), Kind(words=f"it is {name}, not music")


_KINDS = (
    _sound(rb".{4}(ftyp|moov|mdat|wide|free|skip|pnot)", "mov", "MP4 or QuickTime"),
    _sound(rb"\x1aE\xdf\xa3", "matroska", "Matroska or WebM"),
    _sound(rb"OggS", "ogg", "Ogg"),
    _sound(rb"RIFF.{4}AVI ", "avi", "AVI"),
    _sound(rb"(RIFF|RIFX|RF64).{4}WAVE", "wav", "WAV"),
    _sound(rb"FORM.{4}AIF[FC]", "aiff", "AIFF"),
    _sound(rb"caff", "caf", "CAF"),
    _sound(rb"fLaC", "flac", "FLAC"),
    _sound(rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf", "Windows Media"),
    _sound(rb"FLV\x01", "flv", "Flash video"),
    _sound(rb"#!AMR", "amr", "AMR"),
    _sound(rb"wvpk", "wv", "WavPack"),
    _sound(rb"MAC ", "ape", "Monkey's Audio"),
    _sound(rb"\x00\x00\x01\xba", "mpeg", "MPEG video"),
    _sound(rb"G.{187}G.{187}G", "mpegts", "an MPEG transport stream"),
    _sound(rb"\x0bw", "ac3", "AC-3"),
    _sound(rb"\xff[\xf0\xf1\xf8\xf9]", "aac", "AAC"),
    _sound(rb"\xff[\xe2-\xef\xf2-\xf7\xfa-\xff]", "mp3", "MP3"),
    _sound(rb"ID3", "mp3", "MP3"),
    _other(rb"\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\0\0\0\0|RIFF.{4}WEBP", "a picture"),
    _other(rb"PK\x03\x04|PK\x05\x06|7z\xbc\xaf|\x1f\x8b|Rar!", "an archive"),
    _other(rb"%PDF", "a PDF document"),
    _other(rb"\s*<(!doctype|html|\?xml|head|body|error)", "a web page or XML"),
    _other(rb"MThd", "MIDI, notes without a sound"),
)


def recognise(file: BinaryIO) -> Kind:
    """The kind of an open file. Raises SoundError for an empty one."""
    head = file.read(HEAD)
    if not head:
        raise SoundError("is empty.")
    if tag := tag_size(head):
        file.seek(tag)
        head = file.read(HEAD) or head
    kind = next((kind for pattern, kind in _KINDS if pattern.match(head)), None)
    if kind is None and has_frames(head):
        return Kind(words="it is MP3", demuxer="mp3", wants_ffmpeg=True)
    if kind is None:
        is_text = not re.search(rb"[^\t\n\r\f\x1b\x20-\x7e\x80-\xff]", head)
        return Kind(words="it is text, not music" if is_text else UNKNOWN)
    if kind.demuxer == "mp3":
        size = file.seek(0, os.SEEK_END)
        return replace(kind, wants_ffmpeg=not tells_length(head, size - tag))
    return kind
