"""The song of a verification: a short piece of our own, and what is true of it.

Composed and synthesised by `python -m sandbox.tunes --style house --seconds 18` (CC0), then made an MP3 with
one channel by `ffmpeg -i house.wav -map_metadata -1 -ac 1 -b:a 96k sample-124bpm.mp3`.
"""

from __future__ import annotations

from pathlib import Path

NAME = "sample-124bpm.mp3"
SECONDS = 18.0
BPM = 124.0
BEATS = 33


def content() -> bytes:
    """The MP3."""
    return Path(__file__).with_name(NAME).read_bytes()
