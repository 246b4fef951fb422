"""Lines that many styles share, written as grids (training.beats.grooves.groove)."""

BACK = ("....X.......X...", "....X.......X...", "....X.......X..o", "....X..o.o..X...", "....X.......X.o.")
EIGHTS = ("x.x.x.x.x.x.x.x.", "X.x.X.x.X.x.X.x.", "X.o.X.o.X.o.X.o.")
FOURS = ("x...x...x...x...", "X...o...X...o...")
SIXTEENS = ("xoxoxoxoxoxoxoxo", "XoxoXoxoXoxoXoxo", "xxxxxxxxxxxxxxxx", "x?xox?xox?xox?xo")
OFFS = ("..x...x...x...x.", "..X...X...X...X.")
ROCK_KICK = (
    "X.......X.......", "X.......X.x.....", "X.....x.X.......", "X.x.....X.x.....", "X..x....X.......",
    "X.......x.X.....", "X.....x...X.....", "X.x...x.X...?...", "X......xX.......", "X.........X.....",
    "X..x..x...X.....", "X.....xx..X..x..", "X.....X.x.......",
)  # fmt: skip
FUNK_KICK = (
    "X..x..x...x.....", "X.x...x...x..x..", "X......x.xx.....", "X.x.......x..x..", "X..x......X..x.x",
    "X.....x..x......", "X.x..x....x.....", "X......x..x.....",
)  # fmt: skip
ROCK_BASS = (
    "r.r.r.r.r.r.r.r.", "r...r...r...r...", "r.....r.r.....r.", "r.......r.r.....", "r..r..r.r..r..r.",
    "r...............", "r.r...r.5.5...w.", "r.....r.5.......", "r.......5.......", "r.......w...w...",
)  # fmt: skip
ROCK_COMP = (
    "X...............", "X...x...x...x...", "X.x.x.x.x.x.x.x.", "X...x.x...x.x.x.", "X.....x.X.....x.",
    "....X.......X...", "..x...x...x...x.", "X.......X.......", "X..x..x.X..x..x.", "X.x..xx...x..x..",
    "x.xx..x.x.xx..x.", "X.....x.....x...",
)  # fmt: skip
GUITARS = (24, 25, 26, 27, 28, 29, 30)
KEYS = (0, 1, 2, 4, 5, 16, 18, 19)
SYNTHS = (38, 50, 51, 62, 63, 80, 81, 84, 87, 88, 89, 90, 91, 94, 95)
STRINGS = (48, 49, 50, 52, 40, 42, 44)
BRASS = (56, 57, 61, 65, 66, 62)
