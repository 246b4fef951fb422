"""A cut list as an EDL in the layout of CMX3600, which every editing program reads."""

from __future__ import annotations

from jobs.cuts.shots import CutList
from jobs.exports.timing import NO_START, Timing

# What programs call a source without a tape: they ask for the clip by its name.
REEL = "AX"


def edl(cuts: CutList) -> bytes:
    """One event of the picture for each shot; its clip is used from its own beginning."""
    timing = cuts.timing
    # Clips stand for nothing yet, so they are counted from zero.
    source = Timing(rate=timing.rate, start=NO_START)
    mode = "DROP FRAME" if timing.rate.drop else "NON-DROP FRAME"
    lines = [f"TITLE: {cuts.song.name}", f"FCM: {mode}", ""]
    for shot in cuts.shots:
        moments = (
            source.timecode(0),
            source.timecode(shot.count),
            timing.timecode(shot.first),
            timing.timecode(shot.first + shot.count),
        )
        lines += [f"{shot.number:03}  {REEL:<8} V     C        {' '.join(moments)}"]
        lines += [f"* FROM CLIP NAME: {shot.name}", ""]
    return "\n".join(lines).encode()
