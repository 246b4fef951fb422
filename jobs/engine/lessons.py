"""What TMP's refusals mean: by the wire, or by words that a first contact heard for the same fault."""

from __future__ import annotations

import re
from typing import Any

from accounts.models import Account
from tencent.errors import Refused

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|<id>", re.IGNORECASE)


def refuses_keys(account: Account, tmp_id: str, error: Refused) -> bool:
    """Whether the account's keys were declined, which says nothing of the job: nothing of it was accepted.

    The gateway says so by 401 or 403. How TMP itself declines a key is not published (tmp-protocol 7.8).
    """
    return error.is_signature or _said(account, tmp_id, error, "wrong_key_words")


def knows_no_job(account: Account, tmp_id: str, error: Refused) -> bool:
    """Whether TMP said, in words known to mean this, that it has no such job (tmp-protocol 7.9)."""
    return _said(account, tmp_id, error, "unknown_job_words")


def _said(account: Account, tmp_id: str, error: Refused, lesson: str) -> bool:
    """Words that stand for two faults teach neither."""
    learned: Any = account.lessons
    names = ("wrong_key_words", "unknown_job_words")
    known = {name: _plain(tmp_id, str(learned.get(name) or "")) for name in names}
    if not known[lesson] or len(set(known.values())) < len(known):
        return False
    return _plain(tmp_id, error.words) == known[lesson]


def _plain(tmp_id: str, words: str) -> str:
    """The words without the job they speak of."""
    return _ID.sub("", words.replace(tmp_id, "") if tmp_id else words).strip()
