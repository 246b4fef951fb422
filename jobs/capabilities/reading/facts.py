"""The numbers that stand above every list of beats, wherever the beats were found."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from jobs.capabilities.reading.tempo import tempo_of
from jobs.results import Fact, Marker

BEAT_FACTS = ("tempo", "beats", "downbeats")


def facts_of(markers: tuple[Marker, ...], tempo: float | None) -> tuple[Fact, ...]:
    """Tempo (what the answer says, else what the beats show), how many beats, how many of them open a bar."""
    facts = []
    told = tempo or tempo_of(markers)
    if told is not None:
        facts.append(Fact(key="tempo", label=gettext_noop("Tempo (BPM)"), value=told))
    if markers:
        facts.append(Fact(key="beats", label=gettext_noop("Beats"), value=len(markers)))
    downbeats = sum(marker.downbeat for marker in markers)
    if downbeats:
        facts.append(Fact(key="downbeats", label=gettext_noop("Downbeats"), value=downbeats))
    return tuple(facts)
