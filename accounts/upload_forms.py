"""What a browser tells of a file before it may bring it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

MOST_PIECES = 8


class BeginForm(forms.Form):
    """Name, size in bytes, time of the last change in milliseconds; pieces of the content come as files whose
    names are their offsets."""

    name = forms.CharField(max_length=1000, strip=False)
    size = forms.IntegerField(min_value=0, max_value=2**62)
    modified = forms.IntegerField(min_value=-(2**62), max_value=2**62)

    @property
    def sentence(self) -> str:
        """What is wrong, in one line."""
        return " ".join(f"{name}: {text}" for name, texts in self.errors.items() for text in texts)

    def pieces(self, files: MultiValueDict[str, UploadedFile[Any]]) -> list[UploadedFile[Any]]:
        """The pieces that have an offset for a name."""
        return [file for file in files.getlist("piece")[:MOST_PIECES] if (file.name or "").isdecimal()]
