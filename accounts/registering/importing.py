"""What a person brings along: a text that fills the draft, and an answer whose keys make it an import."""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import urlsplit

from accounts.endpoints import LEGACY, MEDIAX, all_endpoints
from accounts.models import Registration
from accounts.pasting import Pasted, recognise
from accounts.registering.answers import registered_in
from accounts.registering.drafts import FORMATS, column, save_draft
from accounts.registering.proposals import proposed_user_name

State = Registration.State
KeysFrom = Registration.KeysFrom

# Beside the notes of accounts.pasting.Pasted.
OLD_ADDRESS = "old_address"
LARGEST_FILE = 1024 * 1024  # bytes
# Fields that a renewal takes from its account, so that nothing pasted may change them.
LOCKED = ("endpoint", "operate_uin", "user_name")
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", codecs.BOM_UTF8: "utf-8-sig"}
_OTHERWISE = ("utf-8", "gb18030")


class NoText(Exception):
    """The file is none that can be read as text; `code` is empty, too_large or binary."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What came of a pasted text: `fields` of the draft that it filled, the rest in words of `Pasted`.

    `other_gateway` is an address that is none of the portal's; `locked` names fields that had to stay.
    """

    kind: str
    fields: tuple[str, ...]
    taken_from: dict[str, str]
    placeholders: tuple[str, ...]
    notes: tuple[str, ...]
    words: str
    other_gateway: str
    locked: tuple[str, ...]
    brought_keys: bool


def text_in(file: IO[bytes]) -> str:
    """An uploaded text, whatever Windows or a Chinese editor made of it. Raises NoText."""
    content = file.read(LARGEST_FILE + 1)
    if not content.strip():
        raise NoText("empty")
    if len(content) > LARGEST_FILE:
        raise NoText("too_large")
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    if b"\0" in content:
        raise NoText("binary")
    for encoding in _OTHERWISE:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NoText("binary")


def take(registration: Registration, text: str) -> Taken:
    """Fill a draft with what a text says and keep it; of the text itself nothing is kept.

    The guide's old address, plain http and about to be shut down, gives way to the present one. Works on a
    saved draft only.
    """
    pasted = recognise(text)
    values = {name: value for name, value in pasted.values.items() if name in FORMATS and _fits(name, value)}
    key = _endpoint_of(pasted.gateway_url)
    if is_old := key == LEGACY:
        key = MEDIAX
    if key:
        values["endpoint"] = key
    held = LOCKED if registration.renews_id else ()
    locked = tuple(name for name in held if values.pop(name, None) not in (None, getattr(registration, name)))
    if values:
        save_draft(registration, values)
    brought = pasted.reply is not None and bring_keys(
        registration,
        pasted.reply,
        keys_from=KeysFrom.SCRIPT if pasted.kind == "script" else KeysFrom.REPLY,
    )
    unnamed = brought and "user_name" not in values and _drop_proposal(registration)
    missing = (*pasted.placeholders, *(["user_name"] if unnamed else []))
    return Taken(
        kind=pasted.kind,
        fields=tuple(name for name in ("endpoint", *FORMATS) if name in values),
        taken_from={**pasted.taken_from, "endpoint": pasted.taken_from.get("gateway_url", "")},
        placeholders=tuple(dict.fromkeys(name for name in missing if name in FORMATS)),
        notes=_notes(pasted, brought=brought, is_old=is_old),
        words=pasted.words,
        other_gateway="" if key else pasted.gateway_url,
        locked=locked,
        brought_keys=brought,
    )


def bring_keys(registration: Registration, reply: dict[str, Any], *, keys_from: str) -> bool:
    """Keep TMP's keys with a saved draft, sealed; says whether `reply` holds all of them.

    `reply` is an answer to Register, as pasted or built from a script; `keys_from` a Registration.KeysFrom.
    """
    text = json.dumps(reply, ensure_ascii=False)
    if registered_in(text) is None:
        return False
    sealed = column(registration, "raw_reply", text)
    return registration.move(State.DRAFT, State.DRAFT, raw_reply=sealed, keys_from=keys_from)


def drop_keys(registration: Registration) -> bool:
    """The draft is to be registered after all: forget the keys that were brought."""
    return registration.move(State.DRAFT, State.DRAFT, raw_reply="", keys_from="")


def _drop_proposal(registration: Registration) -> bool:
    """Keys that exist belong to one user name: the portal's proposal for a new one must not pass for it."""
    if registration.renews_id or registration.user_name != proposed_user_name(registration.user):
        return False
    return save_draft(registration, {"user_name": ""})


def _endpoint_of(url: str) -> str:
    """The key of the endpoint at the host of `url`, "" for an address that the portal does not know."""
    host = urlsplit(url).netloc.lower()
    found = (known.key for known in all_endpoints().values() if urlsplit(known.url).netloc.lower() == host)
    return next(found, "") if host else ""


def _fits(name: str, value: str) -> bool:
    """Whether a column can hold it, right or wrong: the form says what is wrong with it."""
    length = getattr(Registration._meta.get_field(name), "max_length", None)
    return value.isprintable() and (length is None or len(value) <= length)


def _notes(pasted: Pasted, *, brought: bool, is_old: bool) -> tuple[str, ...]:
    lost = pasted.reply is not None and not brought
    ours = {"incomplete_reply": lost, OLD_ADDRESS: is_old}
    return (*pasted.notes, *(note for note, holds in ours.items() if holds))
