"""Learns the ranker's weights from songs whose beats are known: python -m sandbox.beats.fitting [DIR...]

Prints a new weights.py. Without folders it learns from tunes of our own: every style at several tempi, and
random variations. A folder adds its songs that have a `<name>.json` with `beats` (seconds) beside them.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sandbox.beats.decoding import RATE, decode
from sandbox.beats.novelty import FPS, LATENESS, listen
from sandbox.beats.ranking import judged
from sandbox.beats.resampling import Resampler
from sandbox.beats.scoring import f_measure
from sandbox.tunes import STYLES, Tune, render, render_style
from sandbox.tunes.variations import variation

TEMPI = (1.0, 0.88, 1.13, 0.95, 1.05)
VARIATIONS = 112
RESTRAINT = 0.01  # how strongly weights are pulled to zero
STEPS = 300
HEADLINE = (
    "Holds the weights of the ranker as sandbox.beats.fitting printed them, in the order of ranking.features."
)


@dataclass(frozen=True, kw_only=True)
class Example:
    """A song as the ranker sees it: features and F-measure of each reading, and its share in the lesson."""

    features: NDArray[np.float64]
    scores: NDArray[np.float64]
    worth: float


def fit(examples: list[Example]) -> NDArray[np.float64]:
    """Weights with which a softmax over the readings of each song prefers the best ones."""
    everything = np.concatenate([example.features for example in examples])
    mean, scale = everything.mean(axis=0), everything.std(axis=0) + 1e-6
    inputs = [(example.features - mean) / scale for example in examples]
    goals = [_softmax((example.scores - example.scores.max()) / 0.05) for example in examples]
    total = sum(example.worth for example in examples)
    weights = np.zeros(len(mean))
    speed = np.zeros_like(weights)
    for _ in range(STEPS):
        slope = RESTRAINT * weights
        for example, values, goal in zip(examples, inputs, goals, strict=True):
            slope += example.worth / total * ((_softmax(values @ weights) - goal) @ values)
        speed = 0.9 * speed + slope
        weights -= 0.03 * speed
    return np.asarray(weights / scale)


def example(samples: NDArray[np.float32], truth: list[float], *, worth: float) -> Example | None:
    """What one song (one channel at the rate of the analysis) teaches; None if it has no readings."""
    offered = judged(listen(samples))
    if not offered:
        return None
    scores = [f_measure(truth, (beats / FPS + LATENESS).tolist()) for beats, _ in offered]
    return Example(features=np.array([each for _, each in offered]), scores=np.array(scores), worth=worth)


def from_tune(tune: Tune, *, worth: float) -> Example | None:
    """What one of our own tunes teaches."""
    resampler = Resampler(tune.rate, RATE)
    mono = tune.samples.mean(axis=1)
    return example(np.concatenate([resampler.push(mono), resampler.flush()]), tune.beats, worth=worth)


def _softmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(values - values.max())
    return np.asarray(powers / powers.sum())


def _lessons(folders: list[Path]) -> Iterator[Example | None]:
    for style in STYLES:
        for seed, factor in enumerate(TEMPI, start=1):
            yield from_tune(render(style, 30, seed, bpm=STYLES[style].bpm * factor), worth=0.4)
    for seed in range(VARIATIONS):
        yield from_tune(render_style(variation(seed), 30, 100 + seed), worth=0.5)
    for truth in sorted(path for folder in folders for path in folder.glob("*.json")):
        song = next((path for path in truth.parent.glob(f"{truth.stem}.*") if path != truth), None)
        if song:
            yield example(decode(song).samples, json.loads(truth.read_text())["beats"], worth=1.0)


def main() -> None:
    """Print a weights module."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.beats.fitting", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    folders = parser.parse_args().folders
    weights = fit([lesson for lesson in _lessons(folders) if lesson])
    print(f'"""{HEADLINE}"""\n')
    print("WEIGHTS = (")
    for weight in weights:
        print(f"    {weight:.4f},")
    print(")")


if __name__ == "__main__":
    main()
