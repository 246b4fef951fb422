"""What a browser answers for a passkey is JSON that anybody may write, however odd: then it is just wrong."""

from __future__ import annotations

import struct
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as allauth
from cryptography.exceptions import UnsupportedAlgorithm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# What fido2 may say of bytes that no device made; of these allauth knows two.
ODD = (
    *(ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError),
    *(struct.error, UnsupportedAlgorithm),
)


class Credential(forms.JSONField):
    """As Django's, for which JSON with endless brackets or digits is a failure of the server."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What is shown again: nothing of what could not be read."""
        try:
            return super().bound_data(data, initial)
        except (ValueError, RecursionError):
            return None


class Add(allauth.AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey, in the words of the page around it."""

    credential = Credential()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        field = self.fields["passwordless"]
        field.label = _("Use it as a passkey")
        field.help_text = _(
            "It opens the portal without the password. The device has to ask for more than a touch."
        )

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError for whatever is none."""
        try:
            values: dict[str, Any] = super().clean()
        except ODD as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return values


class _Prove:
    """Raises ValidationError for whatever is no answer of a device."""

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except ODD as error:
            raise get_adapter().validation_error("incorrect_code") from error


class Authenticate(_Prove, allauth.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey as the second step."""

    credential = Credential()


class Login(_Prove, allauth.LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey instead of name and password: strangers send it."""

    credential = Credential()


class Reauthenticate(_Prove, allauth.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey to confirm who it is."""

    credential = Credential()
