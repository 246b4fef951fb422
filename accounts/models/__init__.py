"""Every table of the first floor: people's accounts, how they came to be, and who did what with them."""

from accounts.models.account import Account, AccountQuerySet, Membership, TenantFields
from accounts.models.audit import AuditEntry
from accounts.models.registration import Registration, RegistrationQuerySet
from accounts.models.song import Song
<<<<<<< HEAD
from accounts.models.verdict import Verdict
=======
from accounts.models.upload import Upload, Way
>>>>>>> 29bff25 (Bring songs straight into the bucket by links, in parts that go on where they stopped (unfinished))

__all__ = [
    "Account",
    "AccountQuerySet",
    "AuditEntry",
    "Membership",
    "Registration",
    "RegistrationQuerySet",
    "Song",
    "TenantFields",
<<<<<<< HEAD
    "Verdict",
=======
    "Upload",
    "Way",
>>>>>>> 29bff25 (Bring songs straight into the bucket by links, in parts that go on where they stopped (unfinished))
]
