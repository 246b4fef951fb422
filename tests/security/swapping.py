"""Finds the fields and addresses of pages in which a row's id stands, and puts another row's id there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.urls import Resolver404, resolve

from tests.fuzz.routes import forms_in
from tests.security.resolver import Route
from tests.security.walking import content_of
from tests.security.words import QUERIES, WORDS
from tests.security.world import World

# The way back after something was done; whoever may not open it is told so there.
_WAYS_BACK = ("next",)
_LINK = re.compile(r"\b(?:href|hx-get|hx-post|src)=\"([^\"]*\?[^\"]*)\"")


@dataclass(frozen=True, order=True)
class Spot:
    """A field of a form, or a name behind the question mark, where the id of a row stood in `value`."""

    method: str
    spelling: str
    name: str
    value: str

    @property
    def place(self) -> str:
        """The same without its value."""
        return f"{self.method} {self.spelling} {self.name}"


class Swap:
    """From ids of `mine` to those of the same rows of `theirs`."""

    def __init__(self, mine: World, theirs: World) -> None:
        ids = {name: (mine.ids[name], theirs.ids[name]) for name in mine.ids}
        ids |= {f"job {name}": (mine.jobs[name].pk, theirs.jobs[name].pk) for name in mine.jobs}
        # Numbers stand everywhere: only where one is surely a preset's, it is an id.
        numbers = {str(a): str(b) for a, b in (ids["preset_id"], ids["filter_id"])}
        self._known = {str(a): str(b) for a, b in ids.values() if not isinstance(a, int)}
        preset = str(ids["preset_id"][0])
        self._known |= {
            f"{word}:{preset}": f"{word}:{numbers[preset]}" for word in ("use", "update", "delete")
        }
        self._preset = (preset, numbers[preset])

    def __call__(self, name: str, value: str) -> str:
        """`value` of the field `name` with their ids in place of mine; the same where none is in it."""
        if name == "preset" and value == self._preset[0]:
            return self._preset[1]
        for mine, theirs in self._known.items():
            value = value.replace(mine, theirs)
        return value

    def is_in(self, name: str, value: str) -> bool:
        """Whether an id of mine stands there."""
        return name not in _WAYS_BACK and self(name, value) != value


def spots(world: World, routes: list[Route], swap: Swap) -> set[Spot]:
    """Every one that the owner's pages have, and every one in what a person would send."""
    client, found = world.client("owner"), set[Spot]()
    for path in (_address(route, world) for route in routes):
        answer = client.get(path)
        content = content_of(answer)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            found |= {*_linked(content.decode(), swap), *_asked(path, content.decode(), swap)}
    for method, known in (("POST", WORDS), ("GET", QUERIES)):
        for spelling, words in known.items():
            found |= {
                Spot(method, spelling, name, str(value))
                for name, values in words(world).items()
                for value in (values if isinstance(values, list) else [values])
                if swap.is_in(name, str(value))
            }
    return found


def _linked(page: str, swap: Swap) -> Iterator[Spot]:
    for link in _LINK.findall(page):
        parts = urlsplit(unescape(link))
        try:
            spelling = resolve(parts.path or "/").route
        except Resolver404:
            continue
        for name, value in parse_qsl(parts.query):
            if swap.is_in(name, value):
                yield Spot("GET", spelling, name, value)


def _asked(path: str, page: str, swap: Swap) -> Iterator[Spot]:
    for pattern, form in forms_in(path, page):
        for name, values in (*form.typed.items(), *form.choices.items()):
            for value in values:
                if swap.is_in(name, value):
                    yield Spot(form.method, pattern.removeprefix("/"), name, value)


def _address(route: Route, world: World) -> str:
    query: dict[str, Any] = QUERIES[route.spelling](world) if route.spelling in QUERIES else {}
    return route.address(world) + (
        "?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else ""
    )
