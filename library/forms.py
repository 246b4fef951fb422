"""The library's one form: files to put into the bucket."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _


class SeveralFilesInput(forms.FileInput):
    """A file input that takes more than one."""

    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Any number of files; cleans to a list. What is in each of them is judged where it is stored.

    A file that this field refused would take the others with it, and nobody would learn its name.
    """

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = data if isinstance(data, list) else [data]
        return [super(SeveralFilesField, self).clean(file, initial) for file in files or [None]]


class UploadForm(forms.Form):
    """What a person drops on the library."""

    songs = SeveralFilesField(
        label=_("Audio files"),
        widget=SeveralFilesInput(attrs={"multiple": True, "accept": "audio/*"}),
        help_text=_("mp3 or wav work best."),
        allow_empty_file=True,
    )
