"""The part of a form that hands over songs: files here or in the bucket, addresses, a pasted list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.guarding.verdicts import closed_among
from accounts.models import Account
from accounts.songs import names_for
from accounts.upload_forms import SeveralFiles
from jobs.addresses import doubt_about, doubtful, why_not_copied
from jobs.bucket_files import Choice
from jobs.lists import read_lines
from jobs.sources import SourceRefused, fault_of, fault_of_closed, fit_path, fit_url

UPLOAD, BUCKET, URL, LIST = "upload", "bucket", "url", "list"
_NEEDED = {
    UPLOAD: ("file", ("file", "kept"), _("Choose an audio file.")),
    BUCKET: ("path", ("path", "folder"), _("Choose a file of the bucket.")),
    URL: ("url", ("url",), _("Type the address of the song.")),
    LIST: ("lines", ("lines",), _("Type at least one path or address.")),
}


class Paths(forms.Field):
    """Any number of ticked files of the bucket."""

    widget = forms.CheckboxSelectMultiple

    def to_python(self, value: Any) -> list[str]:
        return [text for text in value or () if text]


class SongForm(forms.Form):
    """`source` says which of the other fields counts; `account` and its lately used `songs` are given.

    When it is valid, cleaned_data["places"] holds the paths and addresses, each once; what lies below
    cleaned_data["folder"] is for the caller to look up.
    """

    source = forms.ChoiceField(
        label=_("Where are the songs?"),
        choices=[
            (UPLOAD, _("On this device")),
            (BUCKET, _("In the bucket")),
            (URL, _("On the web")),
            (LIST, _("As a list")),
        ],
        initial=UPLOAD,
        widget=forms.RadioSelect,
    )
    file = SeveralFiles(label=_("Audio files"), required=False)
    # Uploaded when this form was sent before, beside a file that was refused.
    kept = Paths(label=_("In the bucket already"), required=False)
    path = Paths(label=_("Files in the bucket"), required=False)
    folder = forms.CharField(
        label=_("Every audio file below this folder"),
        required=False,
        max_length=850,
        widget=forms.TextInput(attrs={"placeholder": "albums/2026", "spellcheck": "false"}),
        help_text=_("Folders in it count too; what TMP wrote for other jobs is left out."),
    )
    url = forms.URLField(
        label=_("Web address"),
        required=False,
        max_length=2048,
        assume_scheme="https",
        help_text=_("TMP fetches the file itself from an open address, unless it is copied first."),
    )
    copy = forms.BooleanField(
        label=_("Copy it into the bucket first"),
        required=False,
        help_text=_(
            "The portal fetches the file and TMP reads the copy. If it is a video, or in a format that TMP "
            "may not read, its sound is sent as WAV; the copy stays as it is."
        ),
    )
    # The address for which the tick above was set; another one, or none without scripts, is judged when sent.
    judged = forms.CharField(required=False, max_length=2048, widget=forms.HiddenInput)
    copy_listed = forms.BooleanField(
        label=_("Copy addresses into the bucket first that are not clearly public, or expire"),
        required=False,
        initial=True,
        help_text=_("The others go to TMP as they are typed."),
    )
    lines = forms.CharField(
        label=_("One song a line"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "mono", "wrap": "off"}),
        help_text=_("Paths in the bucket, addresses that begin with https://, or both; up to 5,000 lines."),
    )

    def __init__(self, *args: Any, account: Account, songs: list[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self.songs = songs

    def clean_path(self) -> list[str]:
        """Keys of the bucket: no way up, nothing invisible, and not the file with the account's keys."""
        return self._fit_paths("path")

    def clean_kept(self) -> list[str]:
        """As clean_path."""
        return self._fit_paths("kept")

    def clean_folder(self) -> str:
        """A folder of the bucket with a slash behind it, "" for none; the whole bucket is "/"."""
        folder: str = self.cleaned_data["folder"].strip().strip("/")
        if not folder:
            return "/" if self.cleaned_data["folder"].strip() else ""
        if fault := fault_of("path", folder):
            raise ValidationError(str(fault))
        return f"{folder}/"

    def clean_url(self) -> str:
        """TMP gets an https address, or none."""
        url: str = self.cleaned_data["url"]
        try:
            return fit_url(self.account, url) if url else ""
        except SourceRefused as error:
            raise ValidationError(str(error.sentence)) from error

    def clean(self) -> dict[str, Any]:
        """The songs themselves are there, wherever they are."""
        values = super().clean() or {}
        source = values.get("source", "")
        field, ways, sentence = _NEEDED.get(source, ("", (), ""))
        if field and not any(values.get(name) or name in self.errors for name in ways):
            self.add_error(field, sentence)
        values |= {"places": [], "doubles": [], "copied": []}
        if source == LIST:
            self._read_list(values)
        elif source == URL:
            values["places"] = [values.get("url", "")]
            self._judge_address(values)
        elif source in (UPLOAD, BUCKET):
            values["places"] = list(dict.fromkeys(values.get("kept" if source == UPLOAD else "path") or ()))
        if source != BUCKET:
            values["folder"] = ""
        return values

    @property
    def copying(self) -> dict[str, Any]:
        """For the tick beside the address: whether it is set, for which address, and the sentence why."""
        url = str(self["url"].value() or "")
        doubt = doubt_about(url)
        is_judged = url == str(self["judged"].value() or "")
        is_set = bool(self["copy"].value()) if is_judged and url else bool(doubt)
        return {"url": url, "is_set": is_set, "sentence": doubt.sentence if doubt else ""}

    def _judge_address(self, values: dict[str, Any]) -> None:
        url, typed = values.get("url", ""), str(self["url"].value() or "")
        is_judged = values.get("judged") == typed
        if not url or not (values.get("copy") or (not is_judged and doubt_about(url))):
            return
        if fault := why_not_copied(self.account, url):
            self.add_error("url", str(fault))
        values["copied"] = [url]

    @property
    def chosen_elsewhere(self) -> list[tuple[str, str]]:
        """Paths and names of chosen files that are none of the recent songs."""
        return self._named("path", but=[song.path for song in self.songs])

    @property
    def kept_songs(self) -> list[tuple[str, str]]:
        """Paths and names of what was uploaded before."""
        return self._named("kept", but=())

    def _named(self, field: str, *, but: Any) -> list[tuple[str, str]]:
        chosen = [str(path) for path in self[field].value() or () if path and path not in but]
        names = names_for(self.account, chosen) if chosen else {}
        return [(path, names.get(path, path)) for path in chosen]

    def _fit_paths(self, field: str) -> list[str]:
        try:
            paths = [fit_path(path) for path in self.cleaned_data[field]]
        except SourceRefused as error:
            raise ValidationError(str(error.sentence)) from error
        closed = closed_among(self.account, paths) if paths else set[str]()
        faults = (fault_of_closed(path, closed) for path in paths)
        if fault := next(filter(None, faults), ""):
            raise ValidationError(str(fault))
        return paths

    def _read_list(self, values: dict[str, Any]) -> None:
        read = read_lines(self.account, values.get("lines", ""))
        if read.wrong:
            self.add_error("lines", read.sentences())
        copied = doubtful(read.places) if values.get("copy_listed") else []
        values |= {"places": read.places, "doubles": read.doubles, "copied": copied}
