"""Who tries to get around what the portal asks for leaves a line: the request's id, not what was sent."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from tests.sandbox_process import SandboxProcess
from tests.security.words import WORDS
from tests.security.world import World, make_world
from tests.totp import code_of
from tmpportal import logs
from tmpportal.requests_told import HEADER

pytestmark = pytest.mark.django_db
# What each attempt sends and no line may repeat.
SENT = "f0r9ed-by-somebody-0123456789"
JOB_FORM = "jobs/new/<slug:capability>/"


def _job_form(world: World, **fields: Any) -> Any:
    words = {**WORDS[JOB_FORM](world), **fields}
    return world.client("owner").post("/jobs/new/musicBeat/", words)


def _guess_passwords(world: World) -> Any:
    cache.clear()
    for _ in range(12):
        answer = Client().post("/sign-in/login/", {"login": "the-owner", "password": SENT})
    return answer


def _guess_codes(world: World) -> Any:
    client = world.client("owner")
    secret = client.get("/sign-in/factors/totp/activate/").context["form"].secret
    client.post("/sign-in/factors/totp/activate/", {"code": code_of(secret)})
    other = Client()
    other.post("/sign-in/login/", {"login": "the-owner", "password": "a long enough phrase"})
    return other.post("/sign-in/factors/authenticate/", {"code": SENT})


# What is tried, the state of its answer, and a word of its line.
ATTEMPTS: dict[str, tuple[Callable[[World], Any], int, str]] = {
    "a form of another site": (
        lambda world: world.client("owner", has_csrf_checks=True).post("/jobs/new/", {"path": SENT}),
        403,
        "CSRF",
    ),
    "another host": (lambda _world: Client().get("/", headers={"Host": "evil.example"}), 400, "HTTP_HOST"),
    "a forged callback": (lambda _world: Client().post(f"/callbacks/{SENT}/"), 404, "/callbacks/***"),
    "a forged link to a result": (lambda _world: Client().get(f"/s/{SENT}/"), 404, "/s/***"),
    "a forged invitation": (
        lambda _world: Client().get(f"/sign-in/invitation/{SENT}/"),
        404,
        "invitation/***",
    ),
    "somebody else's account in the address": (
        lambda world: world.client("other").get(f"/accounts/{world.account.pk}/"),
        404,
        "Not Found",
    ),
    "somebody else's account in a field": (
        lambda world: world.client("other").post("/jobs/new/musicBeat/", WORDS[JOB_FORM](world)),
        404,
        "Not Found",
    ),
    "an account that nobody has, in a field": (
        lambda world: _job_form(world, account=uuid4()),
        404,
        "Not Found",
    ),
    "a choice that the form does not offer": (
        lambda world: _job_form(world, drumType=SENT),
        422,
        "Unprocessable",
    ),
    "an address in the portal's own network": (
        lambda world: _job_form(world, source="url", url=f"https://127.0.0.1/{SENT}"),
        422,
        "Unprocessable",
    ),
    "a deed that a role does not have": (
        lambda world: world.client("viewer").post(f"/accounts/{world.account.pk}/delete/", {"name": SENT}),
        403,
        "Forbidden",
    ),
    "a method that is not served": (
        lambda world: world.client("owner").delete("/jobs/new/"),
        405,
        "Not Allowed",
    ),
    "too many passwords": (_guess_passwords, 429, "Too Many Requests"),
    "a made-up code": (_guess_codes, 200, "was refused a second step"),
}


@pytest.fixture
def world(at_sandbox: SandboxProcess) -> World:
    return make_world(at_sandbox)


@pytest.fixture
def warned() -> Iterator[io.StringIO]:
    """The lines of an operator's log from WARNING on."""
    said, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(said)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logs.Line())
    root.addHandler(handler)
    yield said
    root.removeHandler(handler)


@pytest.mark.parametrize("what", ATTEMPTS)
def test_an_attempt_is_one_line_without_what_was_sent(world: World, warned: io.StringIO, what: str) -> None:
    """T11, T12, T15, T16, T27, T29: by the request's id the line leads to address, person and answer."""
    attempt, state, word = ATTEMPTS[what]
    answer = attempt(world)
    assert answer.status_code == state
    lines = [line for line in warned.getvalue().splitlines() if not line.startswith("    | ")]
    mine = [line for line in lines if f"request_id={answer.headers[HEADER]}" in line and word in line]
    assert len(mine) == 1, lines
    assert SENT not in warned.getvalue()
