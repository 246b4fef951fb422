"""Forms by which the portal knows a person: the first one's login, and a password that is asked for again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.forms import ReauthenticateForm
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
