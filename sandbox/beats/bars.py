"""Decides which beats open a bar."""

import numpy as np
from numpy.typing import NDArray

from sandbox.beats.novelty import TONAL, Novelty

# Low drums and a new chord speak for a downbeat, the snare's treble against it; bands as in Novelty.
WEIGHTS = np.array([0.5, 0.3, 0.0, -0.1, -0.25, -0.1, 0.3])
CHORD_WEIGHT = 1.5
METERS = {4: 0.25, 3: 0.0}  # beats per bar, head start


def downbeats(novelty: Novelty, beats: NDArray[np.int64]) -> NDArray[np.int64]:
    """Indices into `beats` of the first beat of each bar, for the meter and phase that fit best."""
    if len(beats) < 8:
        return np.arange(0, len(beats), 4)
    accents = _standard(_accents(novelty, beats) @ WEIGHTS) + CHORD_WEIGHT * _standard(
        _chord_changes(novelty, beats)
    )
    fits = {
        (meter, phase): _contrast(accents, meter, phase) + head_start
        for meter, head_start in METERS.items()
        for phase in range(meter)
    }
    meter, phase = max(fits, key=lambda each: fits[each])
    return np.arange(phase, len(beats), meter)


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


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((values - values.mean()) / (values.std() + 1e-9))


def _contrast(accents: NDArray[np.float64], meter: int, phase: int) -> float:
    """How far the beats of this phase stand out, in standard errors per square root of a hundred beats."""
    inside = accents[phase::meter]
    share = 1 / meter
    return float(inside.mean() / np.sqrt((1 - share) / share))
