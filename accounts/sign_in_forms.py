"""Forms by which the portal knows a person: the first one's login, invitations, a password again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from allauth.account.forms import ReauthenticateForm
from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from accounts.endpoints import Text


class OwnerForm(UserCreationForm):  # type: ignore[type-arg]
    """The first person's login."""

    class Meta:
        model = User
        fields = ("username",)
        help_texts: Mapping[str, Text] = {"username": _("Letters, digits and @ . + - _")}


class PasswordAgain(ReauthenticateForm):  # type: ignore[misc]
    """The one field of its page, ready to be typed in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].widget.attrs["autofocus"] = True


LASTS = {
    "1d": (timedelta(days=1), _("1 day")),
    "7d": (timedelta(days=7), _("7 days")),
    "30d": (timedelta(days=30), _("30 days")),
}
USUAL = "7d"


class InvitationForm(forms.Form):
    """For whom an invitation is, and how long it lets somebody in."""

    for_whom = forms.CharField(
        label=_("Who is invited"),
        required=False,
        max_length=80,
        help_text=_("For the list below; they do not see it."),
    )
    lasts = forms.ChoiceField(
        label=_("Expires in"),
        choices=[(key, words) for key, (_length, words) in LASTS.items()],
        initial=USUAL,
        required=False,
    )

    def clean_lasts(self) -> timedelta:
        """How long the link lets somebody in."""
        return LASTS[self.cleaned_data["lasts"] or USUAL][0]
