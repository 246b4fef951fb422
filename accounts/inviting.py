"""Makes, withdraws and uses invitations, and says who may make a login at all."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.auditing import note
from accounts.endpoints import Text
from accounts.links import Tokens, hash_of
from accounts.models import AuditEntry, Invitation

CLOSED, INVITATION, OPEN = "closed", "invitation", "open"
MOST_OPEN = 100
# So many that let nobody in any more are still listed.
MOST_ENDED = 50
USUAL = timedelta(days=7)
# Where a session keeps which invitation was opened in it: its id, never its token.
SESSION_KEY = "invitation"
_TOKENS = Tokens("accounts.invitation")
is_ours = _TOKENS.is_ours


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An invitation as its makers see it; `ended` says why it lets nobody in any more, "" if it does."""

    invitation: Invitation
    ended: Text = ""


@transaction.atomic
def make(*, by: Any = None, lasts: timedelta = USUAL, for_whom: str = "") -> tuple[Invitation, str]:
    """A new invitation, and its token, which is told this once. `by` None: at the command line.

    Raises ValidationError.
    """
    if settings.SIGN_UP != INVITATION:
        raise ValidationError(_("This portal does not invite people: TMPPORTAL_SIGN_UP says otherwise."))
    if Invitation.objects.open().count() >= MOST_OPEN:
        raise ValidationError(
            _("%(count)s invitations are open. Withdraw one first."), params={"count": MOST_OPEN}
        )
    token = _TOKENS.make()
    invitation = Invitation.objects.create(
        by=by, token_hash=hash_of(token), for_whom=for_whom, expires_at=timezone.now() + lasts
    )
    note(AuditEntry.Deed.INVITED, user=by, **_told(invitation))
    return invitation, token


@transaction.atomic
def withdraw(invitation: Invitation, *, by: Any) -> bool:
    """Let it let nobody in from now on; says whether this call did it."""
    waiting = Invitation.objects.filter(pk=invitation.pk, used_at=None, withdrawn_at=None)
    done = waiting.update(withdrawn_at=Now()) == 1
    if done:
        note(AuditEntry.Deed.UNINVITED, user=by, **_told(invitation))
    return done


def find(token: str) -> Listed | None:
    """The invitation with this token, also one that has ended; None where there never was one."""
    if not is_ours(token):
        return None
    found = Invitation.objects.select_related("by").filter(token_hash=hash_of(token)).first()
    return _listed(found) if found else None


def listed(invitations: Any) -> list[Listed]:
    """Those of the queryset that let somebody in, then the last few that did."""
    rows = [_listed(row) for row in invitations.select_related("by", "used_by")[: MOST_OPEN + MOST_ENDED]]
    return [each for each in rows if not each.ended] + [each for each in rows if each.ended][:MOST_ENDED]


def remember(request: HttpRequest, invitation: Invitation) -> None:
    """Let the browser's next sign-up be this invitation's."""
    request.session[SESSION_KEY] = str(invitation.pk)


def lets_in(request: HttpRequest) -> bool:
    """Whether whoever asks may make a login: because anybody may, or because of an invitation."""
    if settings.SIGN_UP == INVITATION:
        return Invitation.objects.open().filter(pk=_remembered(request)).exists()
    return bool(settings.SIGN_UP == OPEN)


def use(request: HttpRequest, user: Any) -> bool:
    """Have `user`, just made, use the browser's invitation up; where anybody may come, there is none.

    False when it lets nobody in any more, and then the caller takes the login back.
    """
    if settings.SIGN_UP != INVITATION:
        return bool(settings.SIGN_UP == OPEN)
    key = _remembered(request)
    # Of the row alone, as PostgreSQL asks only that anew where two come at once; `open` looks at makers, too.
    unused = Invitation.objects.filter(pk=key, used_at=None, withdrawn_at=None)
    if not lets_in(request) or unused.update(used_at=Now(), used_by=user) != 1:
        return False
    del request.session[SESSION_KEY]
    note(AuditEntry.Deed.JOINED, user=user, **_told(Invitation.objects.get(pk=key)))
    return True


def _remembered(request: HttpRequest) -> uuid.UUID:
    """The invitation of the browser; the nil UUID, which no row has, if there is none."""
    return uuid.UUID(request.session.get(SESSION_KEY) or str(uuid.UUID(int=0)))


def _listed(invitation: Invitation) -> Listed:
    return Listed(invitation=invitation, ended=_why_ended(invitation))


def _why_ended(invitation: Invitation) -> Text:
    if invitation.used_at:
        return _("Used")
    if invitation.withdrawn_at:
        return _("Withdrawn")
    if invitation.expires_at <= timezone.now():
        return _("Expired")
    if invitation.by and not invitation.by.is_active:
        return _("Whoever made it may not sign in any more")
    return ""


def _told(invitation: Invitation) -> dict[str, Any]:
    """For the audit log."""
    until = f"{invitation.expires_at:%Y-%m-%d %H:%M} UTC"
    return {"for_whom": invitation.for_whom or "–", "until": until, "invitation": str(invitation.pk)}
