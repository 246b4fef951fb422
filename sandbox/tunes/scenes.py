"""Says bar by bar what the band does: one long groove, or a song in verses and choruses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sandbox.tunes.styles import Style

INTRO_BARS = 2
LEAD_FROM_BAR = 4
FILL_EVERY = 8
PHRASES = (0, 0, 1, 0)  # of two bars each: A A B A
HEAVY = frozenset(("kick", "snare", "clap"))


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One bar: its `chord`, the drums in `rests` silent, everything `gain` times as loud as the style says.

    The melody follows from `motif` alone, so that a section that comes back sings the same again.
    """

    chord: str
    motif: tuple[int, ...]
    rests: frozenset[str] = frozenset()
    has_bass: bool = True
    has_lead: bool = True
    fills: bool = False
    crashes: bool = False
    gain: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Section:
    """A stretch of a song, `name` one of SINGERS, and how many bars it lasts."""

    name: str
    bars: int


# Whether the melody sings in a section, and between which gains a song draws how loud it is.
SINGERS: dict[str, tuple[bool, tuple[float, float]]] = {
    "intro": (False, (0.5, 0.85)),
    "verse": (True, (0.55, 0.85)),
    "pre": (True, (0.65, 0.9)),
    "chorus": (True, (1.0, 1.0)),
    "bridge": (True, (0.5, 0.95)),
    "solo": (True, (0.7, 1.0)),
    "outro": (False, (0.5, 0.85)),
}


def _form(text: str) -> tuple[Section, ...]:
    return tuple(Section(name=name, bars=int(bars)) for name, bars in map(str.split, text.split(",")))


FORMS: dict[str, tuple[Section, ...]] = {
    "pop": _form("intro 4, verse 8, chorus 8, verse 8, chorus 8, bridge 8, chorus 8, outro 4"),
    "build": _form("verse 8, pre 4, chorus 8, verse 8, pre 4, chorus 8, bridge 4, chorus 8, chorus 8"),
    "hook": _form("chorus 8, verse 12, chorus 8, solo 8, verse 12, chorus 8, outro 4"),
    "story": _form("intro 8, verse 16, chorus 8, verse 8, chorus 8, solo 8, verse 8, chorus 8, outro 8"),
}


def groove(style: Style, *, bars: int, seed: int) -> list[Scene]:
    """The style on and on, after two bars with light drums only."""
    return [
        Scene(
            chord=style.chords[bar % len(style.chords)],
            motif=(seed, PHRASES[bar // 2 % 4], bar % 2),
            rests=HEAVY if bar < INTRO_BARS else frozenset(),
            has_bass=bar >= INTRO_BARS,
            has_lead=bar >= LEAD_FROM_BAR,
            fills=bar % FILL_EVERY == FILL_EVERY - 1,
            crashes=bar % FILL_EVERY == 0 and bar >= INTRO_BARS,
        )
        for bar in range(bars)
    ]


def song(style: Style, sections: Sequence[Section], *, seed: int) -> list[Scene]:
    """A song of these sections. Those of one name have chords, melody, drums and loudness of their own.

    Only the chorus has the style's own chords and all drums; how far the others stand back, `seed` draws.
    """
    names = list(SINGERS)
    manners = {name: _manner(style, name, seed) for name in names}
    scenes = []
    for section in sections:
        chords, rests, gain = manners[section.name]
        for bar in range(section.bars):
            scenes.append(
                Scene(
                    chord=chords[bar % len(chords)],
                    motif=(seed, PHRASES[bar // 2 % 4], bar % 2, names.index(section.name)),
                    rests=rests,
                    has_bass=section.name != "intro" or bar >= INTRO_BARS,
                    has_lead=SINGERS[section.name][0],
                    fills=bar == section.bars - 1,
                    crashes=bar == 0 and section.name in ("chorus", "solo"),
                    gain=gain,
                )
            )
    return scenes


def _manner(style: Style, name: str, seed: int) -> tuple[Sequence[str], frozenset[str], float]:
    """Chords, silent drums and gain of the sections called `name`."""
    chance = np.random.default_rng((seed, list(SINGERS).index(name), 7))
    gain = float(chance.uniform(*SINGERS[name][1]))
    if name == "chorus":
        return style.chords, frozenset(), gain
    # An intro or outro often plays on the chords of the chorus, and a verse on them in another order.
    borrows = name in ("intro", "outro") and chance.random() < 0.5
    own = list(style.chords) if borrows else _mixed(style, chance)
    drums = list(style.drums)
    rests = frozenset(drum for drum in drums if drum != drums[0] and chance.random() < 0.35)
    return own, rests, gain


def _mixed(style: Style, chance: np.random.Generator) -> list[str]:
    return [str(style.chords[index]) for index in chance.permutation(len(style.chords))]
