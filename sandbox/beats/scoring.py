"""Says how well beats were found, the way the field does, so that a change of the tracker can be judged."""

from collections.abc import Sequence

TOLERANCE = 0.07  # seconds
SKIPPED = 5.0  # seconds at the start that do not count


def f_measure(truth: Sequence[float], found: Sequence[float], *, skip: float = SKIPPED) -> float:
    """Harmonic mean of precision and recall, 0 to 1; a beat (seconds) counts within 70 ms of a true one."""
    wanted = [time for time in truth if time >= skip]
    heard = [time for time in found if time >= skip]
    if not wanted or not heard:
        return float(not wanted and not heard)
    matched, first, second = 0, 0, 0
    while first < len(wanted) and second < len(heard):
        distance = heard[second] - wanted[first]
        matched += abs(distance) <= TOLERANCE
        if distance <= TOLERANCE:
            second += 1
        if distance >= -TOLERANCE:
            first += 1
    return 2 * matched / (len(wanted) + len(heard))
