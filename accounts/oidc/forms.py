"""The form by which somebody who comes from the issuer makes a login."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.socialaccount.forms import SignupForm
from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.utils.translation import gettext_lazy as _


class NewLogin(SignupForm):  # type: ignore[misc]
    """A name, and a password: it is asked for again before keys are shown, which an issuer cannot be."""

    password1 = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html(),
    )
    password2 = forms.CharField(
        label=_("Password (again)"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")

    def _get_signup_fields(self, kwargs: dict[str, Any]) -> Any:
        # allauth speaks of an address here even where SIGNUP_FIELDS name none, and then refuses itself.
        kwargs.pop("email_required", None)
        return super()._get_signup_fields(kwargs)

    def clean(self) -> dict[str, Any]:
        """Both passwords are one, and good enough."""
        values: dict[str, Any] = super().clean()
        first, second = values.get("password1"), values.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords are not the same."))
        elif first:
            try:
                get_adapter().clean_password(first, user=User(username=values.get("username") or ""))
            except forms.ValidationError as error:
                self.add_error("password1", error)
        return values
