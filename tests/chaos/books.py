"""The books of a chaos run: nothing lost, doubled, stuck or wrong, and every doubt one that had to be."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace

from sandbox.platform.quick import expected_times
from tests.chaos.attempts import Doubts, doubts
from tests.faults.evidence import Evidence, Row, Sending, gather
from tests.faults.invariants import doubled, left_final, lost, unannounced
from tests.faults.leaks import canaries, leftovers, unkind_answers
from tests.faults.stage import ENDED, Stage, plain_id

Deeds = Counter[tuple[str, str]]
# Outcomes that leave no file, those that end in an error, and those with nothing that can be read.
NO_FILE = frozenset(("fail", "no_output", "unknown", "never_ends"))
FAILING = frozenset(("fail", "flips", "unknown"))
UNREADABLE = frozenset(("no_output", "other_content"))


@dataclass(frozen=True, kw_only=True)
class Books:
    """Everything but `doubts` must be empty: ids of jobs, or sentences. `jobs` counts the promised ones."""

    jobs: int
    lost: list[str]
    doubled: list[str]
    stuck: list[str]
    wrong: list[str]
    doubts: Doubts
    left_final: list[str] = field(default_factory=list)
    unannounced: list[str] = field(default_factory=list)
    miscounted: list[str] = field(default_factory=list)
    unkind: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)

    @property
    def misjudged(self) -> list[str]:
        """Attempts that were in doubt without a reason, or should have been and were not."""
        in_doubt = self.doubts.flagged | self.doubts.recovered
        needless = [
            f"{job}-{number} in doubt without a reason" for job, number in in_doubt - self.doubts.ambiguous
        ]
        hidden = [
            f"{job}-{number} is in doubt, and nobody says so"
            for job, number in self.doubts.ambiguous - in_doubt
        ]
        return [*needless, *hidden]

    @property
    def dirt(self) -> dict[str, list[str]]:
        """What must not be, by name; empty when every invariant held."""
        names = ("lost", "doubled", "stuck", "wrong", "misjudged", "left_final", "unannounced")
        names += ("miscounted", "unkind", "leaks", "leftovers")
        return {name: things for name in names if (things := list(getattr(self, name)))}

    def line(self) -> str:
        """The counts, as `name=number`."""
        counted = {name: getattr(self, name) for name in ("lost", "doubled", "stuck", "wrong")}
        counted |= {name: getattr(self.doubts, name) for name in ("flagged", "recovered", "ambiguous")}
        return " ".join(f"{name}={len(things)}" for name, things in counted.items())


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What TMP itself knows: the outcome that it chose for each attempt that it took, by custom id."""

    outcomes: dict[str, str]

    @classmethod
    def of(cls, stage: Stage) -> Truth:
        """From the sandbox's own rows."""
        path = stage.sandbox.data_dir / "gateway.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as connection:
            rows = connection.execute("SELECT custom_id, outcome FROM job").fetchall()
        return cls(outcomes=dict(rows))

    def leaves_a_file(self, sendings: Iterable[Sending]) -> bool:
        """Whether one of these was performed and brings something that can be found."""
        return any(
            sending.performed and self.outcomes.get(sending.custom_id, "") not in NO_FILE
            for sending in sendings
        )


def audit(stage: Stage, promised: list[str], deeds: Deeds, *, strangers: int = 0, deep: bool = True) -> Books:
    """The books of all jobs of the stage, `promised` among them, once they have settled.

    `deeds` are what people tried, `strangers` how many calls arrived where a redirect led. Without `deep` no
    secrets and leftovers are looked for.
    """
    evidence, truth = gather(stage, promised), Truth.of(stage)
    resent = {job: count for (job, deed), count in deeds.items() if deed == "send_again"}
    mine = {*promised, *evidence.rows}
    sendings = {job: sent for job, sent in evidence.sendings.items() if job in mine}
    evidence = replace(evidence, asked_for=sorted(mine), sendings=sendings, resent=resent)
    told = doubts(evidence, deeds)
    return Books(
        jobs=len(promised),
        lost=lost(evidence),
        doubled=doubled(evidence),
        stuck=stuck(evidence, truth),
        wrong=[*wrong(evidence, truth, deeds), *told.lies],
        doubts=told,
        left_final=left_final(evidence),
        unannounced=unannounced(evidence),
        miscounted=miscounted(stage),
        unkind=unkind_answers(stage),
        leaks=[*(canaries(stage) if deep else []), *["a call went to a stranger"] * min(1, strangers)],
        leftovers=leftovers(stage) if deep else [],
    )


def stuck(evidence: Evidence, truth: Truth) -> list[str]:
    """I3: jobs that neither ended nor say what a person has to decide, or that need no person at all."""
    return [job for job, row in evidence.rows.items() if not _is_settled(row, evidence, truth)]


def _is_settled(row: Row, evidence: Evidence, truth: Truth) -> bool:
    if row.state == "UNSURE":
        return bool(row.error_kind) and not truth.leaves_a_file(evidence.sendings.get(row.id, []))
    return row.state in ENDED


def unsettled(stage: Stage) -> list[str]:
    """Those jobs of the stage that may still change by themselves."""
    open_ = {job: state for job, state in stage.rows().items() if state not in ENDED}
    if not open_ or set(open_.values()) != {"UNSURE"}:
        return list(open_)
    return stuck(gather(stage, []), Truth.of(stage))


def wrong(evidence: Evidence, truth: Truth, deeds: Deeds) -> list[str]:
    """I5: results that are not TMP's or of another tenant, and ends that neither TMP nor a person chose."""
    found = []
    for job, row in evidence.rows.items():
        performed = [sending for sending in evidence.sendings.get(job, []) if sending.performed]
        if any(sending.content_id != evidence.content_ids[row.account] for sending in performed):
            found.append(f"{job} in another tenant's name")
        if row.state == "COMPLETED" and not _is_true(row, performed, truth):
            found.append(f"{job} shows {row.times} of {row.files}")
        if row.state == "ERROR" and not _had_to_fail(row, evidence, truth, deeds):
            found.append(f"{job} failed in {row.failed_in or '?'} ({row.error_kind})")
        if row.state in ("CANCELED", "GAVE_UP") and not deeds[job, "cancel"]:
            found.append(f"{job} became {row.state} by nobody's wish")
    return found


def _is_true(row: Row, performed: list[Sending], truth: Truth) -> bool:
    """The beats of an attempt that TMP completed, from that attempt's own folder."""
    for sending in performed:
        outcome = truth.outcomes.get(sending.custom_id, "")
        if outcome in UNREADABLE and not row.times:
            return True
        if outcome not in NO_FILE and row.times == expected_times(sending.custom_id):
            return all(f"/{sending.custom_id}/" in path for path in row.files)
    return False


def _had_to_fail(row: Row, evidence: Evidence, truth: Truth, deeds: Deeds) -> bool:
    sendings = evidence.sendings.get(row.id, [])
    if deeds[row.id, "mark_failed"] or (sendings and sendings[-1].answered in ("refuse", "refused")):
        return True
    chosen = [truth.outcomes.get(sending.custom_id, "") for sending in sendings if sending.performed]
    return any(outcome in FAILING for outcome in chosen)


def miscounted(stage: Stage) -> list[str]:
    """Books of the product beside its jobs: how many stand in each state, and which are asked about."""
    query = stage.database.query
    tallies = query("SELECT account_id, state, sum(delta) FROM jobs_tally GROUP BY 1, 2")
    counts = query("SELECT account_id, state, count(*) FROM jobs_job GROUP BY 1, 2")
    told = {(plain_id(account), state): int(number) for account, state, number in tallies if number}
    true = {(plain_id(account), state): number for account, state, number in counts}
    wrong = {key[1] for key in told.keys() | true.keys() if told.get(key, 0) != true.get(key, 0)}
    asked = {plain_id(job) for (job,) in query("SELECT job_id FROM jobs_refresh")}
    at_tmp = {job for job, state in stage.rows().items() if state in ("SUBMITTED", "PROCESSING")}
    return [f"jobs in {state}" for state in sorted(wrong)] + [
        f"questions about {job}" for job in asked ^ at_tmp
    ]
