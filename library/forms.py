"""What a person types in the library: files to put into the bucket, a folder's name, a file's new path."""

from __future__ import annotations

import posixpath
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.sentences import explain_format
from accounts.sniffing import clean_name
from accounts.upload_forms import SeveralFiles
from tencent.formats import check_key


class UploadForm(forms.Form):
    """What a person brings into the library."""

    songs = SeveralFiles(label=_("Audio files"), help_text=_("MP3 and WAV work best."))


class FolderForm(forms.Form):
    """The name of a new folder in the folder that is shown."""

    folder = forms.CharField(
        label=_("Name of the folder"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean_folder(self) -> str:
        """One name, without slashes around it."""
        name: str = self.cleaned_data["folder"].strip().strip("/")
        if "/" in name:
            raise forms.ValidationError(_("One folder at a time: the name has a slash in it."))
        if code := check_key(name):
            raise forms.ValidationError(explain_format(code))
        return name


class MoveForm(forms.Form):
    """A file's new place: `own_name` only for files that were uploaded here, which have one."""

    own_name = forms.CharField(
        label=_("Name"),
        max_length=255,
        help_text=_("How you know the song; the portal keeps it beside the file."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    folder = forms.CharField(
        label=_("Folder"),
        required=False,
        max_length=800,
        help_text=_("Empty means the bucket's root. A folder that is not there yet comes to be."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
    )
    file = forms.CharField(
        label=_("Name in the bucket"),
        max_length=800,
        help_text=_("TMP and other programs know the file by folder and this name."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
    )

    def __init__(self, *args: Any, path: str, own_name: str, **kwargs: Any) -> None:
        folder, file = posixpath.split(path)
        kwargs["initial"] = {"own_name": own_name, "folder": folder, "file": file}
        super().__init__(*args, **kwargs)
        if not own_name:
            del self.fields["own_name"]

    def clean_own_name(self) -> str:
        """As the names of uploads are cleaned."""
        return clean_name(self.cleaned_data["own_name"], fallback=self.initial["own_name"])

    def clean_file(self) -> str:
        """The last part of a path."""
        file: str = self.cleaned_data["file"]
        if "/" in file:
            raise forms.ValidationError(_("A slash begins a folder: write it into the field above."))
        return file

    def clean(self) -> dict[str, Any]:
        """`path`: folder and name together, fit to be a key."""
        values = super().clean() or {}
        folder = values.get("folder", "").strip("/")
        values["path"] = (
            f"{folder}/{values['file']}" if folder and "file" in values else values.get("file", "")
        )
        if "file" in values and (code := check_key(values["path"])):
            self.add_error("folder" if folder else "file", str(explain_format(code)))
        return values
