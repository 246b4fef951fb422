"""Every address that the resolver knows, and what stands in it for whoever walks there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.urls import URLPattern, URLResolver, get_resolver

from tests.security.world import CALLBACK_TOKEN, World

# What a parameter is where no row is meant, by its converter.
SAMPLES = {"uuid": str(uuid4()), "str": "x", "slug": "x", "path": "x", "int": "1", "regex": "x"}
_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


@dataclass(frozen=True, order=True)
class Route:
    """One address, spelt as the resolver has it: `jobs/<uuid:job_id>/cancel/`."""

    spelling: str
    name: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        """The converter of each parameter."""
        found = _PARAMETER.findall(self.spelling)
        return {name or regex: kind or ("regex" if regex else "str") for kind, name, regex in found}

    def names_a_row(self, world: World) -> bool:
        """Whether an id of somebody's stands in it."""
        return any(self._is_id(name, kind, world.ids) for name, kind in self.parameters.items())

    def address(self, world: World, ids: Mapping[str, Any] | None = None) -> str:
        """The way there: with the rows of `world`, but for those in `ids`."""
        known = {**world.ids, **_special(self.spelling, world), **(ids or {})}

        def value(match: re.Match[str]) -> str:
            name = match[2] or match[3]
            kind = match[1] or ("regex" if match[3] else "str")
            return str(known[name]) if self._is_id(name, kind, known) else SAMPLES[kind]

        spelling = re.sub(r"^\^|\$$|\\Z$", "", self.spelling.replace("/^", "/"))
        return "/" + _PARAMETER.sub(value, spelling)

    @staticmethod
    def _is_id(name: str, kind: str, ids: Mapping[str, Any]) -> bool:
        # A plan's `key` is a UUID, a program's is a word.
        return name in ids and (name != "key" or kind == "uuid" or ids[name] == "python")


def nobodys(world: World) -> dict[str, Any]:
    """An id of the right kind for every row, which nothing has."""
    return {name: uuid4() if not isinstance(value, int) else 987654321 for name, value in world.ids.items()}


def all_routes() -> list[Route]:
    """Each spelling once: the resolver takes the first of several."""
    found: dict[str, Route] = {}
    for route in _below(get_resolver(), "", ""):
        found.setdefault(route.spelling, route)
    return sorted(found.values())


def _below(resolver: URLResolver, prefix: str, namespace: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        spelling = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _below(entry, spelling, inner)
        elif isinstance(entry, URLPattern):
            yield Route(spelling, namespace + (entry.name or ""))


def _special(spelling: str, world: World) -> dict[str, Any]:
    """Parameters that mean something of their own in some addresses."""
    if action := re.search(r"<uuid:job_id>/(\w+)/$", spelling):
        job = world.jobs.get(action[1].replace("although_called", "").rstrip("_"))
        return {"job_id": job.pk} if job else {}
    words = {"capability": "musicBeat", "format_key": "csv"}
    if "/cuts/" in spelling:
        words["format_key"] = "edl"
    if spelling.startswith("callbacks/"):
        words["token"] = CALLBACK_TOKEN
    if spelling.startswith("s/"):
        words |= {"token": world.share_token, "number": "0"}
    if spelling.startswith("accounts/"):
        words["key"] = "python"
    return words
