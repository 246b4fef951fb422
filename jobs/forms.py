"""What a person types to find jobs and to create one; a capability brings the form of its own parameters."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from jobs.capabilities import all_capabilities
from jobs.models import Job
from jobs.song_form import SongForm
from jobs.sources import fault_of
from jobs.storable import storable
from tencent.job_pointers import MOST_CHARACTERS, JobPointer, job_id_in

LONGEST_TIMEOUT = 7 * 24 * 3600


class BatchFilter(forms.Form):
    """Which jobs of a batch are listed, and in which order."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Every state")), *Job.State.choices]
    )
    by_position = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[("", _("Failed ones first")), ("1", _("In their own order"))],
    )

    @classmethod
    def wish(cls, query: QueryDict) -> dict[str, Any]:
        """The filter in `query`; what makes no sense filters nothing."""
        form = cls(query)
        form.is_valid()
        told = form.cleaned_data
        return {"state": told.get("state", ""), "by_position": bool(told.get("by_position"))}


class OnceForm(forms.Form):
    """A form that makes one job however often it is sent: by the key it was given when it was shown."""

    idempotency_key = forms.UUIDField(
        widget=forms.HiddenInput(attrs={"autocomplete": "off"}), initial=uuid.uuid4
    )


class AdoptForm(forms.Form):
    """A job of another program: what TMP said of it, and what it is about where that does not tell."""

    told = forms.CharField(
        label=_("Job id, or TMP's answer"),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "mono"}),
        help_text=_("Paste the id, or the whole answer to CreateJob or GetJob; keys in it are not kept."),
        error_messages={"required": _("Paste a job id or an answer of TMP.")},
    )
    capability = forms.ChoiceField(
        label=_("What the job is about"),
        required=False,
        help_text=_("Only needed when the answer does not tell."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(key, each.title) for key, each in all_capabilities().items()]
        choices = cast(forms.ChoiceField, self.fields["capability"])
        choices.choices = [("", _("As the answer says, else beat detection")), *known]

    def clean_told(self) -> JobPointer:
        """The job that the text names."""
        pointer = job_id_in(self.cleaned_data["told"])
        if pointer is None or storable(pointer.id) != pointer.id:
            raise forms.ValidationError(_("There is no job id in this text."))
        return pointer

    def clean(self) -> dict[str, Any]:
        """What the person chose, else what the answer says, else the first capability."""
        values = super().clean() or {}
        pointer = values.get("told")
        if pointer and not values.get("capability"):
            values["capability"] = pointer.capability or next(iter(all_capabilities()))
        return values


class SettingsForm(forms.Form):
    """What the form of every capability says beside songs and parameters."""

    label = forms.CharField(
        label=_("Label"),
        required=False,
        max_length=120,
        help_text=_("For your own overview; it is not sent to TMP."),
    )
    destination = forms.CharField(
        label=_("Destination folder"),
        required=False,
        max_length=700,
        help_text=_("Where in the bucket TMP writes; every attempt gets a folder of its own below it."),
    )
    output_prefix = forms.CharField(
        label=_("Prefix of output files"),
        required=False,
        max_length=19,
        help_text=_("Letters, digits, dots, dashes and underscores; at most 19."),
    )
    timeout = forms.IntegerField(
        label=_("Time limit in seconds"),
        required=False,
        min_value=1,
        max_value=LONGEST_TIMEOUT,
        help_text=_("After that TMP gives the job up. Empty means TMP's own limit."),
    )

    def clean_destination(self) -> str:
        """A folder of the bucket, "" for the capability's own."""
        folder: str = self.cleaned_data["destination"]
        self._insist("destination", folder)
        return folder

    def clean_output_prefix(self) -> str:
        """What may begin a file name."""
        prefix: str = self.cleaned_data["output_prefix"]
        self._insist("output_prefix", prefix)
        return prefix

    def _insist(self, field: str, value: str) -> None:
        if fault := fault_of(field, value):
            raise forms.ValidationError(str(fault))


class JobForm(OnceForm, SongForm, SettingsForm):
    """Everything of a new job, or of a batch, but the capability's own parameters."""
