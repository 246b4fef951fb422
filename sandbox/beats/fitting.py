"""Learns the tracker's weights from songs whose beats are known: python -m sandbox.beats.fitting [DIR...]

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

from sandbox.beats.bars import judged as bars_judged
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


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What is known of a song, times in seconds; no downbeats means that they are not known."""

    beats: list[float]
    downbeats: list[float]
    worth: float


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """What one song teaches about beats and about bars; a song without readings teaches nothing."""

    beats: list[Example]
    bars: list[Example]


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


def from_sound(samples: NDArray[np.float32], truth: Truth) -> Lesson:
    """What one song (one channel at the rate of the analysis) teaches."""
    heard = listen(samples)
    offered = judged(heard)
    beats = [
        Example(
            features=np.array([each for _, each in offered]),
            scores=np.array(
                [f_measure(truth.beats, (frames / FPS + LATENESS).tolist()) for frames, _ in offered]
            ),
            worth=truth.worth,
        )
    ]
    frames = np.round((np.array(truth.beats) - LATENESS) * FPS).astype(np.int64)
    frames = frames[(frames > 0) & (frames < len(heard.pulse))]
    bars = bars_judged(heard, frames)
    found = [(frames[phase::meter] / FPS + LATENESS).tolist() for (meter, phase), _ in bars]
    scores = np.array([f_measure(truth.downbeats, each) for each in found])
    bar = Example(features=np.array([each for _, each in bars]), scores=scores, worth=truth.worth)
    return Lesson(beats=beats if offered else [], bars=[bar] if truth.downbeats else [])


def from_tune(tune: Tune, *, worth: float) -> Lesson:
    """What one of our own tunes teaches."""
    resampler = Resampler(tune.rate, RATE)
    mono = tune.samples.mean(axis=1)
    truth = Truth(beats=tune.beats, downbeats=tune.downbeats, worth=worth)
    return from_sound(np.concatenate([resampler.push(mono), resampler.flush()]), truth)


def lessons(folders: list[Path]) -> Iterator[Lesson]:
    """One lesson after the other, ours first."""
    for style in STYLES:
        for seed, factor in enumerate(TEMPI, start=1):
            yield from_tune(render(style, 30, seed, bpm=STYLES[style].bpm * factor), worth=0.4)
    for seed in range(VARIATIONS):
        yield from_tune(render_style(variation(seed), 30, 100 + seed), worth=0.5)
    for path in sorted(path for folder in folders for path in folder.glob("*.json")):
        song = next((other for other in path.parent.glob(f"{path.stem}.*") if other != path), None)
        if song:
            told = json.loads(path.read_text())
            truth = Truth(beats=told["beats"], downbeats=told.get("downbeats", []), worth=1.0)
            yield from_sound(decode(song).samples, truth)


def _softmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(values - values.max())
    return np.asarray(powers / powers.sum())


def _print(name: str, weights: NDArray[np.float64]) -> None:
    print(f"{name} = (")
    for weight in weights:
        print(f"    {weight:.4f},")
    print(")")


def main() -> None:
    """Print a weights module."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.beats.fitting", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    learned = list(lessons(parser.parse_args().folders))
    print(f'"""{HEADLINE}"""\n')
    _print("WEIGHTS", fit([example for lesson in learned for example in lesson.beats]))
    print()
    _print("BAR_WEIGHTS", fit([example for lesson in learned for example in lesson.bars]))


if __name__ == "__main__":
    main()
