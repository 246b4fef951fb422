"""Seconds as frames and timecodes: frame rate, where a timeline begins, and what is added to every time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentimelineio.opentime import RationalTime, TimeRange

NO_START = "00:00:00:00"


@dataclass(frozen=True, kw_only=True)
class FrameRate:
    """`exact` frames a second; timecodes count `nominal` frames, and leave numbers out where `drop`."""

    key: str
    exact: Fraction
    drop: bool = False

    @property
    def nominal(self) -> int:
        """Frames that a second of timecode has."""
        return round(self.exact)

    @property
    def is_ntsc(self) -> bool:
        """Whether a thousandth slower than it is called."""
        return self.exact.denominator > 1

    @property
    def skipped(self) -> int:
        """Frame numbers that a minute of drop-frame timecode leaves out, unless it is a tenth one."""
        return self.nominal // 15 if self.drop else 0

    def __str__(self) -> str:
        return self.key.replace("df", " DF")


def _ntsc(nominal: int) -> Fraction:
    return Fraction(nominal * 1000, 1001)


RATES: Mapping[str, FrameRate] = MappingProxyType(
    {
        rate.key: rate
        for rate in (
            FrameRate(key="23.976", exact=_ntsc(24)),
            FrameRate(key="24", exact=Fraction(24)),
            FrameRate(key="25", exact=Fraction(25)),
            FrameRate(key="29.97", exact=_ntsc(30)),
            FrameRate(key="29.97df", exact=_ntsc(30), drop=True),
            FrameRate(key="30", exact=Fraction(30)),
            FrameRate(key="48", exact=Fraction(48)),
            FrameRate(key="50", exact=Fraction(50)),
            FrameRate(key="59.94", exact=_ntsc(60)),
            FrameRate(key="59.94df", exact=_ntsc(60), drop=True),
            FrameRate(key="60", exact=Fraction(60)),
        )
    }
)
DEFAULT_RATE = RATES["25"]


@dataclass(frozen=True, kw_only=True)
class Timing:
    """How seconds become frames: at `rate`, on a timeline that begins at the timecode `start`.

    `offset`, in seconds, was added to the times already when an exporter sees them (`placing.placed`).
    """

    rate: FrameRate = DEFAULT_RATE
    start: str = NO_START
    offset: Fraction = Fraction(0)

    def frame(self, seconds: float | Fraction) -> int:
        """The frame of the timeline, from 0, that begins nearest to `seconds`."""
        return round(Fraction(seconds) * self.rate.exact)

    @cached_property
    def first(self) -> int:
        """The frame number that `start` stands for."""
        from opentimelineio.opentime import from_timecode

        text = self.start[:8] + (";" if self.rate.drop else ":") + self.start[9:]
        return int(from_timecode(text, float(self.rate.exact)).value)

    def timecode(self, frame: int) -> str:
        """What the counter of the timeline shows at `frame`; after 24 hours it begins again."""
        from opentimelineio.opentime import RationalTime, to_timecode

        # Without dropped numbers a counter knows whole rates only: at 29.97 the library ends its day early.
        counted = float(self.rate.exact if self.rate.drop else self.rate.nominal)
        return str(to_timecode(RationalTime(self.first + frame, counted), counted, self.rate.drop))

    def rational(self, frame: int) -> RationalTime:
        """`frame` in the words of OpenTimelineIO."""
        from opentimelineio.opentime import RationalTime

        return RationalTime(frame, float(self.rate.exact))

    def span(self, first: int, count: int) -> TimeRange:
        """`count` frames from `first` in the words of OpenTimelineIO."""
        from opentimelineio.opentime import TimeRange

        return TimeRange(self.rational(first), self.rational(count))
