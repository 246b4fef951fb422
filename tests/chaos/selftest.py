"""Can the harness fail? Plants defects one by one and must find each: `python -m tests.chaos.selftest`.

One line for every defect, and their sum; a line that begins with # for every scene played by the healthy
portal, which must come out clean. Ends with 1 otherwise. Names of defects choose some.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.chaos import scenes
from tests.chaos.books import Books, audit
from tests.chaos.planting import DEFECT, SETTINGS
from tests.chaos.scenes import Scene
from tests.faults.stage import POSTGRESQL, SQLITE, Stage
from tests.tencent.wire_server import WireServer

# A lease so long that a scene has the time for what must happen before a call's deadline, half of it.
LEASE = {"TMPPORTAL_LEASE_SECONDS": "6", "TMPPORTAL_STATEMENT_SECONDS": "120"}
Play = Callable[[Scene], None]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """The defects that a scene must show on a database."""

    play: Play
    database: str
    defects: Sequence[str]


TRIALS = (
    Trial(
        play=scenes.bad_weather,
        database=SQLITE,
        defects=(
            "resends_on_ambiguity",
            "resends_by_custom_id",
            "hides_doubt",
            "doubts_too_much",
            "throttled_is_refused",
            "follows_redirects",
            "forgets_the_question",
            "forgets_the_tally",
            "ends_doubt_by_a_timer",
        ),
    ),
    Trial(play=scenes.canceled_while_out, database=SQLITE, defects=("leaves_final_states",)),
    Trial(play=scenes.nobody_answers, database=SQLITE, defects=("no_deadline",)),
    Trial(
        play=scenes.killed_while_out,
        database=SQLITE,
        defects=("no_repair", "resends_after_a_dead_worker"),
    ),
    Trial(
        play=scenes.bad_weather,
        database=POSTGRESQL,
        defects=("attempt_after_send", "one_folder_for_all", "logs_what_it_sends", "no_sweep"),
    ),
    Trial(play=scenes.killed_while_out, database=POSTGRESQL, defects=("naive_submit",)),
    Trial(play=scenes.killed_at_its_save, database=POSTGRESQL, defects=("saves_in_two_transactions",)),
    Trial(play=scenes.answered_too_late, database=POSTGRESQL, defects=("no_fence", "late_answer_counts")),
    Trial(play=scenes.read_by_two, database=POSTGRESQL, defects=("collects_without_fence",)),
    Trial(play=scenes.forged_callback, database=POSTGRESQL, defects=("believes_callbacks",)),
)


@contextmanager
def standing(database: str) -> Iterator[Stage]:
    """A portal whose code may have a defect; its second worker lies down."""
    env = {**LEASE, "DJANGO_SETTINGS_MODULE": SETTINGS, DEFECT: ""}
    with tempfile.TemporaryDirectory(prefix="tmp-portal-selftest-") as folder:
        web = database == POSTGRESQL
        with Stage(Path(folder), database, workers=2, schedulers=1, web=web, env=env) as stage:
            for name in ("anna", "boris"):
                stage.account(name)
            yield stage


def played(stage: Stage, play: Play, defect: str) -> Books:
    """The books after the scene, played by a portal with this defect; "" is none."""
    env = {DEFECT: defect}
    scenes.clean_slate(stage, env)
    with WireServer(lambda *_: None) as stranger:
        scene = Scene(stage=stage, stranger=stranger, env=env)
        play(scene)
        return audit(stage, scene.jobs, scene.deeds, strangers=len(stranger.requests))


def main(chosen: Sequence[str]) -> int:
    """1 when a defect was not found, or something was found where there is none."""
    begun, caught, planted, false_alarms = time.monotonic(), 0, 0, 0
    for database in (SQLITE, POSTGRESQL):
        trials = [trial for trial in TRIALS if trial.database == database]
        if chosen:
            trials = [trial for trial in trials if set(trial.defects) & set(chosen)]
        if not trials:
            continue
        with standing(database) as stage:
            for trial in trials:
                false_alarms += not _is_clean(stage, trial)
                for defect in trial.defects:
                    if not chosen or defect in chosen:
                        planted += 1
                        caught += _is_caught(stage, trial, defect)
    print(f"defects={planted} caught={caught}", flush=True)
    print(f"# {time.monotonic() - begun:.0f} s, {false_alarms} false alarms", flush=True)
    return int(caught < planted or false_alarms > 0)


def _is_clean(stage: Stage, trial: Trial) -> bool:
    began = time.monotonic()
    dirt = played(stage, trial.play, "").dirt
    word = "yes" if not dirt else f"no {dirt}"
    seconds = time.monotonic() - began
    print(f"# scene={trial.play.__name__} db={trial.database} clean={word} ({seconds:.0f} s)", flush=True)
    return not dirt


def _is_caught(stage: Stage, trial: Trial, defect: str) -> bool:
    began = time.monotonic()
    found = ",".join(played(stage, trial.play, defect).dirt)
    word = f"yes by={found}" if found else "no by=nothing"
    seconds = time.monotonic() - began
    print(
        f"defect={defect} caught={word} db={trial.database} # {trial.play.__name__}, {seconds:.0f} s",
        flush=True,
    )
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
