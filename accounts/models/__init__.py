"""Every table of the first floor: people's accounts, how they came to be, and who did what with them."""

from accounts.models.account import Account, AccountQuerySet, Membership, TenantFields
from accounts.models.audit import AuditEntry
from accounts.models.cached import Cached
from accounts.models.hint import DismissedHint
from accounts.models.invitation import Invitation, may_invite
from accounts.models.registration import Registration, RegistrationQuerySet
from accounts.models.song import Song
from accounts.models.upload import Upload, Way
from accounts.models.verdict import Verdict

__all__ = [
    "Account",
    "AccountQuerySet",
    "AuditEntry",
    "Cached",
    "DismissedHint",
    "Invitation",
    "Membership",
    "Registration",
    "RegistrationQuerySet",
    "Song",
    "TenantFields",
    "Upload",
    "Verdict",
    "Way",
    "may_invite",
]
