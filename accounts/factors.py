"""Second factors of a login: allauth keeps them, and what they are computed from is sealed here."""

from __future__ import annotations

from collections.abc import Iterator

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext

from accounts.encryption import keyring

# allauth seals without saying for whom, so a ciphertext is bound to its purpose and not to its row.
CONTEXT = "mfa.authenticator:data"
# The members of Authenticator.data that allauth seals: of an authenticator app, and of recovery codes.
MEMBERS = ("secret", "seed")


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Seals, and calls the portal by its name: the address would be that of this machine."""

    def get_totp_issuer(self) -> str:
        return "TMP Portal"

    def encrypt(self, text: str) -> str:
        return keyring().seal(text, context=CONTEXT)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises CannotOpen."""
        return keyring().open(encrypted_text, context=CONTEXT)

    def generate_authenticator_name(self, user: object, type: str) -> str:
        """What the field of a new passkey begins with."""
        return gettext("Passkey")


def sealed(using: str = "default") -> Iterator[tuple[Authenticator, str, str]]:
    """Every sealed member of a factor: its row, the member's name, the ciphertext."""
    for factor in Authenticator.objects.using(using).filter(data__has_any_keys=MEMBERS).order_by("pk"):
        yield from ((factor, name, factor.data[name]) for name in MEMBERS if name in factor.data)
