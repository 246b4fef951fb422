"""Scores pairs of true and found beats from standard input with mir_eval, without the first five seconds."""

import json
import sys

import mir_eval.beat as measure
import numpy as np


def score(truth: list[float], found: list[float]) -> dict[str, float]:
    """F-measure at 70 ms, and the correct share at the right level (CMLt) and at any allowed one (AMLt)."""
    wanted, heard = (measure.trim_beats(np.sort(np.array(each, float))) for each in (truth, found))
    if len(heard) < 2:
        return {"F": 0.0, "CMLt": 0.0, "AMLt": 0.0}
    _, correct, _, allowed = measure.continuity(wanted, heard)
    return {"F": float(measure.f_measure(wanted, heard)), "CMLt": float(correct), "AMLt": float(allowed)}


print(json.dumps([score(truth, found) for truth, found in json.load(sys.stdin)]))
