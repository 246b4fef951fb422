"""Judges found choruses against known ones."""

from collections.abc import Sequence

Stretches = Sequence[tuple[float, float]]  # (start, end) in seconds


def overlap(truth: Stretches, found: Stretches) -> float:
    """The time that both cover by the time that either covers (0 to 1; intersection over union)."""
    edges = sorted({edge for stretch in (*truth, *found) for edge in stretch})
    both = either = 0.0
    for start, end in zip(edges, edges[1:], strict=False):
        inside = [any(a <= start < b for a, b in stretches) for stretches in (truth, found)]
        both += (end - start) * all(inside)
        either += (end - start) * any(inside)
    return both / either if either else 1.0
