"""Composes songs of our own whose beats are known exactly, so that anyone can try the portal at once."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sandbox.tunes.band import Band, Clock
from sandbox.tunes.desk import Desk
from sandbox.tunes.scenes import FORMS, Scene, groove, song
from sandbox.tunes.styles import STYLES, Style
from sandbox.tunes.voices import RATE

__all__ = ["FORMS", "RATE", "STYLES", "Stretch", "Tune", "render", "render_song", "render_style"]

LICENSE = "CC0-1.0: composed and synthesised by sandbox.tunes"
SHORTEST = 8.0
TAIL = 1.8


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Where a section of a song lies, `start` and `end` in seconds; `name` as in sandbox.tunes.scenes."""

    name: str
    start: float
    end: float


@dataclass(frozen=True, kw_only=True)
class Tune:
    """A song and the truth about it.

    `samples` are (frames, 2) float32 at `rate` Hz, `beats` and `downbeats` seconds, `bpm` beats per minute,
    `sections` in order, none for a tune that is one long groove.
    """

    style: str
    samples: NDArray[np.float32]
    rate: int
    beats: list[float]
    downbeats: list[float]
    bpm: float
    title_zh: str
    title_en: str
    license: str = LICENSE
    sections: tuple[Stretch, ...] = ()


def render(style: str, seconds: float = 30, seed: int = 1, *, bpm: float | None = None) -> Tune:
    """Compose and play `seconds` of a style; the same arguments give the same samples.

    `seed` changes key, melody and lead-in; `bpm` replaces the style's own tempo. Raises KeyError for an
    unknown style and ValueError for less than 8 seconds.
    """
    recipe = STYLES[style] if bpm is None else replace(STYLES[style], bpm=bpm)
    return render_style(recipe, seconds, seed, name=style)


def render_style(recipe: Style, seconds: float, seed: int, *, name: str = "") -> Tune:
    """Compose and play `seconds` of any recipe; raises ValueError for less than 8 seconds."""
    if seconds < SHORTEST:
        raise ValueError(f"a tune needs at least {SHORTEST:g} seconds, not {seconds:g}")
    start, bar = _lead_in(seed), 60 / recipe.bpm * recipe.meter
    bars = max(1, int((seconds - start - TAIL) / bar))
    return _played(recipe, groove(recipe, bars=bars, seed=seed), seconds=seconds, seed=seed, name=name)


def render_song(recipe: Style, form: str, seed: int, *, name: str = "") -> Tune:
    """Compose and play a whole song with verses and choruses; its length follows from recipe and form.

    `form` is a name of FORMS; raises KeyError for another. `seed` also draws how loud and how full each
    section is beside the chorus.
    """
    sections, bar = FORMS[form], 60 / recipe.bpm * recipe.meter
    scenes = song(recipe, sections, seed=seed)
    seconds = _lead_in(seed) + bar * len(scenes) + TAIL
    tune = _played(recipe, scenes, seconds=seconds, seed=seed, name=name)
    ends = np.cumsum([section.bars for section in sections])
    stretches = tuple(
        Stretch(name=section.name, start=tune.downbeats[end - section.bars], end=tune.downbeats[end])
        for section, end in zip(sections, map(int, ends), strict=True)
    )
    return replace(tune, sections=stretches)


def _lead_in(seed: int) -> float:
    """Seconds before the first beat."""
    return 0.1 + 0.4 * float(np.random.default_rng((seed, 99)).random())


def _played(recipe: Style, scenes: list[Scene], *, seconds: float, seed: int, name: str) -> Tune:
    start, period = _lead_in(seed), 60 / recipe.bpm
    clock = Clock(start=start, period=period, meter=recipe.meter, bars=len(scenes))
    desk = Desk(seconds)
    Band(recipe, scenes, clock=clock, desk=desk, seed=seed).play()
    beats = [round(start + period * index, 4) for index in range(len(scenes) * recipe.meter + 1)]
    return Tune(
        style=name,
        samples=desk.mixdown(fade=min(TAIL, seconds - beats[-1])),
        rate=RATE,
        beats=beats,
        downbeats=beats[:: recipe.meter],
        bpm=recipe.bpm,
        title_zh=recipe.title_zh,
        title_en=recipe.title_en,
    )
