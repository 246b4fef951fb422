"""`manage.py jobs`: every job for an operator's eyes or programs, without its secrets."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Account
from jobs.models import Job

# Rows that are held in memory at once.
AT_ONCE = 500
_READ = (
    *("id", "state", "account_id", "batch_id", "position", "capability", "follows_id", "tmp_id"),
    *("failed_in", "error_kind", "error_words", "due_at", "lease_until"),
    *("created_at", "submitted_at", "changed_at", "ended_at", "refresh__due_at"),
    *("preparation__step", "preparation__done", "preparation__total", "preparation__tries"),
)
COLUMNS = "{:<36}  {:<10}  {:<19}  {:<19}  {:<19}  {:>8}  {}"


class Command(BaseCommand):
    """Reads as it writes: a million jobs take no more memory than a few."""

    help = "List jobs, newest first: state, reason, attempts and times. States: docs/states.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
        parser.add_argument("--state", choices=Job.State.values, help="only jobs in this state")
        parser.add_argument("--account", type=UUID, metavar="ID", help="only jobs of this TMP account")
        parser.add_argument("--limit", type=int, metavar="N", help="at most so many")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = self._rows(options["state"], options["account"], options["limit"])
        try:
            if not options["json"]:
                self._write(
                    COLUMNS.format("job", "state", "created", "changed", "next", "attempts", "reason")
                )
            for job in rows:
                told = told_of(job)
                self._write(json.dumps(told, ensure_ascii=False) if options["json"] else _line(told))
            self.stdout.flush()
        except BrokenPipeError:
            # Who reads has seen enough, as `head` does; Python would complain once more at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _write(self, line: str) -> None:
        self.stdout.write(line)

    def _rows(self, state: str | None, account: UUID | None, limit: int | None) -> Iterator[Job]:
        if account and not Account.objects.filter(pk=account).exists():
            raise CommandError(f"There is no account {account}.")
        if limit is not None and limit < 0:
            raise CommandError("--limit is a number from 0 on.")
        rows = (
            Job.objects.select_related("refresh", "preparation").only(*_READ).order_by("-created_at", "-id")
        )
        if state:
            rows = rows.filter(state=state)
        if account:
            rows = rows.filter(account=account)
        return rows[:limit].prefetch_related("attempts").iterator(chunk_size=AT_ONCE)


def told_of(job: Job) -> dict[str, Any]:
    """What `--json` tells of one job; moments in UTC."""
    question = getattr(job, "refresh", None)
    reason = {"failed_in": job.failed_in, "kind": job.error_kind, "words": job.error_words}
    return {
        "id": str(job.pk),
        "state": job.state,
        "account": str(job.account_id),
        "batch": str(job.batch_id) if job.batch_id else None,
        "position": job.position,
        "follows": str(job.follows_id) if job.follows_id else None,
        "capability": job.capability,
        "tmp_id": job.tmp_id,
        "reason": reason if job.error_kind else None,
        "preparation": _preparation(job) if job.state == Job.State.PREPARING else None,
        "attempts": [
            {"number": attempt.number, "outcome": attempt.outcome, "sent": _moment(attempt.sent_at)}
            for attempt in job.attempts.all()
        ],
        "times": {
            "created": _moment(job.created_at),
            "submitted": _moment(job.submitted_at),
            "changed": _moment(job.changed_at),
            "ended": _moment(job.ended_at),
            "next": _moment(question.due_at if question else job.due_at),
            "lease_until": _moment(job.lease_until),
        },
    }


def _preparation(job: Job) -> dict[str, Any]:
    """How far its song is: bytes while it is copied, milliseconds of sound while that is taken out."""
    known = job.preparation
    return {"step": known.step, "done": known.done, "total": known.total, "tries": known.tries}


def _line(told: dict[str, Any]) -> str:
    """One row of the table; words of others stay in one line and send nothing to the terminal."""
    times, reason = told["times"], told["reason"]
    words = f"{reason['kind']}: {reason['words']}".rstrip(": ") if reason else ""
    shown = "".join(letter if letter.isprintable() else " " for letter in words)
    moments = (_short(times[name]) for name in ("created", "changed", "next"))
    return COLUMNS.format(told["id"], told["state"], *moments, len(told["attempts"]), shown[:120]).rstrip()


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds") if moment else None


def _short(moment: str | None) -> str:
    return moment[:19].replace("T", " ") if moment else "-"
