"""The settings of a job, all that its form says beside songs and account: what presets keep, files carry."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms

from accounts.pasting.loose_json import Found, objects_in
from jobs.capabilities import all_capabilities
from jobs.capabilities.base import Capability
from jobs.forms import SettingsForm
from jobs.parameters import as_sent
from jobs.storable import storable

KIND, VERSION = "job settings", 1
MOST_CHARACTERS = 64 * 1024
OWN = tuple(SettingsForm.base_fields)
# Members of a CreateJob that a file of settings has no place for, and which nobody needs to be told of.
_ENVELOPE = ("action", "requestId")
# What the engine puts behind the folder that a person chose, and the form's own picture of it.
_OWN_FOLDER = re.compile(r"/(?:<job>|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-\d+/?$")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a text says: `values` by field of the form, none of them checked; the paths of members that are
    not `taken` over. `capability` is its key, "" where the text does not tell, and may be unknown."""

    capability: str
    values: dict[str, Any] = field(default_factory=dict)
    not_taken: list[str] = field(default_factory=list)
    is_request: bool = False
    is_repaired: bool = False


class Unreadable(ValueError):
    """No settings were found; the first argument is a machine word: empty, too_long, no_settings, version."""


def fields_of(capability: Capability) -> dict[str, forms.Field]:
    """Every field that settings are about, by name."""
    return {**capability.Form.base_fields, **SettingsForm.base_fields}


def own_names(capability: Capability) -> list[str]:
    """The fields of SettingsForm that make sense for it: one that writes no files needs no place for them."""
    return [name for name in OWN if capability.writes_files or name not in ("destination", "output_prefix")]


def typed_in(data: Any, capability: Capability) -> dict[str, Any]:
    """What a posted form says of each field, as its widget reads it; nothing is checked."""
    return {
        name: known.widget.value_from_datadict(data, {}, name)
        for name, known in fields_of(capability).items()
    }


def values_of(wish: Mapping[str, Any]) -> dict[str, Any]:
    """By field, what a Preset or a Job's wish keeps as {"params": {...}, "label": ...}."""
    return {**wish.get("params", {}), **{name: wish.get(name) for name in OWN}}


def kept(capability: Capability, values: Mapping[str, Any]) -> dict[str, Any]:
    """The other way round, fit for every database; what is not set is left out."""
    params = {name: values.get(name) for name in capability.Form.base_fields}
    set_ = {name: value for name, value in params.items() if value not in (None, "", [])}
    cleaned: dict[str, Any] = storable({"params": set_, **{name: values.get(name) for name in OWN}})
    return cleaned


def is_same(capability: Capability, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two sets of values mean the same, whether typed or kept."""
    return all(as_sent(one.get(name)) == as_sent(other.get(name)) for name in fields_of(capability))


def as_file(capability: Capability, values: Mapping[str, Any]) -> str:
    """The text of a file of settings: no songs, no account, no secret."""
    settings = kept(capability, values)
    told = {
        "tmpPortal": KIND,
        "version": VERSION,
        "capability": capability.key,
        "params": settings["params"],
        **{name: settings[name] for name in OWN if settings[name] not in (None, "")},
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def read(text: str) -> Told:
    """The settings in a file of ours, or in a CreateJob as the guide writes it, with anything around it.

    Raises Unreadable. Values of a CreateJob that it does not name are TMP's defaults: they are left out.
    """
    if not text.strip():
        raise Unreadable("empty")
    if len(text) > MOST_CHARACTERS:
        raise Unreadable("too_long")
    try:
        found = list(objects_in(text))
    except ValueError as error:
        raise Unreadable("no_settings") from error
    for each in found:
        if told := _file(each) or _request(each):
            return told
    raise Unreadable("no_settings")


def _file(found: Found) -> Told | None:
    members = found.members
    if "tmpPortal" not in members and not ("params" in members and "capability" in members):
        return None
    if members.get("tmpPortal", KIND) != KIND:
        return None
    if members.get("version", VERSION) != VERSION:
        raise Unreadable("version")
    params = members.get("params")
    params = params if isinstance(params, dict) else {}
    known = ("tmpPortal", "version", "capability", "params", *OWN)
    values = {name: members.get(name) for name in OWN}
    left = [name for name in members if name not in known]
    return _told(str(members.get("capability", "")), params, values, left, found)


def _request(found: Found) -> Told | None:
    """A CreateJob, with its envelope or without."""
    asked = found.members.get("createJobRequest", found.members)
    if not isinstance(asked, dict) or not isinstance(asked.get("outputs"), list):
        return None
    outputs = [each for each in asked["outputs"] if isinstance(each, dict)]
    output = outputs[0] if outputs else {}
    wanted = output.get("smartContentDescriptor")
    wanted = wanted if isinstance(wanted, dict) else {}
    named = [name for name in wanted if name != "outputPrefix"]
    key = next((name for name in named if name in all_capabilities()), named[0] if named else "")
    if not key:
        return None
    values = {
        "timeout": asked.get("timeout"),
        "destination": _OWN_FOLDER.sub("", str(output.get("destination", ""))),
        "output_prefix": wanted.get("outputPrefix", ""),
    }
    around = () if asked is found.members else found.members
    left = [
        *(name for name in around if name not in ("createJobRequest", *_ENVELOPE)),
        *(name for name in asked if name not in ("outputs", "timeout")),
        *(f"outputs[0].{name}" for name in output if name not in ("destination", "smartContentDescriptor")),
        *(name for name in named if name != key),
        *(f"outputs[{number}]" for number in range(1, len(asked["outputs"]))),
    ]
    params = wanted[key] if isinstance(wanted[key], dict) else {}
    return _told(key, params, values, left, found, is_request=True)


def _told(
    key: str,
    params: dict[str, Any],
    values: dict[str, Any],
    left: list[str],
    found: Found,
    *,
    is_request: bool = False,
) -> Told:
    known = all_capabilities().get(key)
    fields = known.Form.base_fields if known else {}
    taken = {name: value for name, value in params.items() if name in fields}
    return Told(
        capability=key,
        values=storable({**taken, **values}),
        not_taken=[*left, *(f"{key}.{name}" for name in params if name not in fields)],
        is_request=is_request,
        is_repaired=found.repaired or found.truncated,
    )
