"""After a database was put back from a backup: a registration under way then may have been sent since."""

from __future__ import annotations

from django.db.models.functions import Now

from accounts.models import Registration
from accounts.registering.running import ABANDONED

State = Registration.State


def distrust_registrations() -> int:
    """Let no machine send one that may have been sent since; says how many.

    CHECKING ones are drafts again: a person decides, as for every draft, and may look for keys in the bucket.
    Those that were being sent become UNSURE at the next sweep.
    """
    checking = Registration.objects.filter(state=State.CHECKING)
    back = [row.move(State.CHECKING, State.DRAFT, error_kind=ABANDONED, lease_until=None) for row in checking]
    sent = Registration.objects.filter(state=State.REGISTERING).update(lease_until=Now())
    return sum(back) + sent
