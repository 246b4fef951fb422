"""What became of each attempt, seen from outside: the database's audit, the ledger, the diary of mishaps.

An attempt is ambiguous when nobody but TMP can know whether it was heard. Nothing here asks the product.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.faults.evidence import Evidence, Sending
from tests.faults.programs import Mishap
from tests.faults.stage import Change

# How the gateway's clear answers are to be understood.
MEANS = {
    "ok": "SUBMITTED",
    "slow": "SUBMITTED",
    "hold": "SUBMITTED",
    "throttle": "QUEUED",
    "limit": "QUEUED",
    "http_401": "QUEUED",
    "http_403": "QUEUED",
    "refuse": "ERROR",
    "refused": "ERROR",
}
# What a kill or a pause may be off by, in the harness's clock.
HURT_SECONDS = 0.1
DECISIONS = {"QUEUED": "send_again", "ERROR": "mark_failed"}
NEVER = float("inf")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One attempt: the time for which its job was SUBMITTING, and what of it arrived at TMP."""

    job: str
    number: int
    taken: Change
    left: Change | None
    sendings: list[Sending]

    @property
    def name(self) -> tuple[str, int]:
        return self.job, self.number

    @property
    def left_to(self) -> str:
        return self.left.to_state if self.left else ""

    @property
    def left_at(self) -> float:
        return self.left.at if self.left else NEVER

    @property
    def is_unclear(self) -> bool:
        """Whether TMP's answer, as the ledger knows it, leaves its caller in doubt."""
        return any(sending.answered not in MEANS for sending in self.sendings)


@dataclass
class Doubts:
    """Attempts by (job, number): `ambiguous` by evidence; `flagged` wait for a person or were decided by one,
    `recovered` were resolved by evidence. `late` are those of the ambiguous for which the machine was too
    slow. `lies` are sentences about attempts and doubts that ended otherwise than the ledger can bear out.
    """

    ambiguous: set[tuple[str, int]] = field(default_factory=set)
    flagged: set[tuple[str, int]] = field(default_factory=set)
    recovered: set[tuple[str, int]] = field(default_factory=set)
    late: set[tuple[str, int]] = field(default_factory=set)
    lies: list[str] = field(default_factory=list)


def doubts(evidence: Evidence, deeds: Counter[tuple[str, str]]) -> Doubts:
    """The attempts of all jobs; `deeds` are what people tried: (job, send_again or mark_failed)."""
    found = Doubts()
    for job, changes in evidence.changes.items():
        attempts = list(_attempts(job, changes, evidence))
        for seen in attempts:
            _judge(seen, evidence, found)
        _follow(changes, attempts, deeds, found)
    return found


def _attempts(job: str, changes: list[Change], evidence: Evidence) -> Iterator[Seen]:
    number = 0
    for taken, left in zip(changes, [*changes[1:], None], strict=True):
        if taken.to_state == "SUBMITTING":
            number += 1
            mine = f"{job}-{number}"
            sendings = [each for each in evidence.sendings.get(job, []) if each.custom_id == mine]
            yield Seen(job=job, number=number, taken=taken, left=left, sendings=sendings)


def _judge(seen: Seen, evidence: Evidence, found: Doubts) -> None:
    if seen.left_to == "CANCELED":
        # A person decided before anybody knew.
        return
    is_late = seen.left_at - seen.taken.at >= evidence.patience_seconds
    was_hurt = any(_hurts(mishap, seen) for mishap in evidence.mishaps)
    if seen.is_unclear or (seen.left_to == "UNSURE" and (was_hurt or is_late)):
        found.ambiguous.add(seen.name)
        if not (seen.is_unclear or was_hurt):
            found.late.add(seen.name)
    elif seen.left_to not in ("", "UNSURE") and seen.left_to != _told(seen):
        found.lies.append(f"{seen.job}-{seen.number} was {_answers(seen)}, and became {seen.left_to}")
    if not seen.sendings and _was_put_back_by_another(seen):
        found.lies.append(f"{seen.job}-{seen.number} was put back by another than had taken it")


def _told(seen: Seen) -> str:
    """What the ledger's clear answer means; what never arrived was surely not sent."""
    return MEANS[seen.sendings[-1].answered] if seen.sendings else "QUEUED"


def _was_put_back_by_another(seen: Seen) -> bool:
    """Nobody but its holder can know that nothing was sent (who it was, PostgreSQL knows)."""
    return bool(seen.left_to == "QUEUED" and seen.left and seen.left.who != seen.taken.who)


def _hurts(mishap: Mishap, seen: Seen) -> bool:
    """Whether it met the attempt's holder, or where nobody knows who that was, any worker."""
    is_holder = mishap.who == seen.taken.who if seen.taken.who else mishap.who.startswith("worker")
    overlaps = mishap.since <= seen.left_at + HURT_SECONDS and mishap.until >= seen.taken.at - HURT_SECONDS
    return is_holder and overlaps


def _follow(
    changes: list[Change], attempts: list[Seen], deeds: Counter[tuple[str, str]], found: Doubts
) -> None:
    """How the doubts about one job ended."""
    tried = {name: deeds[changes[0].job, name] for name in DECISIONS.values()}
    number, doubted = 0, None
    for change in changes:
        if change.from_state == "UNSURE" and doubted is not None:
            if _is_decision(change, doubted, tried):
                tried[DECISIONS[change.to_state]] -= 1
                found.flagged.add(doubted.name)
            else:
                found.recovered.add(doubted.name)
                if why := _unfounded(change, doubted, attempts[:number]):
                    found.lies.append(why)
            doubted = None
        if change.to_state == "SUBMITTING":
            number += 1
        if change.to_state == "UNSURE":
            doubted = attempts[number - 1] if number else None
            if change.from_state != "SUBMITTING":
                found.lies.append(f"{change.job} became unsure out of {change.from_state}")
    if doubted is not None:
        found.flagged.add(doubted.name)


def _is_decision(change: Change, doubted: Seen, tried: dict[str, int]) -> bool:
    """A person's, as far as one tried; where the database knows who it was, that counts."""
    if not tried.get(DECISIONS.get(change.to_state, ""), 0):
        return False
    return change.who.startswith("person") if change.who else True


def _unfounded(change: Change, doubted: Seen, earlier: list[Seen]) -> str:
    """Why the ledger does not bear out that evidence resolved this doubt; "" when it does.

    The output of an attempt that somebody doubted before may have come, too.
    """
    is_clear = not doubted.is_unclear
    founded = {
        "COLLECTING": any(map(_is_at_tmp, earlier)),
        "SUBMITTED": _is_at_tmp(doubted),
        "QUEUED": is_clear and _told(doubted) == "QUEUED",
        "ERROR": is_clear and _told(doubted) == "ERROR",
    }
    if founded.get(change.to_state, False):
        return ""
    return f"{doubted.job}-{doubted.number} was {_answers(doubted)}; {change.to_state} ended the doubt"


def _is_at_tmp(seen: Seen) -> bool:
    return any(sending.performed for sending in seen.sendings)


def _answers(seen: Seen) -> str:
    return ", ".join(sending.answered for sending in seen.sendings) or "never heard"
