"""Draws random styles, so that the beat tracker learns from more rhythms than the tunes that people hear."""

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from sandbox.tunes.styles import STYLES, Part, Style

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Groove:
    """A family of rhythms: its tempi (BPM), swing and meter, and for each drum the grids to draw from."""

    tempi: tuple[float, float]
    drums: dict[str, tuple[str, ...]]
    swing: float = 0.0
    meter: int = 4


EIGHTHS, SIXTEENTHS = "x.x.x.x.x.x.x.x.", "xoxoxoxoxoxoxoxo"
TWO_AND_FOUR = "....X.......X..."
GROOVES: tuple[Groove, ...] = (
    Groove(  # rock
        tempi=(100, 165),
        drums={
            "kick": ("X.......X.......", "X.....x.X.......", "X.......X.x....."),
            "snare": (TWO_AND_FOUR,),
            "hat": (EIGHTHS, "x...x...x...x..."),
        },
    ),
    Groove(  # disco
        tempi=(108, 132),
        drums={
            "kick": ("X...X...X...X...",),
            "snare": (TWO_AND_FOUR,),
            "hat": ("x.oox.oox.oox.oo", "..X...X...X...X."),
        },
    ),
    Groove(  # reggae
        tempi=(66, 92),
        swing=0.15,
        drums={
            "kick": ("........X.......", "X.......X......."),
            "rim": ("........x.......",),
            "hat": ("..x...x...x...x.", EIGHTHS),
        },
    ),
    Groove(  # bossa nova
        tempi=(110, 150),
        drums={
            "kick": ("X..xX..xX..xX..x", "X.....xxX.....xx"),
            "rim": ("x..x..x...x..x..",),
            "hat": (SIXTEENTHS, EIGHTHS),
        },
    ),
    Groove(  # shuffle
        tempi=(68, 130),
        swing=0.66,
        drums={
            "kick": ("X.......X.......", "X..xx...X..xx..."),
            "snare": (TWO_AND_FOUR,),
            "hat": ("x..xx..xx..xx..x",),
        },
    ),
    Groove(  # swing
        tempi=(110, 200),
        swing=0.66,
        drums={
            "hat": ("x...X..xx...X..x",),
            "kick": ("o...o...o...o...", "............o..."),
            "snare": ("................", ".......o........", "...........o...."),
        },
    ),
    Groove(  # hip hop
        tempi=(74, 100),
        swing=0.2,
        drums={
            "kick": ("X.....x..x......", "X..x......x.....", "X.x.......x..x.."),
            "snare": (TWO_AND_FOUR,),
            "hat": (EIGHTHS, SIXTEENTHS),
        },
    ),
    Groove(  # drum and bass
        tempi=(160, 178),
        drums={
            "kick": ("X.........x.....", "X..x......x....."),
            "snare": (TWO_AND_FOUR, "....X..o.o..X..."),
            "hat": (EIGHTHS,),
        },
    ),
    Groove(  # country
        tempi=(150, 200),
        drums={
            "kick": ("X.......X.......",),
            "snare": ("....x.......x...", "..x...x...x...x."),
            "hat": ("x...x...x...x...",),
        },
    ),
    Groove(  # march
        tempi=(100, 125),
        drums={
            "kick": ("X...x...X...x...", "X.......X......."),
            "snare": ("x.oox.oox.xxx.x.", "....x..o....x.oo"),
        },
    ),
    Groove(  # salsa
        tempi=(160, 205),
        drums={
            "kick": ("......x.......x.", "X.....x.X.....x."),
            "rim": ("x..x..x...x.x...", "x.....x.....x..."),
            "shaker": (EIGHTHS, SIXTEENTHS),
            "tom": ("..............xx", "......xx........"),
        },
    ),
    Groove(  # waltz
        tempi=(90, 180),
        meter=3,
        drums={
            "kick": ("X...........",),
            "snare": ("....o...o...", "........o..."),
            "hat": ("x...x...x...", "x.o.x.o.x.o."),
        },
    ),
    Groove(  # ballad
        tempi=(60, 90),
        drums={
            "kick": ("X.......X.......", "X.........x....."),
            "snare": (TWO_AND_FOUR,),
            "hat": (EIGHTHS, "x...x...x...x...", SIXTEENTHS),
        },
    ),
    Groove(tempi=(60, 130), drums={}),  # no drums at all
    Groove(  # trap
        tempi=(125, 160),
        drums={
            "kick": ("X.....x...x.....", "X.........x..x..", "X..x......x....."),
            "clap": ("........X.......",),
            "hat": (EIGHTHS, "xxxxx.x.xrxrx.x.", "x.xxx.xxx.xxx.xx"),
        },
    ),
    Groove(  # funk
        tempi=(90, 130),
        drums={
            "kick": ("X..x..x.X..x....", "X.x...x.X.....x."),
            "snare": ("....X.......X..o", TWO_AND_FOUR),
            "hat": ("xxxxxxxxxxxxxxxx", EIGHTHS),
        },
    ),
)
BASS: dict[int, tuple[str, ...]] = {
    4: (
        "X...x...X...x...",
        "X.x.X.x.X.x.X.x.",
        "X.....x.X.......",
        "X..x..x.X..x..x.",
        "X...............",
        "..x...x...x...x.",
        "X..x.x..X.x..x..",
    ),
    3: ("X...........", "X.......x...", "X...x...x..."),
}
COMP: dict[int, tuple[str, ...]] = {
    4: (
        "X...............",
        "X...x...x...x...",
        "..x...x...x...x.",
        EIGHTHS,
        "....x.......x...",
        "X..x..x...x..x..",
        "X.....x...x.....",
        "..x..xo..ox..xo.",
        "x.oxx.oxx.oxx.ox",
    ),
    3: ("....x...x...", "x.x.x.x.x.x.", "X..........."),
}
BASS_VOICES = ("bass", "sub bass")
COMP_VOICES = ("piano", "electric piano", "guitar", "stab", "pad", "bell")


def variation(seed: int) -> Style:
    """A random style; consecutive seeds go round the grooves."""
    chance = np.random.default_rng((seed, 2024))
    groove = GROOVES[seed % len(GROOVES)]
    steps = 4 * groove.meter
    model = _pick(chance, tuple(STYLES.values()))
    bars_per_chord = _pick(chance, (1, 1, 2))
    return replace(
        model,
        bpm=float(chance.uniform(*groove.tempi)),
        meter=groove.meter,
        swing=groove.swing,
        pump=0.0,
        drums={name: (_pick(chance, grids),) for name, grids in groove.drums.items()},
        chords=tuple(chord for chord in model.chords for _ in range(bars_per_chord)),
        bass=_part(chance, BASS_VOICES, BASS[groove.meter], loudness=(0.2, 0.42), octave=-2),
        comp=_part(chance, COMP_VOICES, COMP[groove.meter], loudness=(0.06, 0.2), octave=0),
        pad=_part(chance, ("pad",), ("X".ljust(steps, "."),), loudness=(0.0, 0.08), octave=0),
        rhythms=tuple("".join("x" if hit else "." for hit in chance.random(steps) < 0.35) for _ in range(3)),
    )


def _part(
    chance: np.random.Generator,
    voices: tuple[str, ...],
    grids: tuple[str, ...],
    *,
    loudness: tuple[float, float],
    octave: int,
) -> Part:
    return Part(
        voice=_pick(chance, voices),
        loudness=float(chance.uniform(*loudness)),
        grid=_pick(chance, grids),
        octave=octave,
        length=float(chance.uniform(0.25, 1.2)),
    )


def _pick(chance: np.random.Generator, choices: tuple[T, ...]) -> T:
    return choices[int(chance.integers(len(choices)))]
