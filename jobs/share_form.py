"""What a person says about a new link to a result."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

LASTS = {
    "1h": (timedelta(hours=1), _("1 hour")),
    "1d": (timedelta(days=1), _("1 day")),
    "7d": (timedelta(days=7), _("7 days")),
    "30d": (timedelta(days=30), _("30 days")),
}

USUAL = "7d"


class ShareForm(forms.Form):
    """For whom the link is, how long it leads somewhere, and what it lets people have."""

    for_whom = forms.CharField(
        label=_("For whom"),
        required=False,
        max_length=80,
        help_text=_("Only the members of the account see it."),
    )
    lasts = forms.ChoiceField(
        label=_("Expires in"),
        choices=[(key, words) for key, (_length, words) in LASTS.items()],
        initial=USUAL,
        required=False,
    )
    with_audio = forms.BooleanField(label=_("The audio, to listen to"), required=False)
    with_exports = forms.BooleanField(label=_("Exports, to take along"), required=False, initial=True)

    def clean_lasts(self) -> timedelta:
        """How long the link leads somewhere."""
        return LASTS[self.cleaned_data["lasts"] or USUAL][0]
