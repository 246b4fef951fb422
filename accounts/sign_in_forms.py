"""Forms by which the portal knows a person: the first one's login, invitations, a password again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm, SignupForm
from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from accounts.endpoints import Text
from accounts.link_form import LinkForm


class OwnerForm(UserCreationForm):  # type: ignore[type-arg]
    """The first person's login."""

    class Meta:
        model = User
        fields = ("username",)
        labels: Mapping[str, Text] = {"username": _("User name")}
        help_texts: Mapping[str, Text] = {"username": _("Letters, digits and @ . + - _")}


class SignIn(LoginForm):  # type: ignore[misc]
    """allauth's, in the portal's words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name")
        self.fields["remember"].label = _("Remember me")


class SignUp(SignupForm):  # type: ignore[misc]
    """allauth's, in the portal's words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")


class NewPassword(ChangePasswordForm):  # type: ignore[misc]
    """allauth's, in the portal's words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Current password")
        self.fields["password1"].label = _("New password")
        self.fields["password2"].label = _("New password (again)")


class PasswordAgain(ReauthenticateForm):  # type: ignore[misc]
    """The one field of its page, ready to be typed in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].widget.attrs["autofocus"] = True


class InvitationForm(LinkForm):
    """Who is invited, and how long the invitation lets somebody in: not only for an hour."""

    LASTS = {key: length for key, length in LinkForm.LASTS.items() if key != "1h"}
    for_whom = forms.CharField(
        label=_("Who is invited"),
        required=False,
        max_length=80,
        help_text=_("For the list below; they do not see it."),
    )
