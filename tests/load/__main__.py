"""`make load`: 50 people with 200 running jobs, then 200 slow connections; ends with 1 beyond the aims."""

from __future__ import annotations

import sys

from tests.load.people import Answers, visit_all
from tests.load.slow import SlowCrowd
from tests.load.stage import Seeded, Stage

PORT = 8790
PEOPLE, JOBS, ENDED, SOCKETS = 50, 200, 1_000, 200
# Before SECONDS count: fifty people at once find a web process that has answered nobody yet.
COLD_SECONDS, SECONDS = 8.0, 30.0
AIM_MS, SLOW_AIM_MS = 300.0, 2_000.0


def load(stage: Stage, seeded: Seeded, *, people: int, jobs: int, seconds: float) -> dict[str, float]:
    """People alone; figures by name."""
    running = stage.begin(seeded.account, jobs)
    cold = visit_all(stage.address, seeded, running, people=people, seconds=COLD_SECONDS)
    answers = visit_all(stage.address, seeded, running, people=people, seconds=seconds)
    told = {"load_people": people, "load_jobs": jobs, "load_jobs_at_the_end": stage.running(seeded.account)}
    return told | {"load_cold_p95_ms": cold.milliseconds(0.95)} | _figures("load", answers)


def slow(stage: Stage, seeded: Seeded, *, people: int, sockets: int, seconds: float) -> dict[str, float]:
    """The same people among slow clients."""
    with SlowCrowd(stage.address, sockets) as crowd:
        answers = visit_all(stage.address, seeded, [], people=people, seconds=seconds)
        held = crowd.connected()
    told = {"slow_sockets": sockets, "slow_sockets_at_the_end": held, "slow_thrown_out": crowd.thrown.total()}
    return told | _figures("slow", answers)


def _figures(name: str, answers: Answers) -> dict[str, float]:
    for key in sorted(answers.seconds):
        told = f"{len(answers.seconds[key])} answers, p95 {answers.milliseconds(0.95, key):.0f} ms"
        print(f"  {name} {key}: {told}", file=sys.stderr)
    for error in answers.errors[:5]:
        print(f"  {name} error: {error}", file=sys.stderr)
    percentiles = {f"{name}_p{share}_ms": answers.milliseconds(share / 100) for share in (50, 95, 99)}
    return (
        {f"{name}_pages": sum(map(len, answers.seconds.values()))}
        | percentiles
        | {f"{name}_errors": len(answers.errors)}
    )


def main() -> int:
    """Print every figure; 1 when pages came later than they should, or not."""
    with Stage(port=PORT) as stage:
        seeded = stage.seed(PEOPLE, ENDED)
        figures = load(stage, seeded, people=PEOPLE, jobs=JOBS, seconds=SECONDS)
        figures |= slow(stage, seeded, people=PEOPLE, sockets=SOCKETS, seconds=SECONDS)
    for name, value in figures.items():
        print(f"{name}={value:.0f}", flush=True)
    is_good = (
        figures["load_p95_ms"] <= AIM_MS
        and figures["slow_p95_ms"] < SLOW_AIM_MS
        and not figures["load_errors"] + figures["slow_errors"]
    )
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
