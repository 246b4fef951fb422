"""Composes training songs: which notes and hits sound when, and where the beats truly are."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import numpy as np

from training.beats.grooves import GROOVES
from training.beats.sections import Section, section
from training.beats.timing import Clock, clock

PROGRESSIONS = (
    "1564", "1645", "6415", "1451", "1155", "1625", "4156", "1111", "1144", "6251", "1415",
    "6543", "1545", "2511", "1344", "1175", "6655", "1254",
)  # fmt: skip
MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
LEADS = (0, 22, 26, 27, 29, 40, 52, 53, 54, 56, 57, 64, 65, 66, 68, 71, 73, 74, 75, 78, 80, 81, 82, 85)
BASSES = (32, 33, 34, 35, 36, 38, 39, 43, 58)
LOUDNESS = {"X": 112, "x": 88, "o": 52, "?": 70, "r": 100, "5": 92, "8": 90, "3": 90, "w": 86}
ON = "X"
CUTTING = "HDPBM"


@dataclass(frozen=True, kw_only=True)
class Note:
    """`start` and `length` in seconds, `part` one of bass, comp, pad, lead."""

    start: float
    length: float
    pitch: int
    loudness: int
    part: str


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A drum, by its letter in grooves, at `start` seconds."""

    start: float
    drum: str
    loudness: int


@dataclass(kw_only=True)
class Song:
    """A composed song; `programs` are the General MIDI programs of its parts."""

    style: str
    beats: list[float]
    downbeats: list[float]
    seconds: float
    programs: dict[str, int]
    notes: list[Note] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)


class Composer:
    """Writes one song; all chance comes from one generator, so a seed gives the same song again."""

    def __init__(self, style: str, seed: int, seconds: float) -> None:
        self.chance = np.random.default_rng((seed, 31))
        self.groove = groove = GROOVES[style]
        bpm = float(np.exp(self.chance.uniform(*np.log(groove.bpm))))
        per_bar = groove.meter
        self.pickup = int(self.chance.integers(0, per_bar)) if self.chance.random() < 0.25 else 0
        self.bars = max(4, round(seconds * bpm / 60 / per_bar))
        start = float(self.chance.choice((0.0, 0.05, self.chance.uniform(0, 1), self.chance.uniform(0, 4))))
        loose = not groove.drums and self.chance.random() < 0.6
        self.clock: Clock = clock(
            self.chance, bpm=bpm, beats=self.bars * per_bar + self.pickup + 1, loose=loose, start=start
        )
        self.swing = float(self.chance.uniform(*groove.swing))
        self.tight = float(self.chance.choice((0.0, 0.003, 0.006, 0.01, 0.015)))
        self.lag = {
            part: float(self.chance.normal(0, self.tight * 0.7)) for part in ("bass", "comp", "lead", "pad")
        }
        self.scale = MINOR if self.chance.random() < 0.4 else MAJOR
        self.key = int(self.chance.integers(0, 12))
        pool = PROGRESSIONS[int(self.chance.integers(len(PROGRESSIONS)))]
        self.chords = [int(each) - 1 for each in pool]
        self.harmonic = float(self.chance.choice((1, 1, 1, 2, 0.5)))  # bars per chord
        times = self.clock.times
        marks = np.arange(len(times) - 1)
        self.song = Song(
            style=style,
            beats=times[:-1].tolist(),
            downbeats=times[:-1][(marks - self.pickup) % per_bar == 0].tolist(),
            seconds=float(times[-1]) + 1.2,
            programs=self._programs(),
        )

    def compose(self) -> Song:
        """The whole song."""
        chance = self.chance
        sections = self._sections()
        drums = any(each.drums for each in sections)
        self.fill_every = int(chance.choice((0, 2, 4, 4, 8)))
        has = {
            part: chance.random() < share
            for part, share in (("bass", 0.88), ("comp", 0.85), ("pad", 0.3), ("lead", 0.6))
        }
        if not drums or not (has["bass"] or has["comp"]):
            has["comp"] = not drums or has["comp"]
            has["bass"] = has["bass"] or (not drums and chance.random() < 0.7)
        plan = self._plan(drums)
        melody = self._melody()
        for bar in range(self.bars):
            playing, now = plan[bar], sections[bar]
            if "drums" in playing:
                self._drums(bar, now.drums if bar % 2 == 0 else now.second)
            if has["bass"] and "bass" in playing:
                self._bass(bar, now.bass)
            if has["comp"] and "comp" in playing:
                self._comp(bar, now.comp)
            if has["pad"]:
                self._pad(bar)
            if has["lead"] and "lead" in playing:
                self._lead(
                    bar, melody[(bar // 2 % 2, bar % 2)] if chance.random() > 0.15 else melody[(1, bar % 2)]
                )
        if self.pickup and drums and chance.random() < 0.7:
            self._pick_up()
        return self.song

    def _programs(self) -> dict[str, int]:
        def pick(pool: tuple[int, ...]) -> int:
            return int(self.chance.choice(pool))

        return {
            "bass": pick(BASSES),
            "comp": pick(self.groove.programs),
            "pad": pick((48, 49, 50, 52, 89, 90, 91, 94)),
            "lead": pick(LEADS),
        }

    def _sections(self) -> list[Section]:
        """What is played in each bar: one to four sections, which come again after each other."""
        drawn = [section(self.groove, self.chance) for _ in range(int(self.chance.choice((1, 2, 2, 3, 4))))]
        length = int(self.chance.choice((2, 4, 4, 8)))
        return [drawn[bar // length % len(drawn)] for bar in range(self.bars)]

    def _plan(self, drums: bool) -> list[set[str]]:
        """Who plays in each bar."""
        everyone = {"drums", "bass", "comp", "lead"}
        plan = [set(everyone) for _ in range(self.bars)]
        chance = self.chance
        if drums and chance.random() < 0.3:
            for bar in range(min(self.bars // 3, int(chance.choice((1, 2, 4, 8))))):
                plan[bar] -= {"drums"} if chance.random() < 0.6 else {"bass", "lead"}
        if drums and chance.random() < 0.15:
            start = int(self.bars * chance.uniform(0.3, 0.7))
            gone = {"drums"} if chance.random() < 0.6 else {"bass", "comp", "lead"}
            for bar in range(start, min(self.bars, start + int(chance.choice((1, 2, 4))))):
                plan[bar] -= gone
        if chance.random() < 0.5:
            start = int(self.bars * chance.uniform(0, 0.6))
            for bar in range(start, min(self.bars, start + self.bars // 3)):
                plan[bar] -= {str(chance.choice(("lead", "bass", "comp", "lead")))}
        return plan

    def _steps(self, bar: int, grid: str, *, late: float = 0.0) -> Iterator[tuple[int, float, str]]:
        """(step, seconds, mark) of all that a grid plays in a bar."""
        sub = self.groove.sub
        for step, mark in enumerate(grid):
            if mark == "." or (mark == "?" and self.chance.random() < 0.5):
                continue
            off = self.swing if sub in (4, 2) and step % 2 == 1 else 0.0
            beat = self.pickup + bar * self.groove.meter + (step + off) / sub
            yield step, self._played(beat, late), mark

    def _played(self, beat: float, late: float) -> float:
        return max(0.0, self.clock.at(beat) + late + float(self.chance.normal(0, self.tight)))

    def _loud(self, mark: str) -> int:
        return int(np.clip(LOUDNESS[mark] * self.chance.normal(1, 0.08), 15, 127))

    def _drums(self, bar: int, drums: dict[str, str]) -> None:
        fills = self.fill_every and bar % self.fill_every == self.fill_every - 1
        size = self.groove.meter * self.groove.sub
        tail = int(self.chance.choice((1, 1, 2, self.groove.meter))) * self.groove.sub if fills else 0
        for drum, grid in drums.items():
            kept = grid if drum in "KPG" or not tail else grid[: size - tail]
            for _, start, mark in self._steps(bar, kept):
                self.song.hits.append(Hit(start=start, drum=drum, loudness=self._loud(mark)))
        if tail:
            self._fill(bar, size, tail)
        if bar and self.fill_every and bar % self.fill_every == 0 and self.chance.random() < 0.6:
            for _, start, mark in self._steps(bar, ON):
                self.song.hits.append(Hit(start=start, drum="J", loudness=self._loud(mark)))

    def _fill(self, bar: int, size: int, tail: int) -> None:
        density = self.chance.uniform(0.35, 0.95)
        grid = "." * (size - tail) + "".join(
            "X" if self.chance.random() < density * (1 if step % 2 == 0 else 0.8) else "."
            for step in range(tail)
        )
        drum = "S"
        for _, start, mark in self._steps(bar, grid):
            if self.chance.random() < 0.35:
                drum = str(self.chance.choice(tuple("STUV")))
            self.song.hits.append(Hit(start=start, drum=drum, loudness=self._loud(mark)))

    def _pick_up(self) -> None:
        """Sticks or a snare count the song in."""
        drum = str(self.chance.choice(tuple("RSHL")))
        for beat in range(self.pickup):
            start = self._played(beat, 0)
            self.song.hits.append(Hit(start=start, drum=drum, loudness=90))

    def _root(self, bar: float) -> int:
        return self.chords[int(bar / self.harmonic) % len(self.chords)]

    def _tone(self, degree: int) -> int:
        """Semitones above the key of a degree of the scale, which may run beyond the octave."""
        return self.key + 12 * (degree // 7) + self.scale[degree % 7]

    def _note(self, part: str, start: float, length: float, pitch: int, loudness: int) -> None:
        self.song.notes.append(
            Note(
                start=start,
                length=max(0.05, length),
                pitch=int(np.clip(pitch, 20, 108)),
                loudness=loudness,
                part=part,
            )
        )

    def _bass(self, bar: int, grid: str) -> None:
        played = list(self._steps(bar, grid, late=self.lag["bass"]))
        end = self.clock.at(min(len(self.clock.times) - 1, self.pickup + (bar + 1) * self.groove.meter))
        short = self.chance.choice((0.5, 0.8, 0.95))
        for index, (step, start, mark) in enumerate(played):
            after = played[index + 1][1] if index + 1 < len(played) else end
            root = self._root(bar + step / len(grid))
            degree = {"r": root, "8": root + 7, "5": root + 4, "3": root + 2}.get(
                mark, root + int(self.chance.integers(-2, 6))
            )
            pitch = 28 + (self._tone(degree) - 28) % 12 + (12 if mark == "8" else 0)
            self._note("bass", start, (after - start) * short, pitch, self._loud(mark))

    def _comp(self, bar: int, grid: str) -> None:
        played = list(self._steps(bar, grid, late=self.lag["comp"]))
        end = self.clock.at(min(len(self.clock.times) - 1, self.pickup + (bar + 1) * self.groove.meter))
        broken = (bar // 8 + self.song.programs["comp"]) % 10 < 10 * self.groove.arpeggio
        size = 4 if self.chance.random() < 0.3 else 3
        for index, (step, start, mark) in enumerate(played):
            after = played[index + 1][1] if index + 1 < len(played) else end
            root = self._root(bar + step / len(grid))
            tones = [55 + (self._tone(root + 2 * each) - 55) % 12 for each in range(size)]
            tones = [sorted(tones)[index % size] + 12 * (index // size % 2)] if broken else tones
            for order, pitch in enumerate(tones):
                strum = order * 0.008 * (self.song.programs["comp"] in range(24, 31))
                self._note("comp", start + strum, (after - start) * 0.9, pitch, int(self._loud(mark) * 0.85))

    def _pad(self, bar: int) -> None:
        if bar % max(1, int(self.harmonic)):
            return
        start, end = (
            self.clock.at(min(len(self.clock.times) - 1, self.pickup + each * self.groove.meter))
            for each in (bar, bar + max(1, int(self.harmonic)))
        )
        for each in range(3):
            pitch = 55 + (self._tone(self._root(bar) + 2 * each) - 55) % 12
            self._note("pad", start + self.lag["pad"], end - start, pitch, 70)

    def _melody(self) -> dict[tuple[int, int], str]:
        """Rhythms of two phrases of two bars each, more or less syncopated."""
        size, sub = self.groove.meter * self.groove.sub, self.groove.sub
        density, straight = self.chance.uniform(0.15, 0.6), self.chance.uniform(0.2, 1.0)
        weights = [
            1.0 if step % sub == 0 else 0.7 if sub % 2 == 0 and step % (sub // 2) == 0 else 0.45
            for step in range(size)
        ]
        weights = [straight * weight + (1 - straight) * 0.6 for weight in weights]
        phrases = [(phrase, half) for phrase in (0, 1) for half in (0, 1)]
        steps = {
            each: [self.chance.random() < 1.5 * density * weight for weight in weights] for each in phrases
        }
        return {each: "".join("x" if played else "." for played in grid) for each, grid in steps.items()}

    def _lead(self, bar: int, grid: str) -> None:
        played = list(self._steps(bar, grid, late=self.lag["lead"]))
        degree = self._root(bar) + 7 + int(self.chance.integers(-2, 4))
        end = self.clock.at(min(len(self.clock.times) - 1, self.pickup + (bar + 1) * self.groove.meter))
        for index, (_, start, mark) in enumerate(played):
            after = played[index + 1][1] if index + 1 < len(played) else end
            degree = int(np.clip(degree + self.chance.integers(-2, 3), 3, 16))
            self._note(
                "lead",
                start,
                (after - start) * 0.92,
                60 + self._tone(degree) % 12 + 12 * (degree > 9),
                self._loud(mark),
            )


def compose(style: str, seed: int, seconds: float) -> Song:
    """A song of a style, about `seconds` long; the same arguments give the same song."""
    return Composer(style, seed, seconds).compose()


def any_style(seed: int, among: Collection[str] = GROOVES) -> str:
    """A style, the common ones more often."""
    names = [name for name in GROOVES if name in among]
    weights = np.array([GROOVES[name].weight for name in names])
    return str(np.random.default_rng((seed, 32)).choice(names, p=weights / weights.sum()))
