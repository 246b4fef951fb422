"""Puts what was read out of a pasted text into words: what was taken from where, what is still missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.endpoints import Text
from accounts.registering.importing import Taken

_KINDS: dict[str, Text] = {
    "curl": _("This is the guide's call to register."),
    "body": _("This is the body of a call to register."),
    "reply": _("This is TMP's answer to a registration."),
    "script": _("This is TMP's demo script. It was read as text; nothing of it was run."),
    "address": _("This is the address of a bucket."),
    "lines": _("These are values with their names."),
}
_NOTHING: Text = _(
    "Nothing in it looks like a registration. The portal reads the guide's curl command, TMP's answer, the "
    "demo script run_musicBeat.py, a bucket's address, and lines such as region=ap-guangzhou. Whatever is in "
    "the form already has stayed."
)
_NOTES: dict[str, Text] = {
    "truncated_json": _("The end of the text is missing. What came before it was read."),
    "unknown_members": _("There is more in the answer than TMP's guide describes; it is kept, too."),
    "two_replies": _("There are two different answers in the text; the first one was taken."),
    "two_values": _("Some values stand there twice and differ; the first ones were taken."),
    "quotes_repaired": _("Quotation marks were missing or of the wrong kind; they were read as meant."),
    "script_did_not_parse": _("The script is damaged; the values that could still be read were taken."),
    "job_reply": _("There is an answer to a job in it, which holds no keys and is not needed here."),
    "job_request": _("There is a call to create a job in it; only what belongs to a registration was taken."),
    "error_reply": _("There is an answer in which TMP declined. It holds no keys; these were its words:"),
    "incomplete_reply": _("Some of TMP's keys are in it, but not all. An import needs every one of them."),
    "old_address": _(
        "It names the guide's old address, which is unencrypted and about to be shut down. The present one "
        "was chosen in its place."
    ),
    "too_long": _("The text is very long; only its beginning was read."),
    "too_deep": _("Part of the text is nested too deeply to be read."),
}
_TROUBLES: dict[str, Text] = {
    "empty": _("Paste something first, or choose a file."),
    "too_large": _("The file is larger than 1 MB, so it is none that the portal reads here."),
    "binary": _("The file is no text. Choose a .py, .txt, .json, .env, .sh or .csv file."),
}
# The wizard's label is a question, which says nothing in a list.
_SHORT: dict[str, Text] = {"operate_uin": _("Account ID (operateUin)")}
_PLACES: dict[str, Text] = {"host name": _("the host name")}
_SEPARATORS = " =＝:："
_LEAST: Text = _("Nothing of it could be used.")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the page says about a pasted text. `fields` are pairs of a label and where the value stood."""

    sentence: Text
    tone: str
    fields: tuple[tuple[Text, Text], ...] = ()
    missing: tuple[Text, ...] = ()
    locked: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()
    words: str = ""
    other_gateway: str = ""


def told(taken: Taken, labels: Mapping[str, Text]) -> Told:
    """In words; `labels` are the form's."""
    labels = {**labels, **_SHORT}
    useful = bool(taken.fields or taken.brought_keys)
    sentence = _KINDS.get(taken.kind, _NOTHING) if useful or taken.placeholders else _NOTHING
    if not useful and (taken.notes or taken.locked):
        sentence = _LEAST
    return Told(
        sentence=sentence,
        tone="success" if useful else "warning",
        fields=tuple((labels[name], _place(taken.taken_from.get(name, ""))) for name in taken.fields),
        missing=tuple(labels[name] for name in taken.placeholders),
        locked=tuple(labels[name] for name in taken.locked),
        notes=tuple(_NOTES[note] for note in dict.fromkeys(taken.notes) if note in _NOTES),
        words=taken.words,
        other_gateway=taken.other_gateway,
    )


def _place(where: str) -> Text:
    """Where a value stood, without what stood between the two."""
    return _PLACES.get(where, where.rstrip(_SEPARATORS))


def trouble(code: str) -> Told:
    """Why nothing was read: empty, too_large or binary."""
    return Told(sentence=_TROUBLES[code], tone="warning")
