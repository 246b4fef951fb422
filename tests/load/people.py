"""People at their browsers: each looks, thinks, and looks again; every answer is timed."""

from __future__ import annotations

import json
import math
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from itertools import cycle
from random import Random

import requests

from tests.load.stage import Seeded

# Between two looks, evenly spread: quicker than people are.
THINKING_SECONDS = (1.0, 3.0)
# A live page asks every two seconds; so often it does before its reader goes on.
REFRESHES = 3
# Whoever waits longer has gone.
PATIENCE_SECONDS = 30.0
FRAGMENT = {"HX-Request": "true"}


@dataclass
class Answers:
    """Seconds of every answer by what was asked for, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, name: str, seconds: float) -> None:
        with self.lock:
            self.seconds.setdefault(name, []).append(seconds)

    def fail(self, what: str) -> None:
        with self.lock:
            self.errors.append(what)

    def milliseconds(self, share: float, name: str = "") -> float:
        """Within which this share of the answers came; of one kind or of all."""
        told = sorted(each for key, all_ in self.seconds.items() for each in all_ if name in ("", key))
        return 1000 * told[max(0, math.ceil(share * len(told)) - 1)] if told else math.nan


class Person:
    """One signed-in browser that visits `pages` in turn, beginning anywhere."""

    def __init__(self, address: str, seeded: Seeded, number: int, running: Sequence[str]) -> None:
        self.address, self.seeded = address.rstrip("/"), seeded
        self.chance = Random(number)
        self.job = running[number % len(running)] if running else seeded.result
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Accept-Language"] = "en"
        self.session.cookies.set("sessionid", seeded.sessions[number])

    def looks(self) -> Iterator[tuple[str, str, dict[str, str]]]:
        """Name, path and headers of one look after the other, for ever."""
        result = f"/jobs/{self.seeded.result}/"
        kinds: list[Callable[[], Iterator[tuple[str, str, dict[str, str]]]]] = [
            self._dashboard,
            lambda: iter([("job", f"/jobs/{self.job}/", {})]),
            lambda: iter([("result", result, {})]),
            lambda: iter([("export", f"{result}export/csv", {})]),
            lambda: iter([("form", "/jobs/new/musicBeat/", {})]),
            lambda: iter([("usage", "/jobs/usage/", {})]),
        ]
        begin = self.chance.randrange(len(kinds))
        for kind in cycle([*kinds[begin:], *kinds[:begin]]):
            yield from kind()

    def _dashboard(self) -> Iterator[tuple[str, str, dict[str, str]]]:
        yield "dashboard", "/", {}
        known = re.search(r'hx-headers="([^"]*)"', self.text)
        headers = FRAGMENT | (json.loads(unescape(known[1])) if known else {})
        for _ in range(REFRESHES):
            yield "refresh", "/", headers

    def visit(self, answers: Answers, until: threading.Event) -> None:
        """Look and think until it is over."""
        self.text = ""
        until.wait(self.chance.uniform(0, THINKING_SECONDS[1]))
        for name, path, headers in self.looks():
            if until.is_set():
                break
            began = time.monotonic()
            try:
                answer = self.session.get(
                    f"{self.address}{path}", headers=headers, timeout=PATIENCE_SECONDS, allow_redirects=False
                )
            except requests.RequestException as error:
                answers.fail(f"{name}: {error}")
            else:
                answers.note(name, time.monotonic() - began)
                self.text = answer.text
                if answer.status_code not in (200, 304):
                    answers.fail(f"{name}: {answer.status_code}")
            until.wait(self.chance.uniform(*THINKING_SECONDS))


def visit_all(
    address: str, seeded: Seeded, running: Sequence[str], *, people: int, seconds: float
) -> Answers:
    """So many people for so long, all at once; what they were answered."""
    answers, over = Answers(), threading.Event()
    crowd = [Person(address, seeded, number, running) for number in range(people)]
    threads = [threading.Thread(target=each.visit, args=(answers, over)) for each in crowd]
    for thread in threads:
        thread.start()
    over.wait(seconds)
    over.set()
    for thread in threads:
        thread.join()
    return answers
