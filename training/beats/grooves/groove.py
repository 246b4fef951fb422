"""What the bands of the training songs can play: one groove per style, written as grids.

A grid is one bar of `meter` beats with `sub` steps each. In drum and chord grids X is an accent, x a hit, o a soft
one, ? a hit half the time. In bass grids r is the root, 5 the fifth, 8 the octave, 3 the third, w any tone of the
scale. Every part lists alternatives; a song draws one, then bends it.
"""

from dataclasses import dataclass, field

Grids = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Groove:
    """A style: `bpm` as notated (what a listener taps), `swing` the share of a step that off steps come late.

    `drums` keys: K kick, S snare, R rim, C clap, H hat, O open hat, P pedal hat, D ride, B bell, T tom, Y cowbell,
    M shaker, G tambourine, Q conga, L claves, W bongo. `programs` are General MIDI programs of the chords. `riffs`:
    the share of sections in which kick, bass and chords play one rhythm.
    """

    bpm: tuple[float, float]
    meter: int = 4
    sub: int = 4
    swing: tuple[float, float] = (0.0, 0.0)
    drums: dict[str, Grids] = field(default_factory=dict)
    bass: Grids = ("r...r...r...r...",)
    comp: Grids = ("X...............",)
    programs: tuple[int, ...] = (0, 4, 24, 25, 27, 48)
    arpeggio: float = 0.2
    riffs: float = 0.1
    weight: float = 1.0
