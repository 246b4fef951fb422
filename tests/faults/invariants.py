"""Judges what is left of a stage: the invariants I1 to I11 of a job engine that loses and doubles nothing.

Each function says what breaks one invariant; `judge` asks them all about jobs that have settled.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sandbox.platform.quick import expected_times
from tests.faults.evidence import NOT_ACCEPTED, Evidence, Sending, gather
from tests.faults.leaks import canaries, leftovers, unkind_answers
from tests.faults.programs import Mishap
from tests.faults.stage import ENDED, Stage

FINAL = ("COMPLETED", "ERROR", "CANCELED")
# The ledger's times are in milliseconds, and so are SQLite's.
TICK_SECONDS = 0.002


@dataclass(frozen=True, kw_only=True)
class Books:
    """What was found, as ids of jobs or as sentences; everything but the four sets must be empty.

    `flagged`, `recovered` and `ambiguous` are about jobs: in doubt until a person decides, resolved by
    evidence, and those whose CreateJob got no clear answer, as ledger and diary tell; `slow` are those of
    them that were answered too late for their caller.
    """

    jobs: int
    lost: list[str]
    doubled: list[str]
    stuck: list[str]
    wrong: list[str]
    left_final: list[str]
    unannounced: list[str]
    flagged: set[str]
    recovered: set[str]
    ambiguous: set[str]
    slow: set[str]
    unkind: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)

    @property
    def misjudged(self) -> set[str]:
        """Jobs that are in doubt without a reason, or should have been and were not (I11)."""
        return (self.flagged | self.recovered) ^ self.ambiguous

    @property
    def dirt(self) -> dict[str, list[str]]:
        """What must not be, by name; empty when every invariant held."""
        names = ("lost", "doubled", "stuck", "wrong", "left_final", "unannounced")
        names += ("unkind", "leaks", "leftovers")
        found = {name: list(getattr(self, name)) for name in names} | {"misjudged": sorted(self.misjudged)}
        return {name: things for name, things in found.items() if things}

    @property
    def is_clean(self) -> bool:
        return not self.dirt

    def line(self) -> str:
        """The counts, as `name=number`."""
        counts = ("lost", "doubled", "stuck", "wrong", "flagged", "recovered", "ambiguous")
        return " ".join([f"jobs={self.jobs}", *(f"{name}={len(getattr(self, name))}" for name in counts)])


def judge(
    stage: Stage,
    jobs: Sequence[str],
    *,
    odd: Collection[str] = (),
    deleted: Collection[str] = (),
    deep: bool = True,
) -> Books:
    """The books of these jobs, once they have settled (Stage.wait_until_settled).

    `jobs` are all that somebody was promised; `odd` of them ended as the sandbox was told to, so that their
    results are not compared, and `deleted` were taken away by a person. Without `deep` no
    secrets and leftovers are looked for.
    """
    evidence = gather(stage, jobs)
    return Books(
        jobs=len(jobs),
        lost=lost(evidence, deleted),
        doubled=doubled(evidence),
        stuck=stuck(evidence),
        wrong=wrong(stage, evidence, odd),
        left_final=left_final(evidence),
        unannounced=unannounced(evidence),
        flagged=flagged(evidence),
        recovered=recovered(evidence),
        ambiguous=ambiguous(evidence),
        slow=too_slow(evidence),
        unkind=unkind_answers(stage),
        leaks=canaries(stage) if deep else [],
        leftovers=leftovers(stage) if deep else [],
    )


def lost(evidence: Evidence, deleted: Collection[str] = ()) -> list[str]:
    """I1: a job that somebody was promised is gone."""
    return [job for job in evidence.asked_for if job not in evidence.rows and job not in deleted]


def doubled(evidence: Evidence) -> list[str]:
    """I2: TMP accepted a job more often than a person asked for."""
    found = []
    for job, sendings in evidence.sendings.items():
        accepted = sum(sending.performed for sending in sendings)
        if accepted > 1 + evidence.resent.get(job, 0):
            found.append(job)
    return found


def stuck(evidence: Evidence) -> list[str]:
    """I3: a job that neither ended nor says what a person has to decide, or why it waits."""
    found = []
    for job in _mine(evidence):
        row = evidence.rows[job]
        is_told = row.state == "UNSURE" and bool(row.error_kind)
        waits = row.state == "QUEUED" and row.is_held
        if not (row.state in ENDED or is_told or waits):
            found.append(job)
    return found


def left_final(evidence: Evidence) -> list[str]:
    """I4: a final state was left, other than by deletion."""
    return [
        f"{change.job} {change.from_state} -> {change.to_state} by {change.who or 'somebody'}"
        for changes in evidence.changes.values()
        for change in changes
        if change.from_state in FINAL and change.to_state
    ]


def wrong(stage: Stage, evidence: Evidence, odd: Collection[str] = ()) -> list[str]:
    """I5: a result that is not TMP's, or another tenant's, or a failure of what TMP completed."""
    found = []
    for job in _mine(evidence):
        row = evidence.rows[job]
        performed = [sending for sending in evidence.sendings.get(job, []) if sending.performed]
        if any(sending.content_id != evidence.content_ids[row.account] for sending in performed):
            found.append(f"{job} in another tenant's name")
        if job in odd:
            continue
        if row.state == "COMPLETED" and not _is_true(row.times, row.files, performed):
            found.append(f"{job} shows {row.times}")
        by_person = any(note in ("UNSURE:by_person",) for note in evidence.notes.get(job, []))
        if row.state == "ERROR" and not by_person and any(map(stage.has_output, _ids(performed))):
            found.append(f"{job} failed in {row.failed_in} ({row.error_kind}), yet TMP completed it")
    return found


def _is_true(times: list[float] | None, files: list[str], performed: list[Sending]) -> bool:
    """The beats of an attempt that TMP has, from that attempt's own folder."""
    for custom_id in _ids(performed):
        if times == expected_times(custom_id):
            return all(f"/{custom_id}/" in path for path in files)
    return False


def flagged(evidence: Evidence) -> set[str]:
    """Jobs in doubt that wait for a person, or that a person decided about."""
    return {job for job in _mine(evidence) if _was_unsure(evidence, job)} - recovered(evidence)


def recovered(evidence: Evidence) -> set[str]:
    """Jobs in doubt that evidence resolved: output, a late answer."""
    found = set()
    for job in _mine(evidence):
        left = [change for change in evidence.changes[job] if change.from_state == "UNSURE"]
        by_person = "UNSURE:by_person" in evidence.notes.get(job, [])
        if _was_unsure(evidence, job) and left and not by_person:
            found.add(job)
    return found


def ambiguous(evidence: Evidence) -> set[str]:
    """Jobs with a CreateJob of which nobody can know from its answer whether TMP has it (I11)."""
    by_answer = {
        job
        for job in _mine(evidence)
        if any(sending.is_ambiguous for sending in evidence.sendings.get(job, []))
    }
    cut_off = {job for job in _mine(evidence) if _was_cut_off(evidence, job)}
    return by_answer | cut_off | too_slow(evidence)


def too_slow(evidence: Evidence) -> set[str]:
    """Jobs whose CreateJob was answered after its caller's patience had ended: a machine at its limits."""
    return {
        job
        for job in _mine(evidence)
        for taken, after in pairwise(evidence.changes[job])
        if (taken.to_state, after.to_state) == ("SUBMITTING", "UNSURE")
        and after.at - taken.at >= evidence.patience_seconds
    }


def _was_cut_off(evidence: Evidence, job: str) -> bool:
    """Whether something happened to the portal while the job's CreateJob was out, and its answer is lost.

    A clear answer that somebody alive wrote down is no doubt; going back to the queue without TMP having
    said no would be a lie about one.
    """
    changes = evidence.changes[job]
    for taken, after in zip(changes, [*changes[1:], None], strict=True):
        until = after.at if after else float("inf")
        was_hurt = any(_meets(mishap, taken.at, until) for mishap in evidence.mishaps)
        if taken.to_state == "SUBMITTING" and was_hurt:
            heard = [s for s in evidence.sendings.get(job, []) if taken.at - TICK_SECONDS <= s.at <= until]
            said_no = any(sending.answered in NOT_ACCEPTED for sending in heard)
            if after is None or after.to_state == "UNSURE":
                return True
            if after.to_state == "QUEUED" and heard and not said_no:
                return True
    return False


def _meets(mishap: Mishap, since: float, until: float) -> bool:
    return mishap.since <= until and mishap.until >= since


def unannounced(evidence: Evidence) -> list[str]:
    """I9: a CreateJob without an attempt whose row was there before."""
    return [
        sending.custom_id
        for job in _mine(evidence)
        for sending in evidence.sendings.get(job, [])
        if evidence.attempts.get(sending.custom_id, float("inf")) > sending.at + TICK_SECONDS
    ]


def _mine(evidence: Evidence) -> list[str]:
    return [job for job in evidence.asked_for if job in evidence.rows]


def _was_unsure(evidence: Evidence, job: str) -> bool:
    return any(change.to_state == "UNSURE" for change in evidence.changes[job])


def _ids(sendings: list[Sending]) -> list[str]:
    return [sending.custom_id for sending in sendings]
