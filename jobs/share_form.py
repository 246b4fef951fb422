"""What a person says about a new link to a result."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.link_form import LinkForm


class ShareForm(LinkForm):
    """Of a link to a result also what it lets people have."""

    for_whom = forms.CharField(
        label=_("For whom"),
        required=False,
        max_length=80,
        help_text=_("Only the members of the account see it."),
    )
    with_audio = forms.BooleanField(label=_("The audio, to listen to"), required=False)
    with_exports = forms.BooleanField(label=_("Exports, to take along"), required=False, initial=True)
