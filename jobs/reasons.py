"""Why jobs fail, in two or three words, for where a sentence is too long: charts and filters."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By the error_kind of a failed job; jobs.sentences has whole sentences.
REASONS: dict[str, str | Promise] = {
    "Refused": _("Declined by TMP"),
    "Failed": _("Not finished by TMP"),
    "Unfit": _("Values that fit no request"),
    "Throttled": _("Too many calls"),
    "Unreachable": _("TMP not reached"),
    "Unanswered": _("No clear answer"),
    "Garbled": _("Answer without sense"),
    "Abandoned": _("Portal stopped meanwhile"),
    "Restored": _("Database put back"),
    "HeldUp": _("Worker held up"),
    "CannotOpen": _("Keys that cannot be opened"),
}


def reason(error_kind: str) -> str | Promise:
    """The words for a kind that may be unknown."""
    return REASONS.get(error_kind) or _("Another reason")
