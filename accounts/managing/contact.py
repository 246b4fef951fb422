"""First contact: asks the service what no page answers, each question once, and keeps what was learned."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts import clients
from accounts.auditing import note
from accounts.encryption import CannotOpen
from accounts.managing.asking import Asking, Phase, phase_of
from accounts.models import Account, AuditEntry
from tencent import first_contact
from tencent.errors import Unreachable
from tencent.first_contact import QUESTIONS, Finding, Question
from tencent.scrubbing import clean_json

CONTACT = Asking(asked="contact_asked_at", done="contacted_at")

# Why the rest of the questions was not asked, where it is not a branch of tencent.errors.
ABANDONED, CANNOT_OPEN = "Abandoned", "CannotOpen"
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|<id>", re.IGNORECASE)
# After these the next question would get no other answer.
_HOPELESS = ("Unreachable", "Throttled")


def offered(account: Account) -> list[Question]:
    """What may be asked in its name: an account that makes no more jobs risks none."""
    return [question for question in QUESTIONS if account.is_usable or not question.may_cost]


def chosen(account: Account, keys: Iterable[str]) -> list[Question]:
    """Those of the offered questions that `keys` name."""
    wanted = set(keys)
    return [question for question in offered(account) if question.key in wanted]


def ask(account: Account) -> datetime | None:
    """Have the questions asked; None while some are on their way, or somebody else was quicker."""
    return None if phase(account).is_live else CONTACT.ask(account)


def run(account_id: str, asked_at: datetime, *, questions: Iterable[str], user_id: int | None = None) -> bool:
    """Ask, each finding kept as it comes; False when the asking is no longer there to be answered."""
    fence = CONTACT.take(account_id, asked_at)
    account = Account.objects.filter(pk=account_id).first() if fence else None
    if account is None or fence is None:
        return False
    asked = chosen(account, questions)
    keys = [question.key for question in asked]
    note(
        AuditEntry.Deed.CONTACTED,
        account=account,
        user=User.objects.filter(pk=user_id).first() if user_id else None,
        questions=keys,
    )
    book = _Book(account, fence, keys)
    try:
        _ask_all(account, asked, book)
    except BaseException:
        book.trouble = ABANDONED
        with suppress(Exception):
            book.close()
        raise
    return book.close()


def are_alike(first: str, second: str) -> bool:
    """Whether two refusals say the same but for the ids in them, and so tell nothing apart."""
    return _ID.sub("", first) == _ID.sub("", second)


def phase(account: Account) -> Phase:
    """How far the asking is that was begun last."""
    report, asked_at = account.contact_report or {}, account.contact_asked_at
    is_taken = asked_at is not None and report.get("taken_at") == asked_at.isoformat()
    moved_at = parse_datetime(str(report.get("moved_at", ""))) if is_taken else None
    return phase_of(asked_at, done_at=account.contacted_at, moved_at=moved_at)


class _Book:
    """What is kept of one first contact, in Account.contact_report."""

    def __init__(self, account: Account, fence: datetime, keys: list[str]) -> None:
        self.account, self.fence, self.keys = account, fence, keys
        self.findings: list[Finding] = []
        self.trouble = ""

    def keep(self) -> bool:
        """Write down what there is so far; False when the account is gone or this asking was overtaken."""
        return CONTACT.keep(self.account.pk, self.fence, contact_report=self._content())

    def close(self) -> bool:
        """Write it all down with what was learned; earlier lessons stay where this one taught nothing."""
        lessons = {**self.account.lessons, **clean_json(first_contact.lessons(self.findings))}
        return CONTACT.finish(self.account.pk, self.fence, contact_report=self._content(), lessons=lessons)

    def _content(self) -> dict[str, Any]:
        content: dict[str, Any] = clean_json(
            {
                "taken_at": self.fence.isoformat(),
                "moved_at": timezone.now().isoformat(),
                "questions": self.keys,
                "findings": [asdict(finding) for finding in self.findings],
                "trouble": self.trouble,
                "report": {**first_contact.report(self.findings), "portal": settings.VERSION},
            }
        )
        return content


def _ask_all(account: Account, questions: list[Question], book: _Book) -> None:
    if not book.keep():
        return
    try:
        own: dict[str, Any] = {
            "endpoint": clients.gateway_url(account),
            "caller": account.caller,
            "gateway_keys": clients.gateway_keys(account),
            "tmp_keys": clients.tmp_keys(account),
            "content_id": account.content_id,
            "date_header": account.date_header,
        }
    except (CannotOpen, Unreachable) as error:
        book.trouble = CANNOT_OPEN if isinstance(error, CannotOpen) else error.cause
        return
    for question in questions:
        finding = first_contact.ask(question, **own)
        book.findings.append(finding)
        if not book.keep():
            return
        if finding.kind in _HOPELESS:
            book.trouble = finding.kind
            return
