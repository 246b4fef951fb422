"""Takes settings out of a file or a pasted text, and says what of it was not taken over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from jobs import job_settings
from jobs.capabilities import all_capabilities
from jobs.capabilities.base import Capability
from jobs.views.form_page import Note

FILE = "settings_file"
MOST_NAMED = 20


@dataclass(kw_only=True)
class Brought:
    """What came of a text: `values` by field, or what is `wrong` with it, or the capability it is meant for.
    `text` is what was read."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    wrong: str = ""
    elsewhere: Capability | None = None


def bring(request: HttpRequest, data: QueryDict, capability: Capability) -> Brought:
    """The settings in the uploaded file, else in the pasted text, for the form of `capability`."""
    text = _text(request) or data.get("settings_text", "")
    brought = Brought(text=text)
    try:
        told = job_settings.read(text)
    except job_settings.Unreadable as error:
        brought.wrong = _explained(str(error))
        return brought
    known = all_capabilities().get(told.capability or capability.key)
    if known is None:
        brought.wrong = _("These settings are for “%(name)s”, which the portal does not know.") % {
            "name": told.capability[:40]
        }
    elif known.key != capability.key:
        brought.elsewhere = known
    else:
        brought.values = told.values
        brought.notes = _notes(told)
    return brought


def _text(request: HttpRequest) -> str:
    """What is in the file; one character too many is enough to refuse it."""
    file = request.FILES.get(FILE)
    if file is None:
        return ""
    content: bytes = file.read(4 * job_settings.MOST_CHARACTERS + 1)
    return content.decode("utf-8-sig", "replace")


def _notes(told: job_settings.Told) -> list[Note]:
    begin = _("Taken from a CreateJob.") if told.is_request else _("The settings are imported.")
    notes = [Note(tone="success", text=begin)]
    if told.is_repaired:
        odd = _("The text was no proper JSON and was read as well as it goes: look the values over.")
        notes.append(Note(tone="warning", text=odd))
    if told.not_taken:
        names = tuple(name[:80] for name in told.not_taken[:MOST_NAMED])
        rest = len(told.not_taken) - len(names)
        more = (_("and %(number)s more") % {"number": rest},) if rest > 0 else ()
        left = _("Not taken over, since it is no setting that this form has:")
        notes.append(Note(tone="warning", text=left, items=(*names, *more)))
    return notes


def _explained(code: str) -> str:
    return {
        "empty": _("Choose a file, or paste its text."),
        "too_long": _("This is too long for settings of a job."),
        "version": _("A later version of the portal wrote this file; this one cannot read it."),
    }.get(code) or _("There are neither settings of this portal in it nor a CreateJob.")
