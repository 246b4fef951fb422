"""Plays a style: turns chords and grids into notes on the desk, bar by bar."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sandbox.tunes.desk import Desk
from sandbox.tunes.scenes import Scene
from sandbox.tunes.styles import Part, Style
from sandbox.tunes.voices import VOICES, Sound, drum, note

STEPS = 4  # per beat
STRENGTH = {"X": 1.0, "x": 0.75, "o": 0.4, "r": 0.55}
QUALITIES = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "6": (0, 4, 7, 9),
    "7": (0, 4, 7, 10),
    "9": (0, 4, 10, 14),
    "m7": (0, 3, 7, 10),
    "maj7": (0, 4, 7, 11),
}
ROOTS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
DRUM_LOUDNESS = {
    "kick": 0.62,
    "snare": 0.42,
    "clap": 0.5,
    "hat": 0.26,
    "open hat": 0.24,
    "crash": 0.3,
    "rim": 0.25,
    "tom": 0.4,
    "shaker": 0.16,
}
DRUM_PAN = {"hat": 0.3, "open hat": 0.3, "crash": -0.35, "shaker": -0.4, "rim": 0.2, "tom": -0.25}


@dataclass(frozen=True, kw_only=True)
class Clock:
    """When things happen: `start` of the first beat and `period` of a beat in seconds, then the bars."""

    start: float
    period: float
    meter: int
    bars: int

    def at(self, bar: int, step: float, *, swing: float = 0.0) -> float:
        """Seconds of a step of a bar; odd steps come later by `swing` steps."""
        late = swing if step % 2 == 1 else 0.0
        return self.start + self.period * (bar * self.meter + (step + late) / STEPS)


class Band:
    """The players of one tune, who follow one scene a bar; `choose` is the only source of chance, so a seed
    gives the same tune again."""

    def __init__(self, style: Style, scenes: Sequence[Scene], *, clock: Clock, desk: Desk, seed: int) -> None:
        self.style, self.scenes, self.clock, self.desk = style, scenes, clock, desk
        self.choose = np.random.default_rng(seed)
        self.key = int(self.choose.integers(-3, 4)) if seed != 1 else 0
        self._sounds: dict[tuple[str, int, float], Sound] = {}

    def play(self) -> None:
        """All bars and the closing chord on the downbeat after the last one."""
        kicks = [time for bar in range(self.clock.bars) for time in self._drums(bar)]
        for bar, scene in enumerate(self.scenes):
            self._comp(bar)
            if scene.has_bass:
                self._bass(bar)
            if scene.has_lead:
                self._lead(bar)
        self._close()
        if self.style.pump:
            self.desk.duck(kicks, depth=self.style.pump)

    def _chord(self, bar: int) -> tuple[int, tuple[int, ...]]:
        """Root pitch class and intervals of the bar's chord; after the last bar the tune comes home."""
        name = self.scenes[bar].chord if bar < self.clock.bars else self.style.chords[0]
        return (ROOTS[name[0]] + self.key) % 12, QUALITIES[name[1:]]

    def _steps(self, bar: int, grid: str) -> Iterator[tuple[float, float]]:
        """(seconds, strength) of everything a grid plays in a bar."""
        gain = self.scenes[bar].gain
        for step, mark in enumerate(grid):
            if mark == ".":
                continue
            strength = STRENGTH[mark] * float(self.choose.uniform(0.9, 1.05)) * gain
            yield self.clock.at(bar, step, swing=self.style.swing), strength
            if mark == "r":
                yield self.clock.at(bar, step + 0.5), strength * 0.8

    def _drums(self, bar: int) -> list[float]:
        """Play the drums of a bar and return the seconds of its kicks."""
        kicks = []
        scene = self.scenes[bar]
        for name, grids in self.style.drums.items():
            if name in scene.rests:
                continue
            grid = grids[bar % len(grids)]
            for time, strength in self._steps(bar, grid[:-STEPS] if scene.fills and name != "kick" else grid):
                self._hit(name, time, strength)
                if name == "kick":
                    kicks.append(time)
        if scene.fills:
            for name, (time, strength) in zip(
                ("snare", "snare", "tom", "tom"), self._last_beat(bar), strict=True
            ):
                self._hit(name, time, strength)
        if scene.crashes:
            self._hit("crash", self.clock.at(bar, 0), 0.7)
        return kicks

    def _last_beat(self, bar: int) -> list[tuple[float, float]]:
        return list(self._steps(bar, "." * STEPS * (self.clock.meter - 1) + "XoxX"))

    def _hit(self, name: str, time: float, strength: float) -> None:
        key = (name, 0, 0.0)
        if key not in self._sounds:
            self._sounds[key] = drum(name)
        gain, pan = DRUM_LOUDNESS[name] * strength, DRUM_PAN.get(name, 0.0)
        self.desk.add("drums", self._sounds[key], time=time, gain=gain, pan=pan)

    def _sing(self, part: Part, *, pitch: int, time: float, strength: float, bus: str = "music") -> None:
        seconds = round(part.length * self.clock.period, 3)
        key = (part.voice, pitch, seconds)
        if key not in self._sounds:
            self._sounds[key] = note(VOICES[part.voice], pitch=pitch, seconds=seconds)
        self.desk.add(bus, self._sounds[key], time=time, gain=part.loudness * strength)

    def _comp(self, bar: int) -> None:
        root, intervals = self._chord(bar)
        for part in (self.style.comp, self.style.pad):
            if part is None:
                continue
            for time, strength in self._steps(bar, part.grid):
                for interval in intervals:
                    pitch = 55 + (root + interval - 55) % 12 + 12 * part.octave
                    self._sing(part, pitch=pitch, time=time, strength=strength)

    def _bass(self, bar: int) -> None:
        root, _ = self._chord(bar)
        low = 60 + 12 * self.style.bass.octave + (root if root < 8 else root - 12)
        for step, mark in enumerate(self.style.bass.grid):
            if mark == ".":
                continue
            leap = 0 if mark == "X" else int(self.choose.choice((0, 0, 7, 12)))
            time = self.clock.at(bar, step, swing=self.style.swing)
            strength = STRENGTH[mark] * self.scenes[bar].gain
            self._sing(self.style.bass, pitch=low + leap, time=time, strength=strength, bus="low")

    def _lead(self, bar: int) -> None:
        """The melody of a bar; a motif comes back bent to the chords below it."""
        scene = self.scenes[bar]
        motif = np.random.default_rng(scene.motif)
        grid = self.style.rhythms[int(motif.integers(len(self.style.rhythms)))]
        root, intervals = self._chord(bar)
        tones = [(root + interval) % 12 for interval in intervals]
        scale = [(tone + self.key) % 12 for tone in self.style.scale]
        pitch = 60 + 12 * self.style.lead.octave + int(motif.integers(-2, 5))
        for step, mark in enumerate(grid):
            if mark == ".":
                continue
            pitch += int(motif.integers(-4, 5))
            pitch = _nearest(min(max(pitch, 66), 86), tones if step % 8 == 0 else scale)
            time = self.clock.at(bar, step, swing=self.style.swing)
            self._sing(self.style.lead, pitch=pitch, time=time, strength=STRENGTH[mark] * scene.gain)

    def _close(self) -> None:
        end = self.clock.at(self.clock.bars, 0)
        root, intervals = self._chord(self.clock.bars)
        for interval in intervals:
            self._sing(self.style.comp, pitch=55 + (root + interval - 55) % 12, time=end, strength=1.2)
        low = 60 + 12 * self.style.bass.octave + (root if root < 8 else root - 12)
        self._sing(self.style.bass, pitch=low, time=end, strength=1.0, bus="low")
        self._hit("kick", end, 1.0)
        self._hit("crash", end, 0.7)


def _nearest(pitch: int, classes: list[int]) -> int:
    """The pitch nearest to `pitch` whose pitch class is one of `classes`."""
    return min(range(pitch - 6, pitch + 7), key=lambda each: (each % 12 not in classes, abs(each - pitch)))
