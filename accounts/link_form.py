"""What a person says about a new link, whatever it opens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

USUAL = "7d"


class LinkForm(forms.Form):
    """For whom a link is, and how long it leads somewhere."""

    LASTS = {
        "1h": (timedelta(hours=1), _("1 hour")),
        "1d": (timedelta(days=1), _("1 day")),
        "7d": (timedelta(days=7), _("7 days")),
        "30d": (timedelta(days=30), _("30 days")),
    }
    for_whom = forms.CharField(label=_("For whom"), required=False, max_length=80)
    lasts = forms.ChoiceField(label=_("Expires in"), initial=USUAL, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(key, words) for key, (_length, words) in self.LASTS.items()]
        self.fields["lasts"].choices = choices  # type: ignore[attr-defined]

    def clean_lasts(self) -> timedelta:
        """How long the link leads somewhere."""
        return self.LASTS[self.cleaned_data["lasts"] or USUAL][0]
