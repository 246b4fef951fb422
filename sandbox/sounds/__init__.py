"""Opens any sound file, by what is in it and not by its name, and gives its samples block by block.

libsndfile reads what it can (WAV, MP3, FLAC, Ogg, AIFF, ...), PyAV the rest (M4A, MP4, WebM, ...) where it is
installed. Both are imported only when a file is opened.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

from sandbox.sounds.kinds import recognise
from sandbox.sounds.sound import DAMAGED, Block, Sound, SoundError, UndecodableError

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
    has_ffmpeg = bool(find_spec("av"))
    plain = None if kind.wants_ffmpeg and has_ffmpeg else sndfile.opened(path)
    if plain:
        with plain:
            yield _Mended(plain, path, kind.demuxer if has_ffmpeg else "")
    elif not kind.demuxer:
        raise SoundError(f"cannot be read as audio: {kind.words}.")
    elif not has_ffmpeg:
        raise SoundError(
            f"cannot be read as audio here: {kind.words}, and PyAV, which reads that, is not installed "
            "(pip install av)."
        )
    else:
        from sandbox.sounds import ffmpeg

        with ffmpeg.opened(path, kind.demuxer) as sound:
            yield sound


class _Mended:
    """A Sound that libsndfile reads until it meets damage, and PyAV from there on: libsndfile gives up."""

    def __init__(self, plain: Sound, path: Path, demuxer: str) -> None:
        self.rate, self.channels = plain.rate, plain.channels
        self._plain, self._path, self._demuxer = plain, path, demuxer

    def blocks(self) -> Iterator[Block]:
        """As Sound has it."""
        told = 0
        try:
            for block in self._plain.blocks():
                told += len(block)
                yield block
        except SoundError:
            yield from self._rest(told)
            return
        if not told:
            with suppress(SoundError):
                yield from self._rest(0)

    def _rest(self, told: int) -> Iterator[Block]:
        """What comes after the first `told` frames."""
        if not self._demuxer:
            if told:
                return
            raise SoundError(DAMAGED)
        from sandbox.sounds import ffmpeg

        with ffmpeg.opened(self._path, self._demuxer) as sound:
            if (sound.rate, sound.channels) != (self.rate, self.channels):
                raise SoundError(DAMAGED)
            for block in sound.blocks():
                skipped = min(told, len(block))
                told -= skipped
                if skipped < len(block):
                    yield block[skipped:]


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
