"""What a browser tells of files: before it brings one by links, or with the files themselves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from accounts.sentences import explain_format
from tencent.formats import check_key

MOST_PIECES = 8
# As long as a name that accounts.songs makes.
_ANY_NAME = "0" * 36 + ".flac"


class BeginForm(forms.Form):
    """Name, size in bytes, time of the last change in milliseconds; pieces of the content come as files whose
    names are their offsets. `folder` is where in the bucket it goes, "" for where uploads go."""

    name = forms.CharField(max_length=1000, strip=False)
    size = forms.IntegerField(min_value=0, max_value=2**62)
    modified = forms.IntegerField(min_value=-(2**62), max_value=2**62)
    folder = forms.CharField(required=False, max_length=850, strip=False)

    def clean_folder(self) -> str:
        """With one slash at its end, so that what is made of it is fit to be a key."""
        folder: str = self.cleaned_data["folder"].strip("/")
        if folder and (code := check_key(f"{folder}/{_ANY_NAME}")):
            raise ValidationError(str(explain_format(code)))
        return f"{folder}/" if folder else ""

    @property
    def sentence(self) -> str:
        """What is wrong, in one line."""
        return " ".join(f"{name}: {text}" for name, texts in self.errors.items() for text in texts)

    def pieces(self, files: MultiValueDict[str, UploadedFile[Any]]) -> list[UploadedFile[Any]]:
        """The pieces that have an offset for a name."""
        return [file for file in files.getlist("piece")[:MOST_PIECES] if (file.name or "").isdecimal()]


class SeveralFilesInput(forms.FileInput):
    """Lets the browser choose more than one."""

    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    """As many files as were chosen. What is in each of them is judged where it is stored: a file that this
    field refused would take the others with it, and nobody would learn its name."""

    def __init__(self, **kwargs: Any) -> None:
        widget = SeveralFilesInput(attrs={"accept": "audio/*,video/*"})
        super().__init__(widget=widget, allow_empty_file=True, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """A list, empty for none."""
        files = data if isinstance(data, list) else [data] if data else []
        if not files and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return [super(SeveralFiles, self).clean(file) for file in files]
