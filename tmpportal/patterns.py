"""The pattern page: every part that pages are made of, for whoever writes the next page. English only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from jobs import charts
from jobs.capabilities.fields import Enumeration, Scale
from jobs.parameters import explained


class PatternForm(forms.Form):
    """One field of each look."""

    song = forms.CharField(help_text="Shown on the dashboard.")
    level = forms.IntegerField(min_value=1, max_value=6, initial=3)
    sound = forms.ChoiceField(choices=[("1", "Drum type 1"), ("2", "Drum type 2")])
    source = forms.ChoiceField(
        choices=[("a", "On this device"), ("b", "In the bucket")], widget=forms.RadioSelect
    )
    note = forms.CharField(widget=forms.Textarea, required=False)
    agreed = forms.BooleanField(label="I know that this may cost money")


class ParameterForm(forms.Form):
    """One parameter of each look."""

    output = Enumeration(
        label="What comes back",
        options=[(1, "Positions", "Only the times."), (2, "Everything", "An audio file, too.")],
        initial=2,
        help_text="What a parameter does to the result stands above its choices.",
    )
    sound = forms.TypedChoiceField(label="Sound", choices=[("1", "Drum 1"), ("2", "Drum 2")], initial="1")
    loudness = Scale(label="Loudness", low="softest", high="loudest", min_value=1, max_value=6, initial=3)


class UploadForm(forms.Form):
    """A file for the drop zone."""

    file = forms.FileField(widget=forms.FileInput(attrs={"accept": "audio/*"}))


PARAMETERS = list(ParameterForm.base_fields)


def _chart() -> dict[str, Any]:
    """A week of bars."""
    stacks = [[("COMPLETED", 3.0 + day), ("ERROR", day % 3)] for day in range(7)]
    return {
        "columns": charts.columns(stacks, [f"Day {day + 1}" for day in range(7)], top=12),
        "top": "12",
        "rows": [],
        "heads": ["Completed", "Failed"],
    }


@require_safe
def patterns(request: HttpRequest) -> HttpResponse:
    """Show all parts; a form with errors among them."""
    now = timezone.now()
    context = {
        "pattern_form": PatternForm({"level": "7"}),
        "upload_form": UploadForm(),
        "parameters": explained(ParameterForm({"output": 1, "sound": "1", "loudness": 5}), PARAMETERS),
        "chart": _chart(),
        "now": now,
        "earlier": now - timedelta(minutes=7),
        "page_obj": Paginator(range(200), 20).page(3),
    }
    return render(request, "patterns.html", context)
