"""Fuzzes the performers with damaged audio, beside a real sandbox: `python -m tests.bad_audio --number 2000`.

Every mutation is played by a child under the limits of production; every twentieth also goes through a
sandbox over HTTP, whose memory is measured before and after. Ends with 1 when anything was at fault.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.bad_audio.fuzzing import Score, fuzz
from tests.bad_audio.over_http import Over
from tests.demo_process import ROOT
from tests.sandbox_process import SandboxProcess

FAULTS = ROOT / "var" / "bad-audio"
# Pages of memory that Python keeps for the next time are no leak; a song that stayed would be more.
MOST_GROWTH_MIB = 16.0


def main() -> int:
    """0 when every mutation was answered, and well."""
    parser = argparse.ArgumentParser(prog="python -m tests.bad_audio", description=__doc__)
    parser.add_argument("--number", type=int, default=2000, help="how many mutations (default: 2000)")
    parser.add_argument("--seed", type=int, default=1, help="draws the same again (default: 1)")
    parser.add_argument("--lanes", type=int, default=2, help="how many at once (default: 2)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tmp-portal-audio-") as name:
        folder = Path(name)
        with SandboxProcess(folder / "sandbox") as process:
            over = Over(process)
            over.finish(b"no music", {"musicBeat": {"outputType": 1}})
            before = over.memory()
            score = fuzz(
                folder, count=options.number, seed=options.seed, lanes=options.lanes, beside=over.send
            )
            after = over.memory()
        _keep(folder, options.seed)
    return _told(score, over, before, after)


def _keep(folder: Path, seed: int) -> None:
    for file in folder.glob("fault*"):
        FAULTS.mkdir(parents=True, exist_ok=True)
        (FAULTS / f"{seed}-{file.name}").write_bytes(file.read_bytes())


def _told(score: Score, over: Over, before: float, after: float) -> int:
    faults = [*score.faults.items(), *over.faults.items()]
    for message, count in score.sentences.most_common(25):
        if message:
            print(f"# {count} x {message}")
    for number, why in faults:
        print(f"# fault {number}: {why}")
    print(
        f"audio_mutations={score.ended.total()} audio_completed={score.ended['completed']} "
        f"audio_errors={score.ended['error'] + score.ended['crashed']} "
        f"audio_crashed_children={score.ended['crashed']} audio_faults={len(faults)} "
        f"audio_jobs_over_http={over.jobs} audio_unanswered={score.ended['unanswered'] + over.unanswered} "
        f"sandbox_rss_before_mib={before:.1f} sandbox_rss_after_mib={after:.1f}"
    )
    return int(bool(faults) or after > before + MOST_GROWTH_MIB)


if __name__ == "__main__":
    raise SystemExit(main())
