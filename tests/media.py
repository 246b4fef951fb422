"""Files with clicks at known moments, as cameras and phones make them; and where clicks are heard."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from typing import Any

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

RATE = 48000
CLICKS = (0.25, 0.75, 1.4, 1.8, 2.6, 3.1)
SECONDS = 4.0

Sound = NDArray[np.float32]


def click_track(*, rate: int = RATE, seconds: float = SECONDS, at: tuple[float, ...] = CLICKS) -> Sound:
    """One channel of silence with a short burst at each of these seconds."""
    sound = np.zeros(round(seconds * rate), np.float32)
    length = round(0.01 * rate)
    burst = np.sin(np.arange(length) * 2 * np.pi * 2500 / rate) * np.hanning(length)
    for moment in at:
        first = round(moment * rate)
        sound[first : first + length] += (0.8 * burst).astype(np.float32)
    return sound


def media(
    container: str,
    codec: str,
    *,
    rate: int = RATE,
    video: str = "",
    late: float = 0.0,
    shift: float = 0.0,
    seconds: float = SECONDS,
    options: dict[str, str] | None = None,
    sound: Sound | None = None,
) -> bytes:
    """A file in which the clicks are heard at CLICKS + `late` seconds after its beginning, or another `sound`
    of one channel.

    `late` begins the sound after the video; `shift` moves all times of the file. A file with `video` has
    small grey pictures of that codec.
    """
    target = BytesIO()
    with av.open(target, "w", format=container, container_options=options or {}) as out:
        stream: Any = out.add_stream(codec, rate=rate, layout="stereo")
        pictures: Any = None
        if video:
            pictures = out.add_stream(video, rate=25)
            pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
            _draw(out, pictures, shift, seconds + late)
        mono = click_track(rate=rate, seconds=seconds) if sound is None else sound
        sound = np.repeat(mono[:, None], 2, axis=1)
        size = stream.codec_context.frame_size or 1024
        for first in range(0, len(sound), size):
            _play(out, stream, sound[first : first + size], first + round((late + shift) * rate), rate)
        for each in filter(None, (stream, pictures)):
            out.mux(each.encode(None))
    return target.getvalue()


def heard(wave: bytes) -> tuple[Sound, int]:
    """One channel of a sound file, and its rate."""
    sound, rate = soundfile.read(BytesIO(wave), dtype="float32", always_2d=True)
    return sound.mean(axis=1), rate


def offset_of(sound: Sound, rate: int, *, late: float = 0.0) -> float:
    """By how many seconds the clicks in `sound` come after CLICKS + `late`: the peak of the correlation."""
    ideal = click_track(rate=rate, at=tuple(moment + late for moment in CLICKS), seconds=SECONDS + late + 1)
    size = len(sound) + len(ideal)
    spectrum = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(ideal, size))
    curve = np.fft.irfft(spectrum, size)
    peak = int(np.argmax(curve))
    return (peak if peak < size // 2 else peak - size) / rate


def _play(out: Any, stream: Any, piece: Sound, first: int, rate: int) -> None:
    # Encoders want what they want; PyAV converts.
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray((piece * 32767).astype(np.int16).reshape(1, -1)), format="s16", layout="stereo"
    )
    frame.sample_rate, frame.pts, frame.time_base = rate, first, Fraction(1, rate)
    out.mux(stream.encode(frame))


def _draw(out: Any, pictures: Any, shift: float, seconds: float) -> None:
    grey = np.full((72, 64), 128, np.uint8)
    for number in range(round(25 * seconds)):
        frame = av.VideoFrame.from_ndarray(grey, format="yuv420p")
        frame.pts, frame.time_base = number + round(25 * shift), Fraction(1, 25)
        out.mux(pictures.encode(frame))
