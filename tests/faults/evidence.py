"""What a judge goes by: rows, the audit of their changes, the sandbox's ledger, and the stage's diary."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.faults.programs import Mishap
from tests.faults.stage import Change, Stage, plain_id

# What the sandbox did to a CreateJob that leaves its caller without a clear answer.
AMBIGUOUS = frozenset(
    (
        *("http_500", "redirect", "reset_before", "close_before", "hang_before", "lost_reply", "reset_after"),
        *("hang", "garbage", "odd", "half", "cut_chunk", "drip", "drip_head", "oversized", "gzip_bomb"),
    )
)
# What tells the caller that surely nothing was accepted.
NOT_ACCEPTED = frozenset(("throttle", "limit", "refuse", "refused", "http_401", "http_403"))


@dataclass(frozen=True, kw_only=True)
class Row:
    """A job as it stands; `times` are the markers of its result, `files` the paths of its files."""

    id: str
    state: str
    account: str
    failed_in: str
    error_kind: str
    is_held: bool
    times: list[float] | None
    files: list[str]


@dataclass(frozen=True, kw_only=True)
class Sending:
    """One CreateJob that reached the sandbox; `at` in seconds since 1970."""

    at: float
    custom_id: str
    job: str
    content_id: str
    performed: bool
    answered: str
    number: int

    @property
    def is_ambiguous(self) -> bool:
        """Whether its caller cannot know what came of it."""
        return self.answered in AMBIGUOUS or self.answered.startswith("http_5")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All of it, at one moment."""

    asked_for: list[str]
    rows: dict[str, Row]
    attempts: dict[str, float]
    changes: dict[str, list[Change]]
    sendings: dict[str, list[Sending]]
    mishaps: list[Mishap]
    notes: dict[str, list[str]]
    resent: dict[str, int]
    content_ids: dict[str, str]
    patience_seconds: float


def gather(stage: Stage, jobs: Sequence[str]) -> Evidence:
    """About these jobs; waits while the database or the sandbox is away."""
    changes: dict[str, list[Change]] = defaultdict(list)
    for change in stage.audit():
        changes[change.job].append(change)
    sendings: dict[str, list[Sending]] = defaultdict(list)
    for sending in _sendings(stage):
        sendings[sending.job].append(sending)
    accounts = stage.database.query("SELECT id, content_id FROM accounts_account")
    return Evidence(
        asked_for=list(jobs),
        rows=_rows(stage),
        attempts=_attempts(stage),
        changes=changes,
        sendings=sendings,
        mishaps=list(stage.diary.mishaps),
        notes=_notes(stage),
        resent=dict(stage.resent),
        # A caller waits half a lease for an answer (jobs.engine.submitting.deadline).
        patience_seconds=float(stage.settings["TMPPORTAL_LEASE_SECONDS"]) / 2 - 0.1,
        content_ids={plain_id(key): content_id for key, content_id in accounts},
    )


def _rows(stage: Stage) -> dict[str, Row]:
    rows = stage.database.query(
        "SELECT job.id, job.state, job.account_id, failed_in, error_kind, result, paused_because, stopped_at "
        "FROM jobs_job AS job JOIN accounts_account AS account ON account.id = job.account_id "
        "LEFT JOIN jobs_limits AS limits ON limits.account_id = account.id"
    )
    return {plain_id(row[0]): _row(*row) for row in rows}


def _row(*told: Any) -> Row:
    job, state, account, failed_in, error_kind, result, paused_because, stopped_at = told
    result = json.loads(result) if isinstance(result, str) else result
    return Row(
        id=plain_id(job),
        state=state,
        account=plain_id(account),
        failed_in=failed_in,
        error_kind=error_kind,
        is_held=bool(paused_because or stopped_at),
        times=[marker["time"] for marker in result["markers"]] if result else None,
        files=[file["path"] for file in result["files"]] if result else [],
    )


def _attempts(stage: Stage) -> dict[str, float]:
    """When each attempt's row was written, by custom id."""
    rows = stage.database.query("SELECT job_id, number, sent_at FROM jobs_attempt")
    return {f"{plain_id(job)}-{number}": _seconds(at) for job, number, at in rows}


def _notes(stage: Stage) -> dict[str, list[str]]:
    """What the product itself wrote beside each change of state: only to tell what a person did."""
    rows = stage.database.query("SELECT job_id, from_state, note FROM jobs_jobevent ORDER BY id")
    notes: dict[str, list[str]] = defaultdict(list)
    for job, from_state, note in rows:
        notes[plain_id(job)].append(f"{from_state}:{note}")
    return notes


def _sendings(stage: Stage) -> list[Sending]:
    entries = [*stage.sandbox.ledger("create_job"), *stage.sandbox.ledger("create_job_not_performed")]
    return [
        Sending(
            at=datetime.fromisoformat(entry["time"]).timestamp(),
            custom_id=entry["custom_id"],
            job=entry["custom_id"].rpartition("-")[0],
            content_id=entry["content_id"],
            performed=entry["performed"],
            answered=entry["answered"],
            number=entry["number"],
        )
        for entry in sorted(entries, key=lambda entry: entry["number"])
    ]


def _seconds(moment: Any) -> float:
    """SQLite holds moments as text, in UTC."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(f"{moment}+00:00")
    return float(moment.timestamp())
