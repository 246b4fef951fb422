"""`manage.py first_contact`: the questions of the page, asked from a terminal."""

from __future__ import annotations

import json
import uuid
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.managing import contact
from accounts.models import Account

TROUBLES = {
    contact.CANNOT_OPEN: "The account's keys cannot be opened with the portal's field key.",
    "PlainHttpForbidden": "The account's address is plain http, which TMPPORTAL_PLAIN_HTTP forbids.",
    "SandboxNotRunning": "The account lives in a sandbox that is not running.",
    "Unreachable": "TMP could not be reached.",
    "Throttled": "TMP asked for a pause; the other questions were not asked.",
}


class Command(BaseCommand):
    """Asks in this process, without a worker; what was learned is kept as if the page had asked."""

    help = "Ask TMP what no page of its answers, learn from it, and write a report without secrets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--account", required=True, help="name or ID of the account to ask in the name of"
        )
        parser.add_argument("--all", action="store_true", help="also the question that may cost money")
        parser.add_argument("--out", help="file for the report (default: a new one in the data folder)")

    def handle(self, *args: Any, **options: Any) -> None:
        account = _account(options["account"])
        out = Path(options["out"] or settings.DATA_DIR / f"first-contact-{account.pk}.json")
        if not out.parent.is_dir():
            raise CommandError(f"There is no folder {out.parent}.")
        questions = [q.key for q in contact.offered(account) if options["all"] or not q.may_cost]
        asked_at = contact.ask(account)
        if asked_at is None or not contact.run(str(account.pk), asked_at, questions=questions):
            raise CommandError("Somebody else is asking just now; try again in a minute.")
        account.refresh_from_db()
        self._tell(account.contact_report or {}, out)

    def _tell(self, kept: dict[str, Any], out: Path) -> None:
        for finding in kept["findings"]:
            words = finding["words"] or finding["kind"] or "-"
            state = finding["http_state"] or "no answer"
            self.stdout.write(f"{finding['key']}: {state}, {finding['form']}, {words!r}")
        if kept["findings"]:
            out.write_text(json.dumps(kept["report"], ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
            self.stdout.write(f"report={out}")
        if trouble := kept["trouble"]:
            raise CommandError(
                TROUBLES.get(trouble, "The portal failed in the middle; its log has the details.")
            )


def _account(named: str) -> Account:
    """The account of that ID or name; raises CommandError when there is none, or more than one."""
    try:
        found = list(Account.objects.filter(pk=uuid.UUID(named)))
    except ValueError:
        found = list(Account.objects.filter(name=named))
    if not found:
        raise CommandError(f"There is no account called {named!r}.")
    if len(found) > 1:
        raise CommandError(f"{len(found)} accounts are called {named!r}; give the ID of one.")
    return found[0]
