"""What the bands of the training songs can play; seeds count on the order of the styles."""

from training.beats.grooves.groove import Grids, Groove
from training.beats.grooves.latin import LATIN
from training.beats.grooves.metres import METRES
from training.beats.grooves.popular import POPULAR
from training.beats.grooves.soulful import SOULFUL
from training.beats.grooves.various import VARIOUS

__all__ = ["GROOVES", "Grids", "Groove"]

GROOVES: dict[str, Groove] = {**POPULAR, **SOULFUL, **METRES, **LATIN, **VARIOUS}
