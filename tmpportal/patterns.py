"""The pattern page: every part that pages are made of, for whoever writes the next page. English only."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone


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


class UploadForm(forms.Form):
    """A file for the drop zone."""

    file = forms.FileField(widget=forms.FileInput(attrs={"accept": "audio/*"}))


def patterns(request: HttpRequest) -> HttpResponse:
    """Show all parts; a form with errors among them."""
    now = timezone.now()
    context = {
        "pattern_form": PatternForm({"level": "7"}),
        "upload_form": UploadForm(),
        "now": now,
        "earlier": now - timedelta(minutes=7),
        "page_obj": Paginator(range(200), 20).page(3),
    }
    return render(request, "patterns.html", context)
