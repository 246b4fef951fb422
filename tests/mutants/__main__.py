"""`make mutants`: how many planted defects the tests find where none may be; ends with 1 below the aim.

`--only` takes groups, `--sample` so many defects of each module, drawn by `--seed`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.demo_process import ROOT
from tests.mutants.mutating import Mutant, mutants
from tests.mutants.trying import Copy

AIM = 80.0
SEED = 7


@dataclass(frozen=True, kw_only=True)
class Group:
    """Modules, and the tests that are theirs."""

    modules: Sequence[str]
    tests: Sequence[str]


def _of(folder: str, *names: str) -> list[str]:
    return [f"tests/{folder}/test_{name}.py" for name in names]


GROUPS: Mapping[str, Group] = {
    "encryption": Group(
        modules=["accounts/encryption.py", "accounts/fields.py"],
        tests=_of("accounts", "encryption", "sealed_fields", "reencrypt"),
    ),
    "callback": Group(
        modules=["jobs/views/callbacks.py", "jobs/hearing.py", "jobs/engine/confirming.py"],
        tests=_of("jobs", "callbacks", "callbacks_unsure", "callbacks_confirming"),
    ),
    "submit": Group(
        modules=["jobs/engine/submitting.py", "jobs/engine/taking.py", "jobs/engine/metering.py"],
        tests=[
            *_of("jobs", "engine_submitting_told", "engine_submitting", "engine_counting", "limits", "usage"),
            *_of("jobs", "pacing", "tasks", "lessons_dates", "telling", "engine_telling"),
        ],
    ),
    "poll": Group(
        modules=["jobs/engine/polling.py", "jobs/engine/claiming.py", "jobs/engine/refreshing.py"],
        tests=[
            *_of("jobs", "polling", "claiming", "engine_asking", "engine_telling", "engine_refreshing"),
            *_of("jobs", "engine_answers", "engine_outages", "lessons", "lessons_dates", "telling"),
        ],
    ),
}


@dataclass
class Score:
    """What became of the defects of a module or a group."""

    killed: int = 0
    survived: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.killed + len(self.survived)

    @property
    def percent(self) -> float:
        return 100 * self.killed / self.total if self.total else 100.0

    def __str__(self) -> str:
        survived = len(self.survived)
        return f"mutants={self.total} killed={self.killed} survived={survived} score={self.percent:.1f}"


def chosen(module: str, sample: int, seed: int) -> list[Mutant]:
    """The defects of a module, all of them or so many; the same seed draws the same ones."""
    every = mutants((ROOT / module).read_text())
    if not sample or sample >= len(every):
        return every
    return sorted(Random(seed).sample(every, sample), key=lambda each: each.line)


def try_group(copy: Copy, group: Group, *, sample: int, seed: int) -> Score:
    """Plant and look; prints each module's score and whatever nobody found."""
    whole, seconds = Score(), copy.measure(group.tests)
    for module in group.modules:
        score = Score()
        for mutant in chosen(module, sample, seed):
            if copy.finds(module, mutant, group.tests, seconds):
                score.killed += 1
            else:
                score.survived.append(f"{module}:{mutant.line}: {mutant.what}")
                print(f"  survived {score.survived[-1]}", flush=True)
        print(f"{module} {score}", flush=True)
        whole.killed += score.killed
        whole.survived += score.survived
    return whole


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=GROUPS, default=list(GROUPS))
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=SEED)
    told = parser.parse_args(words)
    is_good = True
    with Copy() as copy:
        for name in told.only:
            score = try_group(copy, GROUPS[name], sample=told.sample, seed=told.seed)
            print(f"group={name} {score}", flush=True)
            is_good &= score.percent >= AIM
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
