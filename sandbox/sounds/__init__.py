"""Opens any sound file, by what is in it and not by its name, and gives its samples block by block.

libsndfile reads what it can (WAV, MP3, FLAC, Ogg, AIFF, ...), PyAV the rest (M4A, MP4, WebM, ...) where it is
installed. Both are imported only when a file is opened.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from sandbox.sounds.kinds import recognise
from sandbox.sounds.sound import Block, Sound, SoundError, UndecodableError

__all__ = ["Block", "Sound", "UndecodableError", "open_sound"]

LOWEST_RATE, HIGHEST_RATE = 1_000, 768_000  # Hz
MOST_CHANNELS = 64


@contextmanager
def open_sound(path: Path) -> Iterator[Sound]:
    """The sound in a file; raises UndecodableError, also while its blocks are read."""
    try:
        with _opened(path) as sound:
            _insist_on_sense(sound)
            yield sound
    except SoundError as error:
        raise UndecodableError(f"{path.name} {error}") from error


@contextmanager
def _opened(path: Path) -> Iterator[Sound]:
    # Only those who open sounds pay for numpy and libsndfile.
    from sandbox.sounds import sndfile

    with path.open("rb") as file:
        kind = recognise(file)
    plain = None if kind.wants_ffmpeg and find_spec("av") else sndfile.opened(path)
    if plain:
        with plain:
            yield plain
    elif not kind.demuxer:
        raise SoundError(f"cannot be read as audio: {kind.words}.")
    elif not find_spec("av"):
        raise SoundError(
            f"cannot be read as audio here: {kind.words}, and PyAV, which reads that, is not installed "
            "(pip install av)."
        )
    else:
        from sandbox.sounds import ffmpeg

        with ffmpeg.opened(path, kind.demuxer) as sound:
            yield sound


def _insist_on_sense(sound: Sound) -> None:
    if not LOWEST_RATE <= sound.rate <= HIGHEST_RATE:
        raise SoundError(
            f"cannot be read as audio: its header says {sound.rate} samples a second, and music has from "
            f"{LOWEST_RATE} to {HIGHEST_RATE}."
        )
    if not 1 <= sound.channels <= MOST_CHANNELS:
        raise SoundError(
            f"cannot be read as audio: its header says {sound.channels} channels, and the sandbox takes at "
            f"most {MOST_CHANNELS}."
        )
