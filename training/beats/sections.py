"""What a band plays for some bars, and what it changes to afterwards, as between verse and chorus."""

from dataclasses import dataclass

import numpy as np

from training.beats.grooves import Grids, Groove

SIXTEENTHS = (4, 4)


@dataclass(frozen=True, kw_only=True)
class Section:
    """Grids of one part of a song; `second` are the drums of every other bar."""

    drums: dict[str, str]
    second: dict[str, str]
    bass: str
    comp: str


def section(groove: Groove, chance: np.random.Generator) -> Section:
    """Lines drawn from a groove, each bent a little; now and then kick, bass and chords share one riff."""
    drums = {
        drum: bent for drum, grids in groove.drums.items() if (bent := bend(draw(grids, chance), chance))
    }
    bass, comp = draw(groove.bass, chance), bend(draw(groove.comp, chance), chance, 0.02)
    if (groove.meter, groove.sub) == SIXTEENTHS and "K" in groove.drums and chance.random() < groove.riffs:
        riff = _riff(chance)
        drums["K"] = bend(riff, chance)
        comp = riff if chance.random() < 0.8 else comp
        bass = "".join("." if mark == "." else "r" for mark in riff)
    second = {drum: bend(grid, chance, 0.06) for drum, grid in drums.items()}
    return Section(drums=drums, second=second, bass=bass, comp=comp)


def draw(grids: Grids, chance: np.random.Generator) -> str:
    """One of some lines; "" where there are none."""
    return str(chance.choice(grids)) if grids else ""


def bend(grid: str, chance: np.random.Generator, share: float = 0.035) -> str:
    """The grid with a few steps added or taken away."""
    out = []
    for step, mark in enumerate(grid):
        dice = chance.random()
        if mark == "." and dice < share * (1.0 if step % 2 == 0 else 0.5):
            out.append("o" if chance.random() < 0.6 else "x")
        elif mark not in "." and dice < share and step > 0:
            out.append(".")
        else:
            out.append(mark)
    return "".join(out)


def _riff(chance: np.random.Generator) -> str:
    """A rhythm of a bar in steps of one, two or three sixteenths, whose accents need not fall on beats."""
    weights = chance.dirichlet((1.0, 1.0, 0.7))
    steps = ["."] * 16
    step = 0 if chance.random() < 0.85 else int(chance.integers(1, 4))
    while step < 16:
        steps[step] = "X" if chance.random() < 0.6 else "x"
        step += int(chance.choice((1, 2, 3), p=weights))
    return "".join(steps)
