"""Makes, ends and follows the links by which strangers may read one result."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from accounts.auditing import note
from accounts.endpoints import Text
from accounts.links import Tokens, hash_of
from accounts.models import AuditEntry
from jobs import corrections
from jobs.models import Job, Share
from jobs.results import Result

MOST_OPEN = 50
# So many links that lead nowhere any more are still listed.
MOST_ENDED = 10
_TOKENS = Tokens("jobs.share")
is_ours = _TOKENS.is_ours


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A link as its maker sees it; `ended` says why it leads nowhere any more, "" for one that does."""

    share: Share
    ended: Text = ""


@transaction.atomic
def make(
    job: Job,
    *,
    by: User,
    lasts: timedelta,
    for_whom: str = "",
    with_audio: bool = False,
    with_exports: bool = True,
) -> tuple[Share, str]:
    """A new link to the result, and its token, which is told this once. The caller knows that `by` may change
    the job. Raises ValidationError."""
    if job.account.disabled_at:
        raise ValidationError(_("The account is disabled: its results are not shared."))
    if Share.objects.open().filter(job=job).count() >= MOST_OPEN:
        raise ValidationError(
            _("This result has %(count)s links. Revoke one first."), params={"count": MOST_OPEN}
        )
    token = _TOKENS.make()
    share = Share.objects.create(
        job=job,
        by=by,
        token_hash=hash_of(token),
        for_whom=for_whom,
        with_audio=with_audio,
        with_exports=with_exports,
        expires_at=timezone.now() + lasts,
    )
    note(AuditEntry.Deed.LINK_MADE, account=job.account, user=by, **_told(share))
    return share, token


@transaction.atomic
def revoke(share: Share, *, by: User) -> bool:
    """Let the link lead nowhere from now on; says whether this call did it."""
    done = Share.objects.filter(pk=share.pk, revoked_at=None).update(revoked_at=Now()) == 1
    if done:
        note(AuditEntry.Deed.LINK_REVOKED, account=share.job.account, user=by, **_told(share))
    return done


def find(token: str) -> Share | None:
    """The link with this token, if it leads somewhere now."""
    if not is_ours(token):
        return None
    mark = hash_of(token)
    found = Share.objects.open().select_related("job__account").filter(token_hash=mark).first()
    return found if found and constant_time_compare(found.token_hash, mark) else None


def count_opening(share: Share) -> None:
    """Remember that somebody opened the page."""
    Share.objects.filter(pk=share.pk).update(opened=F("opened") + 1, opened_at=Now())


def of_job(job: Job) -> list[Listed]:
    """All links that lead to the result, and the last few that did."""
    rows = Share.objects.filter(job=job).select_related("by")
    leading = set(Share.objects.open().filter(job=job).values_list("pk", flat=True))
    ended = [Listed(share=share, ended=_why_ended(share)) for share in rows if share.pk not in leading]
    return [*(Listed(share=share) for share in rows if share.pk in leading), *ended[:MOST_ENDED]]


def shown(job: Job) -> Result:
    """What a visitor may see of the result: no paths, nothing that TMP said besides."""
    return replace(heard(job), files=(), values={}, is_pointed=False)


def heard(job: Job) -> Result:
    """The result as it stands with its files, whose places a visitor never learns."""
    return corrections.current(job)


def _why_ended(share: Share) -> Text:
    if share.revoked_at:
        return _("Revoked")
    if share.expires_at <= timezone.now():
        return _("Expired")
    if share.job.account.disabled_at:
        return _("The account is disabled")
    return _("Whoever made it may not share any more")


def _told(share: Share) -> dict[str, object]:
    """For the audit log."""
    allows = {"result": True, "audio": share.with_audio, "exports": share.with_exports}
    return {
        "song": share.job.source_name,
        "for_whom": share.for_whom,
        "allows": [name for name, is_allowed in allows.items() if is_allowed],
        "until": f"{share.expires_at:%Y-%m-%d %H:%M} UTC",
    }
