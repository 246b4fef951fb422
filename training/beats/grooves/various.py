"""Grooves of marches, country, folk, one kind of instrument alone, and metal."""

from training.beats.grooves.groove import Groove
from training.beats.grooves.parts import BRASS, EIGHTS, STRINGS

VARIOUS: dict[str, Groove] = {
    "march": Groove(
        bpm=(96, 132),
        weight=0.8,
        drums={
            "K": ("X...x...X...x...", "X.......X......."),
            "S": ("..X...X...X...X.", "X.oox.oox.ooxxxx", "x...x.xxx...x.xx", "X.xxX.xxX.xxXoxo"),
            "J": ("", "X.......X......."),
        },
        bass=("r...5...r...5...", "r.......5......."),
        comp=("..X...X...X...X.", "X...x...x...x...", "X..............."),
        programs=BRASS + (71, 73),
    ),
    "country": Groove(
        bpm=(90, 200),
        weight=1.2,
        drums={
            "K": ("X...X...X...X...", "X.......X......."),
            "S": ("..x...x...x...x.", "xoxXxoxXxoxXxoxX", "o.X.o.X.o.X.o.X.", "....x.......x..."),
            "H": ("", EIGHTS[0]),
            "R": ("",),
        },
        bass=("r...5...r...5...", "r.......5.......", "r...5...r...w..."),
        comp=("..x...x...x...x.", "....x.......x...", "..xo..xo..xo..xo", "x.xxx.xxx.xxx.xx"),
        programs=(25, 25, 105, 27, 21),
    ),
    "polka": Groove(
        bpm=(100, 140),
        meter=2,
        sub=4,
        weight=0.5,
        drums={"K": ("X...X...", "X......."), "S": ("..x...x.", "..X...X."), "H": ("", "x.x.x.x.")},
        bass=("r...5...",),
        comp=("..x...x.", "..X...X."),
        programs=(21, 61, 25),
    ),
    "folk": Groove(
        bpm=(76, 150),
        weight=1.5,
        drums={
            "M": ("", "x.x.x.x.x.x.x.x.", "x.oxx.oxx.oxx.ox"),
            "G": ("", "....x.......x..."),
            "K": ("", "X.......X.......", "X...X...X...X..."),
        },
        bass=("r.......5.......", "r...............", "r...r...5...5..."),
        comp=(
            "X...x.xx..xxx.x.",
            "X...x.x...x.x.x.",
            "x.x.x.x.x.x.x.x.",
            "X...x...x...x...",
            "X..x..x.X..x..x.",
        ),
        programs=(24, 25, 25, 105, 21, 46),
        arpeggio=0.4,
    ),
    "piano": Groove(
        bpm=(60, 140),
        weight=1.5,
        bass=(
            "r...............",
            "r.......5.......",
            "r...r...r...r...",
            "r.5.8.5.r.5.8.5.",
            "r...5...8...5...",
        ),
        comp=(
            "X...x...x...x...",
            "x.x.x.x.x.x.x.x.",
            "X...............",
            "..x...x...x...x.",
            "....x...x...x...",
            "xxxxxxxxxxxxxxxx",
        ),
        programs=(0, 1, 4, 24, 25, 46, 6, 11),
        arpeggio=0.5,
    ),
    "strings": Groove(
        bpm=(60, 140),
        weight=1.2,
        bass=("r...............", "r...r...r...r...", "r.......5.......", "r.r.r.r.r.r.r.r."),
        comp=(
            "X...............",
            "x.x.x.x.x.x.x.x.",
            "X...x...x...x...",
            "X.......x.......",
            "..x...x...x...x.",
        ),
        programs=STRINGS + (45, 60, 71, 73),
        arpeggio=0.15,
    ),
    "chiptune": Groove(
        bpm=(110, 180),
        weight=0.8,
        drums={
            "K": ("X.......X.......", "X...X...X...X...", ""),
            "S": ("....X.......X...", ""),
            "H": EIGHTS + ("",),
        },
        bass=("r.8.r.8.r.8.r.8.", "r.r.r.r.r.r.r.r.", "r...r...5...5..."),
        comp=("xxxxxxxxxxxxxxxx", "x.x.x.x.x.x.x.x."),
        programs=(80, 81, 87, 84),
        arpeggio=0.9,
    ),
    "metal": Groove(
        bpm=(100, 190),
        weight=0.8,
        drums={
            "K": ("XxXxXxXxXxXxXxXx", "X.xxX.xxX.xxX.xx", "X..xX..xX..xX..x", "X.xX.xX.xX.xX.xX"),
            "S": ("....X.......X...", "........X.......", "....X.......X..."),
            "O": ("", "X...x...x...x..."),
            "D": ("", EIGHTS[0]),
        },
        bass=("r.rrr.rrr.rrr.rr", "rrrrrrrrrrrrrrrr", "r.r.r.r.r.r.r.r."),
        comp=("x.xxx.xxx.xxx.xx", "X..x..x..x..x.x.", "XxxXxxXxXxxXxxXx", "X..............."),
        programs=(29, 30, 30),
    ),
}
