"""Gives every moment of a song a place in the beats of a MIDI file, by a tempo for each of them."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from statistics import median

# Ticks of a quarter note. Beats are quarter notes.
TICKS = 480
# 1000 and 20 BPM in microseconds for a quarter: what music programs can be set to.
SHORTEST, LONGEST = 60_000, 3_000_000
# As long as a piece with one tempo may be: a tempo is a whole number of microseconds, so that it drifts.
MOST_QUARTERS = 64
# Beats nearer together than this share a tick.
NEAR_SECONDS = 0.001
MOST_BEATS_OF_A_BAR = 32
MILLION = 1_000_000


class TempoMap:
    """Makes beats fall on quarter notes and downbeats on the first of a bar.

    `tempos` has tick and microseconds per quarter, `bars` tick and beats of a bar, both from tick 0. A gap of
    more than three seconds is several quarters, beats less than 0.06 s apart are parts of one.
    """

    def __init__(self, beats: Sequence[float], downbeats: Sequence[float]) -> None:
        """`beats` and, of them, `downbeats`, in seconds from 0, in their order."""
        self.tempos: list[tuple[int, int]] = []
        self._ticks: list[int] = []
        self._times: list[Fraction] = []
        apart = _apart(beats)
        gaps = [Fraction(after) - Fraction(before) for before, after in zip(apart, apart[1:], strict=False)]
        usual = median(gaps) if gaps else Fraction(1, 2)
        tick, time = 0, Fraction(0)
        if apart and apart[0] > 0:
            quarters = max(1, round(Fraction(apart[0]) / usual))
            tick, time = self._lead(tick, time, Fraction(apart[0]), quarters)
        for beat in apart[1:]:
            tick, time = self._lead(tick, time, Fraction(beat), 1)
        self._begin(tick, time, _tempo(usual))
        self.bars = self._bars(downbeats)

    def tick(self, seconds: float) -> int:
        """The tick nearest to a moment of the song."""
        place = bisect_right(self._times, Fraction(seconds)) - 1
        since = (Fraction(seconds) - self._times[place]) * MILLION
        return self._ticks[place] + round(since * TICKS / self.tempos[place][1])

    def _lead(self, tick: int, time: Fraction, until: Fraction, quarters: int) -> tuple[int, Fraction]:
        """Tempos from `tick` at `time` to the beat at `until`; its tick, and its time as tempos have it."""
        left = (until - time) * MILLION
        quarters = max(quarters, math.ceil(left / LONGEST))
        ticks = max(1, min(quarters * TICKS, math.floor(left * TICKS / SHORTEST)))
        while ticks > 0:
            piece = min(ticks, MOST_QUARTERS * TICKS)
            tempo = round((until - time) * MILLION * TICKS / ticks)
            self._begin(tick, time, tempo)
            tick, time, ticks = tick + piece, time + Fraction(tempo * piece, TICKS * MILLION), ticks - piece
        return tick, time

    def _begin(self, tick: int, time: Fraction, tempo: int) -> None:
        self._ticks.append(tick)
        self._times.append(time)
        self.tempos.append((tick, tempo))

    def _bars(self, downbeats: Sequence[float]) -> list[tuple[int, int]]:
        """Where bars of another length begin; common time unless whole quarters lie between downbeats."""
        known = {self.tick(time) for time in downbeats}
        begins = sorted(known | {0})
        bars = [(0, 4)]
        for begin, after in zip(begins, begins[1:], strict=False):
            beats, rest = divmod(after - begin, TICKS)
            if rest or not 1 <= beats <= MOST_BEATS_OF_A_BAR:
                return [(0, 4)]
            if bars[-1][0] == begin:
                bars[-1] = (begin, beats)
            elif bars[-1][1] != beats:
                bars.append((begin, beats))
        if len(known) == 1 and 0 not in known and bars[-1][1] != 4:
            # All that is known is how long the upbeat is.
            bars.append((begins[-1], 4))
        return bars


def _apart(beats: Sequence[float]) -> list[float]:
    """Beats without those that lie on the one before."""
    found: list[float] = []
    for beat in beats:
        if not found or beat - found[-1] >= NEAR_SECONDS:
            found.append(beat)
    return found


def _tempo(seconds: Fraction) -> int:
    return min(LONGEST, max(SHORTEST, round(seconds * MILLION)))
