"""Calls the addresses of attempts with anything: an answer below 500, and no job believes it (T16, T17)."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from jobs.models import Attempt, Job
from tests.fuzz.answering import answer
from tests.fuzz.places import place_of
from tests.fuzz.stage import Stage

ANSWERS = (204, 404, 405, 413)
_METHODS = ("POST", "POST", "POST", "POST", "GET", "PUT", "HEAD", "DELETE", "PATCH", "OPTIONS")
_TYPES = (
    "application/json",
    "text/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "\xff",
    "",
)
# What a callback may write: when it came, and about which id; and when the next question is due.
_FREE = {"called_at", "called_about"}


@dataclass
class Heard:
    """How many calls were answered in which way, and what broke or was believed."""

    calls: int = 0
    states: Counter[int] = field(default_factory=Counter)
    errors: int = 0
    broken: dict[str, str] = field(default_factory=dict)


class Callbacks:
    """Calls about the attempts of `stage`, number by number; `stage` has one job in every state."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self._tokens, self._seed = stage.tokens, seed
        self._client = Client()
        self._before = _books()
        self.heard = Heard()

    def fuzz(self, number: int) -> None:
        """One call, and a look at what it changed."""
        dice = random.Random(f"{self._seed}/callback/{number}")
        told = answer(dice.choice(("GetJob", "CreateJob")), number, self._seed, job_id=f"tmp-{number}")
        token = _token(dice, self._tokens)
        body = told.body if dice.random() < 0.8 else dice.randbytes(dice.choice((0, 9, 70_000)))
        query = dice.choice(("", "", "id=tmp-1&state=3", "id=%00", "&" * 300, json.dumps({"id": "x" * 200})))
        try:
            state = self._client.generic(
                dice.choice(_METHODS),
                f"/callbacks/{token}/",
                body,
                dice.choice(_TYPES),
                query_string=query,
                headers={"Host": "testserver", "X-Forwarded-Host": "evil.example.com"},
            ).status_code
        except Exception as error:
            self._note(place_of(error), number)
            return
        self.heard.calls += 1
        self.heard.states[state] += 1
        if state not in ANSWERS:
            self._note(f"answered {state}", number)
        if _books() != self._before:
            self._note("a job or an attempt was changed", number)
            self._before = _books()

    def _note(self, what: str, number: int) -> None:
        self.heard.errors += 1
        self.heard.broken.setdefault(what, f"callback {number}")


def _token(dice: random.Random, tokens: list[str]) -> str:
    """An address that is known, one like it, or any."""
    known = dice.choice(tokens)
    return dice.choice(
        (known, known, known.upper(), known[:-1], f"{known}%00", f"{dice.getrandbits(192):x}", "%2e", "é")
    )


def _books() -> list[dict[str, Any]]:
    """Everything that no call may change."""
    attempts = [
        {name: row[name] for name in row if name not in _FREE}
        for row in Attempt.objects.order_by("pk").values()
    ]
    jobs = Job.objects.order_by("pk").values(
        "state", "tmp_id", "tmp_state", "fence", "result", "raw_answer", "unanswered"
    )
    return [*attempts, *jobs]
