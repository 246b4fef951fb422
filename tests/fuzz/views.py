"""Sends anything to every view in three roles: an answer below 500 each time, within seconds (T12, T31)."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.drawing import Example, examples
from tests.fuzz.places import place_of
from tests.fuzz.routes import Route, all_routes, forms_of
from tests.fuzz.stage import ROLES, Stage

METHODS = ("GET", "POST")
SLOW_SECONDS = 20.0
# What the bucket or TMP did not do is told with 502, what is busy with 503; both are answers.
ANSWERS = (502, 503)


@dataclass
class Found:
    """What the fuzz came to, by view (`POST jobs:filters`): examples, answers by state, and what broke: the
    place in our code, and one example of how."""

    examples: Counter[str] = field(default_factory=Counter)
    states: Counter[int] = field(default_factory=Counter)
    broken: dict[str, str] = field(default_factory=dict)
    errors: int = 0
    slowest: tuple[float, str] = (0.0, "")


class Views:
    """All views of `stage`, each of which can be fuzzed on from where it was; unless it `looks_around` first,
    no form is known and all fields are drawn."""

    def __init__(self, stage: Stage, *, looks_around: bool = True) -> None:
        self._stage = stage
        self._cookies = {role: stage.client(role).cookies.output(header="", sep=";") for role in ROLES}
        self.routes = all_routes()
        pages = [
            route.path(dict.fromkeys(route.parameters, value))
            for route in self.routes
            if len(route.parameters) <= 1 and not route.pattern.startswith("/admin/")
            for value in (stage.names.get(route.parameters[0], []) if route.parameters else [""])
        ]
        with _undone():
            self.forms = forms_of(stage.client("owner"), pages if looks_around else [])
        self.found = Found()

    @property
    def names(self) -> list[tuple[str, Route, str]]:
        """Every view: its name in figures, its route and the method."""
        return [(f"{method} {route.name}", route, method) for route in self.routes for method in METHODS]

    def fuzz(self, name: str, route: Route, method: str, *, count: int, number: int) -> None:
        """`count` examples; the same for the same `number`."""
        example = examples(self._stage, route, method, self.forms.get(route.pattern, []))

        @seed(number)
        @settings(
            max_examples=count,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(example)
        def send(drawn: Example) -> None:
            self._send(name, drawn)

        send()

    def _send(self, name: str, drawn: Example) -> None:
        self.found.examples[name] += 1
        cache.clear()
        began = time.monotonic()
        try:
            with _undone():
                state = _asked(self._client(drawn.role), drawn)
        except Exception as error:
            self._note(name, drawn, error)
            return
        seconds = time.monotonic() - began
        self.found.slowest = max(self.found.slowest, (seconds, f"{name} {drawn}"[:600]))
        self.found.states[state] += 1
        if (state >= 500 and state not in ANSWERS) or seconds > SLOW_SECONDS:
            self.found.errors += 1
            self.found.broken.setdefault(f"{name}: {state} after {seconds:.0f} s", repr(drawn)[:2000])

    def _client(self, role: str) -> Client:
        """A browser of that person's, whatever the last answer did to its cookies."""
        client = Client()
        client.cookies.load(self._cookies[role])
        return client

    def _note(self, name: str, drawn: Example, error: Exception) -> None:
        self.found.errors += 1
        self.found.broken.setdefault(
            f"{place_of(error)} ({name})", f"{str(error)[:200]} after {repr(drawn)[:2000]}"
        )


class _undone:  # noqa: N801 - reads as a word
    """Whatever a request does to the database is undone, so that the next one finds the same stage."""

    def __enter__(self) -> None:
        self._atomic = transaction.atomic()
        self._atomic.__enter__()

    def __exit__(self, *error: Any) -> None:
        transaction.set_rollback(True)
        self._atomic.__exit__(None, None, None)


def _asked(client: Client, drawn: Example) -> int:
    path = f"{drawn.path}?{urlencode(drawn.query)}" if drawn.query else drawn.path
    if drawn.method == "GET":
        answer = client.get(path, headers=dict(drawn.headers))
    elif drawn.raw is not None:
        answer = client.generic("POST", path, drawn.raw, drawn.content_type, headers=dict(drawn.headers))
    else:
        data: dict[str, Any] = {}
        for name, value in drawn.form:
            data.setdefault(name, []).append(value)
        for name, content in drawn.files.items():
            data[name] = SimpleUploadedFile("song.mp3", content)
        answer = client.post(path, data, headers=dict(drawn.headers))
    if answer.streaming:
        # To its end, where the client closes it; closing it here would close the test's connection as well.
        for _ in answer.streaming_content:
            pass
    return answer.status_code
