"""Tells how the tempo of a song moves, from the times of its beats."""

AROUND = 2  # beats on each side that one value looks at


def tempo_curve(times: list[float]) -> list[dict[str, float]]:
    """`time` in seconds and `bpm` at every beat; nothing for a single beat. `times` ascend."""
    last = len(times) - 1
    curve = []
    for index, time in enumerate(times):
        first, final = max(0, index - AROUND), min(last, index + AROUND)
        if times[final] > times[first]:
            bpm = 60 * (final - first) / (times[final] - times[first])
            curve.append({"time": time, "bpm": round(bpm, 1)})
    return curve
