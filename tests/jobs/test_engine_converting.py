"""The sound of a video stands on the video's own time line, to 5 ms; what eats memory or time ends alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.clients import bucket_for
from accounts.contents import Contents, look_into
from accounts.models import Account
from jobs.engine import converting
from jobs.engine.converting import NotConverted
from jobs.looking import look_at
from tests.media import heard, media, offset_of

MOST_SECONDS_OFF = 0.005


def converted(account: Account, content: bytes) -> tuple[bytes, Contents]:
    """What becomes of a file in the account's bucket."""
    bucket = bucket_for(account)
    bucket.put("uploads/film", content)
    found, size = look_at(bucket, "uploads/film")
    assert found is not None
    with bucket.in_parts("uploads/film.wav") as parts:
        sound = converting.convert(
            bucket,
            "uploads/film",
            container=found.container,
            size=size,
            write=parts.write,
            report=lambda done, total: None,
            seconds=60,
        )
        parts.finish(beginning=sound.header)
    wave = bucket.read("uploads/film.wav", 64 * 1024 * 1024)
    assert len(wave) == 44 + 2 * sound.channels * sound.samples
    return wave, found


FILES: dict[str, tuple[Callable[[], bytes], float]] = {
    "mp4, aac priming": (lambda: media("mp4", "aac", video="mpeg4"), 0.0),
    "mp4, sound begins late by an edit list": (lambda: media("mp4", "aac", video="mpeg4", late=0.5), 0.5),
    "mp4, sound alone begins late": (lambda: media("mp4", "libopus", late=0.5), 0.5),
    "mov, 44.1 kHz": (lambda: media("mov", "aac", rate=44100, video="mpeg4", late=0.3), 0.3),
    "matroska": (lambda: media("matroska", "aac", video="mpeg4", late=0.5), 0.5),
    "matroska that begins at 3 s": (lambda: media("matroska", "pcm_s16le", video="mpeg4", shift=3.0), 0.0),
    "webm": (lambda: media("webm", "libopus", video="libvpx", late=0.2), 0.2),
    "mpeg-ts": (lambda: media("mpegts", "aac", video="mpeg2video", late=0.4), 0.4),
    "opus in m4a": (lambda: media("mp4", "libopus"), 0.0),
    "alac in m4a": (lambda: media("mp4", "alac"), 0.0),
    "ac-3 in mp4": (lambda: media("mp4", "ac3"), 0.0),
    "96 kHz": (lambda: media("mp4", "aac", rate=96000, video="mpeg4"), 0.0),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", FILES)
def test_every_click_is_heard_when_the_original_plays_it(sandbox_account: Account, name: str) -> None:
    make, late = FILES[name]
    wave, found = converted(sandbox_account, make())
    assert not found.is_plain
    sound, rate = heard(wave)
    assert abs(offset_of(sound, rate, late=late)) <= MOST_SECONDS_OFF


def test_the_measure_sees_what_is_not_on_time() -> None:
    """An AAC encoder's delay, forgotten, would be 21 ms."""
    wave, late = media("wav", "pcm_s16le", late=0.0), 0.021
    sound, rate = heard(wave)
    assert abs(offset_of(sound, rate)) < 0.0001
    assert offset_of(sound, rate, late=late) == pytest.approx(-late, abs=0.0005)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "container"),
    [
        (b"\0\0\0\x18ftypisom" + bytes(5000), "mp4"),
        (bytes(5000), "matroska"),
        (b"#EXTM3U\nhttps://x/", "mov"),
    ],
)
def test_what_cannot_be_read_has_its_word(sandbox_account: Account, content: bytes, container: str) -> None:
    bucket = bucket_for(sandbox_account)
    bucket.put("uploads/odd", content)
    with pytest.raises(NotConverted) as caught:
        converting.convert(
            bucket,
            "uploads/odd",
            container=container,
            size=len(content),
            write=lambda piece: None,
            report=lambda done, total: None,
            seconds=30,
        )
    assert caught.value.cause in ("damaged", "no_sound")


@pytest.mark.parametrize(
    ("content", "plain", "words"),
    [
        (lambda: media("mp4", "aac"), True, "AAC sound in a file of the format MP4"),
        (lambda: media("mp4", "libopus"), False, "Opus sound in a file of the format MP4"),
        (lambda: media("mp4", "aac", video="mpeg4"), False, "a video (MP4) with AAC sound"),
        (lambda: media("matroska", "aac", video="mpeg4"), False, "a video (Matroska) with AAC sound"),
        (lambda: media("webm", "libopus"), False, "Opus sound in a file of the format WebM"),
        (lambda: media("avi", "mp3", video="mpeg4"), False, "a video (AVI)"),
        (lambda: media("mp3", "mp3"), True, "sound in the format MP3"),
        (lambda: media("wav", "pcm_s16le"), True, "PCM sound in a file of the format WAV"),
        (lambda: media("flac", "flac"), True, "sound in the format FLAC"),
        (lambda: media("aiff", "pcm_s16be"), False, "PCM sound in a file of the format AIFF"),
    ],
)
def test_a_file_is_known_by_its_content(content: Callable[[], bytes], plain: bool, words: str) -> None:
    made = content()
    found = look_into(lambda start, length: made[start : start + length], len(made))
    assert found is not None
    assert (found.is_plain, str(found.words)) == (plain, words)
