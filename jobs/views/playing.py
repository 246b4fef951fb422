"""What templates/components/_player.html is given: tracks, and the song with its beats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from jobs.capabilities import file_titles
from jobs.models import Job
from jobs.results import Result

# Beats that a curve of the tempo needs, as in js/player/song.js.
LEAST_FOR_TEMPO = 3


@dataclass(frozen=True, kw_only=True)
class Sound:
    """Something of a job that can be played: what to call it, and its object key in the bucket."""

    label: str
    path: str


def sounds_of(job: Job, result: Result) -> list[Sound]:
    """The song, if it lies in the bucket, and the audio that TMP wrote."""
    titles = file_titles(job.capability)
    song = [Sound(label=_("Song"), path=job.source_path)] if job.source_path else []
    return song + [
        Sound(label=str(titles.get(file.name) or file.name.removesuffix("FileName")), path=file.path)
        for file in result.files
        if file.kind == "audio"
    ]


def player_of(
    job: Job,
    result: Result,
    *,
    song_id: str = "song",
    address: Callable[[int, Sound], str] | None = None,
) -> dict[str, Any] | None:
    """What can be played; None for nothing.

    `song_id` is the id of the json_script with song_of; `address` says where a sound is had, by its place in
    sounds_of.
    """
    at = address or (lambda _number, sound: _stream(job, sound.path))
    sounds = sounds_of(job, result)
    tracks = [{"label": sound.label, "url": at(number, sound)} for number, sound in enumerate(sounds)]
    if not tracks:
        return None
    return {
        "audio_url": tracks[0]["url"],
        "duration": job.source_seconds,
        "peaks_url": "",
        "result_json_id": song_id,
        "tracks": tracks,
        "lanes": _lanes(result),
        "count": len(result.markers),
    }


def song_of(result: Result, *, tempo: float | None = None) -> dict[str, Any]:
    """The song as js/player/song.js takes it; `tempo` in BPM where the result does not tell it."""
    return {
        "bpm": result.tempo or tempo,
        "markers": [asdict(marker) for marker in result.markers],
        "regions": [asdict(region) for region in result.regions],
    }


def _lanes(result: Result) -> list[str]:
    """What the picture shows beside the waveform, before a script has looked at the beats."""
    has = {
        "regions": bool(result.regions),
        "strength": any(marker.strength is not None for marker in result.markers),
        "tempo": len(result.markers) > LEAST_FOR_TEMPO,
    }
    return [name for name, is_there in has.items() if is_there]


def _stream(job: Job, path: str) -> str:
    return f"{reverse('library:stream', args=[job.account_id])}?{urlencode({'path': path})}"
