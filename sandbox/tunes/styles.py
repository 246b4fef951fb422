"""Writes the tunes down: for every style its tempo, chords, drum grids and instruments.

A grid is one bar, four steps per beat: `X` accented, `x` normal, `o` soft, `.` nothing, `r` two quick hits.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Part:
    """Who plays a pitched line, how loud (share of full scale), and when in the bar."""

    voice: str
    loudness: float
    grid: str
    octave: int = 0
    length: float = 1.0  # beats


@dataclass(frozen=True, kw_only=True)
class Style:
    """A recipe for a tune.

    `bpm` is beats per minute, `meter` beats per bar, `chords` one per bar, `scale` the pitch classes of the
    melody and `rhythms` its grids, `swing` how late off-steps come (share of a step), `pump` how far each
    kick ducks the rest.
    """

    title_zh: str
    title_en: str
    bpm: float
    chords: tuple[str, ...]
    drums: dict[str, tuple[str, ...]]
    bass: Part
    comp: Part
    lead: Part
    rhythms: tuple[str, ...]
    pad: Part | None = None
    meter: int = 4
    scale: tuple[int, ...] = (0, 2, 4, 7, 9)
    swing: float = 0.0
    pump: float = 0.0


CITY_POP = Style(
    title_zh="霓虹海岸",
    title_en="Neon Shore",
    bpm=112,
    chords=("Fmaj7", "E7", "Am7", "C7", "Fmaj7", "G6", "Em7", "Am7"),
    drums={
        "kick": ("X.....x.x.......", "X.....x.x.....x."),
        "snare": ("....X.......X...", "....X.......X..o"),
        "hat": ("x.oox.oox.oox.oo",),
        "open hat": ("................", "..............x."),
    },
    bass=Part(voice="bass", loudness=0.34, grid="X..x..x.X.x...x.", octave=-2, length=0.45),
    comp=Part(voice="electric piano", loudness=0.12, grid="X.....x...x..x..", length=0.6),
    pad=Part(voice="pad", loudness=0.05, grid="X...............", length=4),
    lead=Part(voice="lead", loudness=0.15, grid="", octave=1),
    rhythms=("x..x..x.x...x...", "..x.x..xx.x.x...", "x...x.x...x.x.x."),
)

HOUSE = Style(
    title_zh="午夜电梯",
    title_en="Midnight Lift",
    bpm=124,
    chords=("Am7", "Fmaj7", "C", "G6"),
    drums={
        "kick": ("X...X...X...X...",),
        "clap": ("....X.......X...",),
        "open hat": ("..x...x...x...x.",),
        "shaker": ("oxoxoxoxoxoxoxox",),
    },
    bass=Part(voice="bass", loudness=0.36, grid="..x...x...x..x..", octave=-2, length=0.4),
    comp=Part(voice="stab", loudness=0.09, grid="X..x..x...x..x..", length=0.35),
    pad=Part(voice="pad", loudness=0.06, grid="X...............", length=4),
    lead=Part(voice="bell", loudness=0.13, grid="", octave=1),
    rhythms=("x..x..x...x..x..", "..x..x..x..x..x.", "x...x..x..x....."),
    pump=0.6,
)

BALLAD = Style(
    title_zh="旧信笺",
    title_en="The Old Letter",
    bpm=76,
    chords=("C", "G", "Am7", "Em7", "Fmaj7", "C", "Dm7", "G7"),
    drums={
        "kick": ("X.........x.....", "X......x..x....."),
        "rim": ("....x.......x...",),
        "hat": ("x.o.x.o.x.o.x.o.",),
    },
    bass=Part(voice="bass", loudness=0.3, grid="X.......x.....x.", octave=-2, length=1.4),
    comp=Part(voice="piano", loudness=0.13, grid="X...x...x...x...", length=1.1),
    pad=Part(voice="pad", loudness=0.06, grid="X...............", length=4),
    lead=Part(voice="flute", loudness=0.2, grid="", octave=1),
    rhythms=("x.....x.x...x...", "x...x.x.x.......", "..x.x...x...x..."),
)

WALTZ = Style(
    title_zh="转圈的猫",
    title_en="The Cat Who Waltzed",
    bpm=150,
    meter=3,
    chords=("C", "C", "G7", "G7", "Dm7", "G7", "C", "C", "Am7", "Am7", "Dm7", "Dm7", "G7", "G7", "C", "G7"),
    drums={"kick": ("X...........",), "snare": ("....o...o...",), "hat": ("x...x...x...", "x...x.o.x...")},
    bass=Part(voice="bass", loudness=0.34, grid="X...........", octave=-2, length=1.0),
    comp=Part(voice="piano", loudness=0.14, grid="....x...x...", length=0.6),
    lead=Part(voice="flute", loudness=0.2, grid="", octave=1),
    rhythms=("x...x...x...", "x.......x...", "x...x.x.x...", "x..........."),
)

FUNK = Style(
    title_zh="豆浆放克",
    title_en="Soy Milk Funk",
    bpm=104,
    chords=("E9", "E9", "A7", "E9", "E9", "E9", "A7", "B7"),
    drums={
        "kick": ("X..x......x..x..", "X..x..x...x....."),
        "snare": ("....X..o.o..X..o", "....X..o.o..X.oo"),
        "hat": ("xoxoxoxoxoxoxoxo",),
        "open hat": ("................", "......x........."),
    },
    bass=Part(voice="bass", loudness=0.38, grid="X..x..x..xx..x..", octave=-2, length=0.25),
    comp=Part(voice="guitar", loudness=0.13, grid="..x..xo..ox..xo.", length=0.14),
    lead=Part(voice="lead", loudness=0.13, grid="", octave=1, length=0.5),
    rhythms=("x.x..x..........", "..xx.x.x..x.....", "x..x.x..x.x....."),
    scale=(4, 7, 9, 11, 2),
    swing=0.12,
)

TRAP = Style(
    title_zh="雾中地铁",
    title_en="Metro in the Mist",
    bpm=140,
    chords=("Am", "Am", "Fmaj7", "E7"),
    drums={
        "kick": ("X.....x...x.....", "X.........x..x.."),
        "clap": ("........X.......",),
        "hat": ("x.x.x.x.x.x.x.x.", "x.x.x.x.x.x.xrxr"),
    },
    bass=Part(voice="sub bass", loudness=0.42, grid="X.....x...x.....", octave=-2, length=1.3),
    comp=Part(voice="bell", loudness=0.09, grid="x..x..x...x.....", octave=1, length=0.5),
    pad=Part(voice="pad", loudness=0.07, grid="X...............", length=4),
    lead=Part(voice="flute", loudness=0.14, grid="", octave=1),
    rhythms=("x...x.x.....x...", "....x.x.x...x...", "x.....x.x......."),
)

STYLES: dict[str, Style] = {
    "city_pop": CITY_POP,
    "house": HOUSE,
    "ballad": BALLAD,
    "waltz": WALTZ,
    "funk": FUNK,
    "trap": TRAP,
}
