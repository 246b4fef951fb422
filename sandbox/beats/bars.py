"""Decides which beats open a bar."""

import numpy as np
from numpy.typing import NDArray

from sandbox.beats.novelty import TONAL, Novelty
from sandbox.beats.weights import BAR_WEIGHTS

METERS = (4, 3)  # beats per bar
FEWEST = 8


def downbeats(novelty: Novelty, beats: NDArray[np.int64]) -> NDArray[np.int64]:
    """Indices into `beats` of the first beat of each bar, for the meter and phase that fit best."""
    if len(beats) < FEWEST:
        return np.arange(0, len(beats), METERS[0])
    (meter, phase), _ = max(judged(novelty, beats), key=lambda each: float(each[1] @ np.array(BAR_WEIGHTS)))
    return np.arange(phase, len(beats), meter)


def judged(novelty: Novelty, beats: NDArray[np.int64]) -> list[tuple[tuple[int, int], NDArray[np.float64]]]:
    """Every meter and phase with what speaks for it, in the order of BAR_WEIGHTS.

    How far the first beats stand out in each curve and in a change of chord, how far the beats after them do,
    and whether the meter is three.
    """
    signs = np.column_stack([_accents(novelty, beats), _chord_changes(novelty, beats)])
    signs = (signs - signs.mean(axis=0)) / (signs.std(axis=0) + 1e-9)
    found = []
    for meter in METERS:
        contrasts = [signs[phase::meter].mean(axis=0) / np.sqrt(meter - 1) for phase in range(meter)]
        for phase in range(meter):
            following = contrasts[(phase + 1) % meter]
            found.append(((meter, phase), np.concatenate([contrasts[phase], following, [float(meter == 3)]])))
    return found


def _accents(novelty: Novelty, beats: NDArray[np.int64]) -> NDArray[np.float64]:
    frames = np.clip(beats[:, None] + np.arange(-3, 4), 0, len(novelty.bands) - 1)
    return np.asarray(np.minimum(novelty.bands[frames].max(axis=1), 6).astype(np.float64))


def _chord_changes(novelty: Novelty, beats: NDArray[np.int64]) -> NDArray[np.float64]:
    """Cosine distance between what sounds during each beat and during the one before."""
    total = np.cumsum(np.pad(novelty.mel[:, TONAL], ((1, 0), (0, 0))), axis=0, dtype=np.float64)
    edges = np.append(beats, min(len(novelty.mel), int(2 * beats[-1] - beats[-2])))
    sums = total[edges[1:]] - total[edges[:-1]]
    means = sums - sums.mean(axis=0)
    norms = np.linalg.norm(means, axis=1) + 1e-9
    change = 1 - (means[1:] * means[:-1]).sum(axis=1) / (norms[1:] * norms[:-1])
    return np.concatenate([[change.mean()], change])
