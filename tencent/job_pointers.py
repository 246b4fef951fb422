"""Finds the job in what a person pasted, so that the portal can follow one it did not create."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tencent.formats import is_secret_id
from tencent.messages import LONGEST_ID, response_member, text_of
from tencent.parsing import parse_object

MOST_CHARACTERS = 256 * 1024
MOST_TRIES = 200
_ID = r"[A-Za-z0-9_-]{8,255}"
_LABELLED = re.compile(
    r"(?<![\w-])(?<!content )(?<!request )(?<!secret )(?:job[ _-]?)?id[\"']?\s*[:=]\s*[\"']?"
    rf"({_ID})(?![\w-])",
    re.IGNORECASE,
)
_RESPONSES = tuple(response_member(action) for action in ("GetJob", "CreateJob"))


@dataclass(frozen=True, kw_only=True)
class JobPointer:
    """A job by its TMP id, and whatever else the pasted text told of it ("" when it did not)."""

    id: str
    destination: str = ""
    capability: str = ""
    custom_id: str = ""
    source_path: str = ""


def job_id_in(text: str) -> JobPointer | None:
    """The job named by a bare id, by a line such as `job id: …`, or by a CreateJob or GetJob answer with
    anything around it, its request included; None when there is none."""
    text = text[:MOST_CHARACTERS]
    asked: Mapping[str, Any] = {}
    for found in _objects(text):
        asked = _member(found, "createJobRequest") or asked
        if job := _job(found):
            return _pointer(job, asked)
    bare = text.strip().strip("\"'")
    if not re.fullmatch(_ID, bare):
        labelled = _LABELLED.search(text)
        bare = labelled[1] if labelled else ""
    if not bare or is_secret_id(bare):
        return None
    return _pointer({"id": bare}, asked)


def _objects(text: str) -> Iterator[Mapping[str, Any]]:
    """The JSON objects in a text, outermost first."""
    decoder, here = json.JSONDecoder(), 0
    for _ in range(MOST_TRIES):
        here = text.find("{", here)
        if here < 0:
            return
        try:
            end = decoder.raw_decode(text, here)[1]
            yield parse_object(text[here:end])
        except (ValueError, RecursionError):
            end = here + 1
        here = end


def _job(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """The Job object of an answer, or the answer itself when it is one."""
    for name in _RESPONSES:
        if job := _member(_member(found, name), "job"):
            return job if _fits(job) else {}
    job = _member(found, "job") or (found if "state" in found or "outputs" in found else {})
    return job if _fits(job) else {}


def _fits(job: Mapping[str, Any]) -> bool:
    name = text_of(job.get("id"))
    return 0 < len(name) <= LONGEST_ID and re.fullmatch(r"\S+", name) is not None and name.isprintable()


def _pointer(job: Mapping[str, Any], asked: Mapping[str, Any]) -> JobPointer:
    """What the answer leaves out is taken from the request."""
    output = {**_first(asked, "outputs"), **_first(job, "outputs")}
    source = _first(job, "inputs") or _first(asked, "inputs")
    named = {**_member(output, "smartContentDescriptor"), **_member(output, "smartContentResult")}
    return JobPointer(
        id=text_of(job.get("id")),
        destination=text_of(output.get("destination")),
        capability=next((name for name in named if name != "outputPrefix"), ""),
        custom_id=text_of(job.get("customId")) or text_of(asked.get("customId")),
        source_path=text_of(_member(source, "source").get("path")),
    )


def _member(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, Mapping) else {}


def _first(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    values = holder.get(name)
    first = values[0] if isinstance(values, list) and values else None
    return first if isinstance(first, Mapping) else {}
