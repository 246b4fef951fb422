"""A small sample of make bench-beats: what the tracker is worth on tunes that it never learned from."""

import numpy as np

from sandbox.beats import track_samples
from sandbox.beats.decoding import RATE
from sandbox.beats.resampling import Resampler
from sandbox.beats.scoring import f_measure
from sandbox.tunes import render_style
from sandbox.tunes.variations import variation
from tests.benchmarks.beats.pieces import VARIATIONS

SECONDS = 14.0


def test_the_tracker_hears_random_tunes_as_well_as_it_did() -> None:
    scores = []
    for seed in VARIATIONS[:6]:
        tune = render_style(variation(seed), SECONDS, seed)
        resampler = Resampler(tune.rate, RATE)
        samples = np.concatenate([resampler.push(tune.samples.mean(axis=1)), resampler.flush()])
        scores.append(f_measure(tune.beats, track_samples(samples, duration=SECONDS).beats, skip=2))
    assert np.mean(scores) >= 0.85, scores
