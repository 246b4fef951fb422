"""Sends requests as somebody, undoes what they did, and says what came of them."""

from __future__ import annotations

import contextlib
import copy
import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client

from tests.security.header_rules import faults_of
from tests.security.resolver import Route
from tests.security.words import QUERIES, WORDS
from tests.security.world import World
from tmpportal.requests_told import HEADER

METHODS = ("GET", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "PATCH", "DELETE")
UNSAFE = METHODS[4:]
_TOKEN = re.compile(rb'("csrfmiddlewaretoken" value=|"X-CSRFToken": )"[^"]+"')
# A session is its own browser's: it remembers what that was shown last, such as a secret to scan. The other
# one counts how often a form was asked for.
_LEFT_OUT = {"django_session", "accounts_cached"}


def send(
    client: Client, method: str, route: Route, world: World, *, ids: dict[str, Any] | None = None, **more: Any
) -> Any:
    """The answer of `route`, read to its end, to what a person would send there."""
    query = QUERIES[route.spelling](world) if route.spelling in QUERIES else {}
    words = WORDS[route.spelling](world) if method == "POST" and route.spelling in WORDS else {}
    given = [words] if method in ("GET", "HEAD", "POST") else []
    call = getattr(client, method.lower())
    answer = call(route.address(world, ids), *given, query_params=query, **more)
    content_of(answer)
    assert faults_of(answer) == [], f"{method} {route.spelling}"
    return answer


def content_of(answer: Any) -> bytes:
    """The body; a stream is read and ended as a server would."""
    if not answer.streaming:
        return bytes(answer.content)
    if not hasattr(answer, "whole"):
        # At its end the client closes it; closing it here would close the test's connection as well.
        answer.whole = b"".join(answer.streaming_content)
    return bytes(answer.whole)


def told(answer: HttpResponse) -> str:
    """What an answer comes to: its status, or that it leads to the sign-in."""
    if answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in/login/"):
        return "sign-in"
    return str(answer.status_code)


def alike(answer: Any) -> tuple[int, bytes, dict[str, str]]:
    """What tells one answer from another, but for its own address, number and tokens in it."""
    body = _TOKEN.sub(b"", content_of(answer))
    for own in (answer.wsgi_request.path, answer.headers[HEADER]):
        body = body.replace(own.encode(), b"")
    return answer.status_code, body, {**answer.headers, "Content-Length": "", "Expires": "", HEADER: ""}


@contextlib.contextmanager
def undone(client: Client) -> Iterator[None]:
    """Whatever happens inside to database, cookies and cache is taken back."""
    cookies = copy.deepcopy(client.cookies)
    # How often a form was sent is counted there.
    cache.clear()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies = cookies


def dump() -> dict[str, list[Any]]:
    """Every row of every table as the database holds it, but for sessions and counters."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(tables - _LEFT_OUT):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY 1")
            found[table] = cursor.fetchall()
    return found


def changed(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> set[str]:
    """Names of the tables that differ."""
    return {table for table in before if before[table] != after[table]}
