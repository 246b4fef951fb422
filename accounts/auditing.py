"""Writes the audit log: one row for everything that shows, moves or decides about keys."""

from __future__ import annotations

from typing import Any

from accounts.models import Account, AuditEntry


def note(deed: str, *, account: Account, user: Any = None, **detail: Any) -> None:
    """Add an entry; `user` None when nobody in person did it. `detail` never holds the value of a secret."""
    AuditEntry.objects.create(
        deed=deed,
        account=account,
        account_name=account.name,
        user=user,
        user_name=user.get_username() if user else "",
        detail=detail,
    )
