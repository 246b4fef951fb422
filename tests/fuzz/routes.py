"""Every address that the resolver knows, with values for its parameters, and what its forms ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django import forms
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from tests.demo_process import ROOT

# Sent with every form, and nothing that a person types.
_TOKEN = "csrfmiddlewaretoken"
_ASKED = re.compile(r"\b(?:POST|GET|FILES)(?:\.getlist|\.get)?[(\[]\"([\w-]+)\"")
_INPUT = re.compile(r"<(?:input|select|textarea|button)\b[^>]*\bname=\"([\w-]+)\"")
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Route:
    """`pattern` is the address with `<converter:name>` in it, `name` how a figure calls it."""

    pattern: str
    name: str
    parameters: tuple[str, ...]

    def path(self, values: Mapping[str, str]) -> str:
        """The address with its values in place."""
        return _PARAMETER.sub(lambda found: values[found[1]], self.pattern)


@dataclass
class Form:
    """Names and the values that a browser would send, and what else it could choose."""

    action: str
    method: str
    typed: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


def all_routes() -> list[Route]:
    """In the order of the resolver; Django's catch-all of the admin is one, too."""
    found: dict[str, Route] = {}
    for route in _routes(get_resolver(), "/", ""):
        # Two addresses may share a name.
        name = route.pattern if route.name in found else route.name
        found.setdefault(name, replace(route, name=name))
    return list(found.values())


@cache
def vocabulary() -> list[str]:
    """Every name that a view, a form or a template of ours asks for."""
    names = {name for form in _subclasses(forms.BaseForm) for name in getattr(form, "base_fields", {})}
    for folder in ("accounts", "jobs", "library", "tmpportal"):
        for path in (ROOT / folder).rglob("*.py"):
            names.update(_ASKED.findall(path.read_text()))
    for path in (ROOT / "templates").rglob("*.html"):
        names.update(_INPUT.findall(path.read_text()))
    return sorted(names - {_TOKEN})


def forms_of(client: Client, paths: list[str]) -> dict[str, list[Form]]:
    """The forms on these pages, by the pattern of the address they are sent to."""
    found: dict[str, list[Form]] = {}
    for path in paths:
        answer = client.get(path)
        # A stream is left alone: closing it here would close the connection of the test, too.
        if not answer.streaming and answer.headers.get("Content-Type", "").startswith("text/html"):
            for pattern, form in forms_in(path, answer.content.decode()):
                found.setdefault(pattern, []).append(form)
    return found


def forms_in(path: str, page: str) -> Iterator[tuple[str, Form]]:
    """The forms of one page that lies at `path`, each with the pattern of the address it is sent to."""
    reader = _Reader(path)
    reader.feed(page)
    for form in reader.forms:
        try:
            match = resolve(urlsplit(form.action).path)
        except Resolver404:
            continue
        yield f"/{match.route}", form


def _subclasses(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from _subclasses(each)


def _routes(resolver: URLResolver, prefix: str, space: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        part = str(entry.pattern)
        # The admin has one pattern in the old spelling.
        part = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", part).lstrip("^").removesuffix("$")
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _routes(entry, prefix + part, inner)
        elif isinstance(entry, URLPattern):
            pattern = prefix + part
            name = f"{space}{entry.name}" if entry.name else pattern
            yield Route(pattern=pattern, name=name, parameters=tuple(_PARAMETER.findall(pattern)))


class _Reader(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._path = path
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            action, method = found.get("action") or self._path, found.get("method", "get").upper()
            self.forms.append(Form(action=action, method=method))
            return
        if not self.forms:
            return
        form, name, value = self.forms[-1], found.get("name", ""), found.get("value", "")
        if tag == "option" and self._select:
            form.choices.setdefault(self._select, []).append(value)
            return
        if tag not in ("input", "select", "textarea", "button") or not name or name == _TOKEN:
            return
        if found.get("type") == "file":
            form.files.append(name)
        elif tag == "select" or found.get("type") in ("radio", "checkbox") or tag == "button":
            form.choices.setdefault(name, []).append(value or "on")
            self._select = name if tag == "select" else ""
        else:
            form.typed.setdefault(name, []).append(value)
