"""Prints F, AMLt, speed and memory of our tracker and of librosa: python -m tests.benchmarks.beats [FOLDER].

FOLDER holds sound files with the truth beside them, in a file of the same name that ends in .json: `beats` in
seconds. Where only a .mid lies beside it, fluidsynth plays it. Without a folder, tunes of our own are used.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.beats.pieces import Piece, ours, pieces
from tests.benchmarks.beats.trackers import LIBRARY, OURS, Run, import_seconds, run
from tests.benchmarks.figures import host_load, note

SCORES = Path(__file__).with_name("scores.py")
HOME = Path("var/bench-beats")


def main() -> int:
    """Measure both trackers on the same pieces; the exit code is 1 when one failed on a piece."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.beats", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    asked = parser.parse_args()
    found = pieces(asked.folder, HOME) if asked.folder else ours(HOME / "tunes")
    if not found:
        raise SystemExit(
            f"{asked.folder} holds no sound file (or .mid, with fluidsynth) with a .json beside it."
        )
    total = sum(piece.seconds for piece in found)
    note(f"{len(found)} pieces, {total:.0f} s; {host_load()}; F and AMLt are mir_eval's, from second 5")
    failures = 0
    for tracker in (OURS, LIBRARY):
        done = run(tracker, [piece.song for piece in found])
        failures += len(found) - len(done.beats)
        print("\n".join(_lines(tracker.name, scored(found, done), done, total)), flush=True)
    print(f"ours_import_s={import_seconds():.2f}")
    return 1 if failures else 0


def scored(found: list[Piece], done: Run) -> list[dict[str, float]]:
    """F, CMLt and AMLt of every piece; a piece that the tracker failed on counts as without beats."""
    pairs = [[piece.beats, done.beats.get(str(piece.song), [])] for piece in found]
    answer = subprocess.run(
        [LIBRARY.python, SCORES], input=json.dumps(pairs), capture_output=True, text=True, check=True
    )
    scores: list[dict[str, float]] = json.loads(answer.stdout)
    for piece, score in zip(found, scores, strict=True):
        note(f"{piece.song.stem:32} " + " ".join(f"{name}={value:.3f}" for name, value in score.items()))
    return scores


def _lines(name: str, scores: list[dict[str, float]], done: Run, total: float) -> list[str]:
    means = {key: sum(score[key] for score in scores) / len(scores) for key in scores[0]}
    figures = [f"{name}_{key}={value:.4f}" for key, value in means.items()]
    return [*figures, f"{name}_speed={total / done.cpu:.1f}", f"{name}_peak_MiB={done.peak / 2**20:.0f}"]


if __name__ == "__main__":
    sys.exit(main())
