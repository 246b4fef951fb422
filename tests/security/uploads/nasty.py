"""Files and names that nobody should bring, made by code: those of tests.bad_audio and those of the web."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Mapping

import numpy as np
import soundfile

from tests.bad_audio.corpus import CUT_KINDS, CUTS, NO_SOUND, ODD_SOUND, cut, wav
from tests.bad_audio.valid import FORMATS
from tests.media import media

Made = Callable[[], bytes]


def zipped(name: str, content: bytes) -> bytes:
    """An archive of one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def bomb(kind: str, seconds: int, rate: int, channels: int) -> bytes:
    """Silence that is a thousand times as long as its file (M12)."""
    out = io.BytesIO()
    with soundfile.SoundFile(out, "w", rate, channels, format=kind) as file:
        block = np.zeros((rate * 10, channels), np.float32)
        for _ in range(seconds // 10):
            file.write(block)
    return out.getvalue()


def boxed_in_itself(depth: int) -> bytes:
    """Boxes of an MP4, each in the one before it."""
    content = b""
    for _ in range(depth):
        content = (len(content) + 8).to_bytes(4, "big") + b"moov" + content
    return b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + content


OF_THE_WEB: Mapping[str, Made] = {
    "a page called a song": lambda: b"<!doctype html><script>alert(1)</script>" + bytes(200),
    "a drawing with a script": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "a program of Windows": lambda: b"MZ\x90\0\x03" + bytes(400) + b"PE\0\0",
    "a program of Linux": lambda: b"\x7fELF\x02\x01\x01" + bytes(400),
    "a program of Java": lambda: b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(200),
    "a script": lambda: b"#!/bin/sh\nrm -rf /\n",
    "a page of PHP": lambda: b"GIF89a<?php system($_GET['c']); ?>",
    "a song in an archive": lambda: zipped("song.wav", wav()),
    "an archive bomb": lambda: zipped("song.wav", bytes(20_000_000)),
    "a gzip bomb": lambda: gzip.compress(bytes(20_000_000)),
    "a song that is an archive, too": lambda: wav() + zipped("x.html", b"<script>"),
    "a song that is a page, too": lambda: wav(before=b"junk\x20\0\0\0" + b"<script>alert(1)</script>       "),
    "a song behind a page": lambda: b"<html>" + FORMATS["mp3"](),
    "a film in a film": lambda: media("matroska", "aac", video="mpeg4") + media("mp4", "aac"),
    "a film without sound": lambda: boxed_in_itself(1),
    "boxes in boxes": lambda: boxed_in_itself(3_000),
    "a chunk of no length": lambda: wav(before=b"LIST\0\0\0\0" * 5_000),
    "an external entity": lambda: b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "a playlist of adaptive streams": lambda: b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nfile:///etc/passwd\n",
    "twenty minutes of FLAC in eight channels": lambda: bomb("FLAC", 1200, 48_000, 8),
    "an hour of Ogg": lambda: bomb("OGG", 3600, 8_000, 1),
}  # fmt: skip


def corpus() -> dict[str, Made]:
    """Every file by what is wrong with it: more than a hundred."""
    torn = {
        f"{kind} cut at {where}": (lambda k=kind, w=where: cut(k, w)) for kind in CUT_KINDS for where in CUTS
    }
    return {**NO_SOUND, **ODD_SOUND, **OF_THE_WEB, **torn}


# As they arrive by JSON, cleaned by no parser (M17).
NAMES = (
    "", ".", "..", "../../etc/passwd", "..\\..\\boot.ini", "/etc/passwd", "C:\\fakepath\\song.mp3", "con.mp3",
    "NUL", "aux.wav", "a" * 255 + ".mp3", "歌" * 300, "song.mp3\0.html", "song\r\nX-Header: 1.mp3",
    "\u202e3pm.exe",
    "song.mp3.exe", "song.php.mp3", ".htaccess", "-rf", "=cmd|' /C calc'!A0.mp3",
    "<img src=x onerror=alert(1)>.mp3",
    "%2e%2e%2fsong.mp3", "&#47;song.mp3", "song\u200b.mp3", "e\u0301.mp3", "\U0001f468\u200d\U0001f3a4.mp3",
    " .mp3 ",
    "song.mp3/", "a/b/c.mp3", "\ufeffsong.mp3", "song.mp3::$DATA", "'; DROP TABLE songs; --.mp3",
    "${HOME}.mp3",
)  # fmt: skip
