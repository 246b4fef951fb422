"""The numbers that stand above every list of beats, wherever the beats were found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_noop

from jobs.capabilities.reading.names import words
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


def hits_fact(told: Iterable[Any], markers: tuple[Marker, ...]) -> tuple[Fact, ...]:
    """How many drum hits an answer lists beside its beats; nothing where there are none."""
    for value in told:
        members = value.items() if isinstance(value, dict) else ()
        for name, inner in members:
            is_list = isinstance(inner, list) and len(inner) > len(markers)
            if is_list and {"onset", "hit"} & set(words(str(name))):
                return (Fact(key="hits", label=gettext_noop("Drum hits"), value=len(inner)),)
    return ()
