"""Who gets what at every address the portal knows: T10 (somebody else's rows), T27 (requests of other sites,
and changes by GET) and T29 (a password alone, where more is demanded)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from accounts import second_step
from tests.sandbox_process import SandboxProcess
from tests.security.expectations import ALLAUTH, REFUSED, SIGN_IN, entries, is_of_admin
from tests.security.resolver import Route, all_routes, nobodys
from tests.security.walking import METHODS, UNSAFE, alike, changed, content_of, dump, send, told, undone
from tests.security.world import ROLES, World, make_world

pytestmark = pytest.mark.django_db
TABLE = entries()
KNOWN = [route for route in all_routes() if not is_of_admin(route)]
WALKED = [route for route in KNOWN if route.spelling in TABLE]

# What a GET may write, and why that is no change that a page of somebody else's could do harm by.
MAY_WRITE_BY_GET = {
    "callbacks/<str:token>/": ({"jobs_attempt", "jobs_refresh"}, "nobody knows by which method TMP calls"),
    "s/<str:token>/": ({"jobs_share"}, "the maker of a link sees how often it was opened"),
    "s/<str:token>/audio/<int:number>": ({"accounts_verdict"}, "what a search for keys found is kept"),
    **{
        f"library/<uuid:account_id>/{name}": ({"accounts_verdict"}, "what a search for keys found is kept")
        for name in ("download", "file", "stream")
    },
}
# Strangers do this, too, with a token in the address.
WRITTEN_BY_ANYBODY = set().union(*(tables for tables, _why in MAY_WRITE_BY_GET.values()))
# Nobody's cookie does anything there: the token in the address does.
NEEDS_NO_TOKEN = {"callbacks/<str:token>/"}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of refusals need not be logged one by one."""
    logging.getLogger("django.request").setLevel(logging.ERROR)
    yield
    logging.getLogger("django.request").setLevel(logging.NOTSET)


@pytest.fixture
def world(at_sandbox: SandboxProcess) -> World:
    return make_world(at_sandbox)


def in_table(route: Route) -> str:
    return f"/{route.spelling}"


def test_every_address_has_its_line_in_the_table() -> None:
    """T10: whoever adds an address says who may do what there."""
    missing = [in_table(route) for route in KNOWN if route.spelling not in TABLE]
    assert not missing, (
        "Say in tests/security/routes.txt what owner, submitter, viewer, other people and somebody who is "
        f"not signed in get at {', '.join(missing)}: a line with the address, below it one for each "
        "method. If its POST takes a form, put what a person would send into tests/security/words.py."
    )
    gone = set(TABLE) - {route.spelling for route in KNOWN}
    assert not gone, f"No address is spelt like that any more: take it out of routes.txt: {sorted(gone)}"


@pytest.mark.parametrize("role", ROLES)
def test_everybody_gets_what_the_table_says(world: World, role: str) -> None:
    """T10: the portal answers by role, and what it refuses changes nothing."""
    client = world.client(role)
    listed = [(route, method) for route in WALKED for method in TABLE[route.spelling].lines]
    # What is done to the bucket is not undone: first everything is looked at.
    listed.sort(key=lambda step: step[1] != "GET")
    no = ("403", "404", REFUSED, *([SIGN_IN] if role == "anonymous" else []))
    refused = [(route, method) for route, method in listed if expected(route, method, role) in no]
    before = dump()
    wrong = walk(client, refused, world, role)
    after = dump()
    for route, method in listed:
        if (route, method) not in refused:
            with undone(client):
                wrong |= walk(client, [(route, method)], world, role)
    assert wrong == {}
    assert changed(before, after) == set()


@pytest.mark.parametrize("role", ["owner", "anonymous"])
def test_methods_that_nobody_sends_are_answered_without_doing_anything(world: World, role: str) -> None:
    """T27: also where an address listens, it does so to the methods in the table only."""
    client, wrong, before = world.client(role), {}, dump()
    others = [
        (route, method)
        for route in WALKED
        for method in METHODS
        if method not in TABLE[route.spelling].lines and method != "HEAD"
    ]
    for route, method in others:
        answer = send(client, method, route, world)
        loose = route.spelling.startswith(ALLAUTH) and answer.status_code < 500
        if told(answer) != expected(route, method, role) and not loose:
            wrong[f"{method} {in_table(route)}"] = told(answer)
    assert wrong == {}
    assert changed(before, dump()) == set()


def test_somebody_elses_row_is_answered_like_one_that_does_not_exist(world: World) -> None:
    """T10: by status, words and headers alike, so that nobody learns which ids exist."""
    client, differing = world.client("other"), []
    for route in (route for route in WALKED if route.names_a_row(world)):
        for method in TABLE[route.spelling].lines:
            for headers in ({}, {"HX-Request": "true"}):
                theirs = send(client, method, route, world, headers=headers)
                nones = send(client, method, route, world, ids=nobodys(world), headers=headers)
                if theirs.status_code != 404 or alike(theirs) != alike(nones):
                    differing.append(f"{method} {in_table(route)} {told(theirs)} {told(nones)}")
    assert differing == []


def test_a_row_of_somebody_elses_is_not_found_by_way_of_an_own_account(world: World) -> None:
    """T10: of two ids in one address both are looked at."""
    client, wrong, before, walked = world.client("other"), {}, dump(), 0
    own = {"account_id": world.own["account_id"]}
    for route in WALKED:
        rows = [name for name in route.parameters if name in world.ids]
        if "account_id" in rows and len(rows) > 1 and "programs/" not in route.spelling:
            for method in TABLE[route.spelling].lines:
                walked += 1
                theirs = send(client, method, route, world, ids=own)
                nones = send(client, method, route, world, ids=nobodys(world) | own)
                if alike(theirs) != alike(nones):
                    wrong[f"{method} {in_table(route)}"] = told(theirs)
    assert walked >= 7
    assert wrong == {}
    assert changed(before, dump()) == set()


@pytest.mark.parametrize("role", ["owner", "anonymous"])
def test_no_get_changes_anything(world: World, role: str) -> None:
    """T27: the database is the same afterwards, row by row; MAY_WRITE_BY_GET has the exceptions and why."""
    client, wrong = world.client(role), {}
    before = dump()
    for route in WALKED:
        for method in ("GET", "HEAD"):
            send(client, method, route, world)
            after = dump()
            allowed, _why = MAY_WRITE_BY_GET.get(route.spelling, (set(), ""))
            if tables := changed(before, after) - allowed:
                wrong[f"{method} {in_table(route)}"] = tables
            before = after
    assert wrong == {}


@pytest.mark.parametrize("role", ["owner", "anonymous"])
def test_nothing_is_done_for_a_form_without_our_token(world: World, role: str) -> None:
    """T27: whatever a page of another site has a browser send, it is refused before anything is looked at."""
    client, wrong = world.client(role, has_csrf_checks=True), {}
    before = dump()
    for route in WALKED:
        for method in UNSAFE:
            if route.spelling not in NEEDS_NO_TOKEN:
                answer = send(client, method, route, world)
                if answer.status_code != 403:
                    wrong[f"{method} {in_table(route)}"] = told(answer)
    assert wrong == {}
    assert changed(before, dump()) == set()


def test_where_a_second_step_is_demanded_a_password_alone_reaches_what_strangers_reach(
    world: World, settings: Any
) -> None:
    """T29: every other address leads to the page that sets one up, those of the administration included."""
    settings.SECOND_STEP = second_step.DEMANDED
    person, stranger, wrong, before = world.client("owner"), world.client("anonymous"), {}, dump()
    walked = [route for route in all_routes() if route.name not in second_step.OPEN]
    led = 0
    for route, method in ((route, method) for route in walked for method in ("GET", "POST")):
        answer = send(person, method, route, world)
        if answer.status_code == 302 and answer.headers["Location"] == "/sign-in/factors/":
            led += 1
        elif getattr(resolve(route.address(world)).func, "login_required", True):
            wrong[f"{method} {in_table(route)}"] = told(answer)
        else:
            said = content_of(send(stranger, method, route, world))
            names = (world.account.name.encode(), world.account.bucket.encode())
            if any(name in content_of(answer) and name not in said for name in names):
                wrong[f"{method} {in_table(route)}"] = "tells more than strangers hear"
    assert wrong == {}
    assert led > 250
    assert changed(before, dump()) <= WRITTEN_BY_ANYBODY


def expected(route: Route, method: str, role: str) -> str:
    return TABLE[route.spelling].expects(method, role)


def walk(client: Client, steps: list[tuple[Route, str]], world: World, role: str) -> dict[str, str]:
    """What was answered otherwise than the table has it."""
    wrong = {}
    for route, method in steps:
        found, wanted = told(send(client, method, route, world)), expected(route, method, role)
        if found != wanted:
            wrong[f"{method} {in_table(route)}"] = f"{found} instead of {wanted} for {role}"
    return wrong
