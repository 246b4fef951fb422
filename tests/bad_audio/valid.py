"""Small valid files of every format the sandbox reads: what is cut, bent and fuzzed."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import soundfile

from tests.media import RATE, click_track, media

SECONDS = 1.5
# Container and codec for FFmpeg, with a picture or without.
_MADE_BY_FFMPEG = {
    "m4a": ("ipod", "aac", ""),
    "alac": ("mov", "alac", ""),
    "film": ("mp4", "aac", "mpeg4"),
    "webm": ("webm", "libopus", ""),
    "mkv": ("matroska", "aac", ""),
    "tagged.mp3": ("mp3", "libmp3lame", ""),
    "aac": ("adts", "aac", ""),
    "ts": ("mpegts", "aac", ""),
    "avi": ("avi", "libmp3lame", "mpeg4"),
    "flv": ("flv", "aac", ""),
    "wv": ("wv", "wavpack", ""),
    "alac.caf": ("caf", "alac", ""),
    "ac3": ("ac3", "ac3", ""),
}
_MADE_BY_LIBSNDFILE = {
    "wav": ("WAV", "PCM_16"),
    "wide.wav": ("WAVEX", "PCM_24"),
    "float.wav": ("WAV", "FLOAT"),
    "adpcm.wav": ("WAV", "IMA_ADPCM"),
    "w64": ("W64", "PCM_16"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "aiff": ("AIFF", "PCM_16"),
    "caf": ("CAF", "PCM_16"),
    "au": ("AU", "PCM_16"),
}


def _by_libsndfile(container: str, subtype: str) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, click_track(seconds=SECONDS, at=_CLICKS), RATE, format=container, subtype=subtype)
    return out.getvalue()


def _by_ffmpeg(container: str, codec: str, video: str) -> bytes:
    rate = 44_100 if container == "flv" else RATE
    sound = click_track(rate=rate, seconds=SECONDS, at=_CLICKS)
    return media(container, codec, video=video, rate=rate, seconds=SECONDS, sound=sound)


_CLICKS = (0.1, 0.4, 0.7, 1.0, 1.3)
FORMATS: Mapping[str, Callable[[], bytes]] = {
    **{name: lambda how=how: _by_libsndfile(*how) for name, how in _MADE_BY_LIBSNDFILE.items()},
    **{name: lambda how=how: _by_ffmpeg(*how) for name, how in _MADE_BY_FFMPEG.items()},
}
