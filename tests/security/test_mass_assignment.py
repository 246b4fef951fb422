"""T12: whatever else is sent with a form, rows become what they would have become without it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts.clients import bucket_for
from accounts.inviting import OPEN
from jobs.models import Plan
from tests.factories import PASSWORD, SONG_PATH
from tests.sandbox_process import SandboxProcess
from tests.security.expectations import ALLAUTH, entries, is_of_admin
from tests.security.odd_values import ID, odd_value
from tests.security.resolver import Route, all_routes
from tests.security.rows import Rows, all_rows, columns_of, new_or_changed
from tests.security.walking import content_of, undone
from tests.security.words import QUERIES, WORDS
from tests.security.world import SPARE_PATH, World, make_world
from tests.songs import clicks

pytestmark = pytest.mark.django_db
TABLE = entries()
FORMS = [
    route
    for route in all_routes()
    if not is_of_admin(route)
    and "POST" in TABLE[route.spelling].lines
    and not route.spelling.startswith((ALLAUTH, "callbacks/"))
]
_REGISTRATION = {"endpoint", "operate_uin", "user_name", "bucket", "region", "domain"}
_REGISTRATION |= {"bucket_secret_id", "bucket_secret_key", "ticks"}
# Fields that a form has, and that tests/security/words.py leaves empty.
TYPED = {
    "accounts/register/": _REGISTRATION,
    "accounts/register/judge/": _REGISTRATION,
    "jobs/<uuid:job_id>/beats/": {"note"},
    "jobs/<uuid:job_id>/shares/": {"with_exports"},
    "jobs/new/<slug:capability>/": {"label", "output_prefix", "timeout"},
}
# Made at random for every row.
_RANDOM = re.compile(
    r"\b[0-9a-z]{32}(?:[0-9a-f]{32})?\b|md5\$\S+|\b(?!0dd0)[0-9a-f]{8}(?:-[0-9a-f]{4,12}){4}\b"
)
_MINUTE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC")
_YEAR = 2000
SONG = clicks(1.0, 120.0)


@pytest.fixture
def world(at_sandbox: SandboxProcess) -> World:
    world = make_world(at_sandbox)
    # Of several songs a batch is made.
    Plan.objects.filter(key=world.ids["key"]).update(places=[SONG_PATH, SPARE_PATH])
    return world


def test_a_column_that_a_form_does_not_have_cannot_be_sent_along(world: World) -> None:
    """T12: state, owner, fence, TMP's id, role, times ... of every row that is made or changed."""
    client, before, wrong, making = world.client("owner"), all_rows(), {}, set[str]()
    for route in FORMS:
        plain_state, plain = _sent(client, route, world, before, {})
        more = _columns(plain, before)
        for name in TYPED.get(route.spelling, ()):
            more.pop(name, None)
        if not more:
            # Nothing was made or changed, so that no column could be meant.
            continue
        state, rows = _sent(client, route, world, before, more)
        usual, told = _told(plain, before), _told(rows, before)
        difference = (told - usual) + (usual - told)
        if difference or state != plain_state:
            wrong[route.spelling] = (plain_state, state, sorted(difference.elements()))
        making |= {table for table, _key in plain}
    assert wrong == {}
    assert {"accounts_account", "accounts_membership", "accounts_registration", "jobs_job"} <= making
    assert {"jobs_batch", "jobs_correction", "jobs_limits", "jobs_price", "jobs_share"} <= making


def test_nobody_signs_up_as_more_than_a_person(settings: Any) -> None:
    """T12: the only columns of a login that its form sets are name and password."""
    settings.SIGN_UP = OPEN
    words = {"username": "newcomer", "password1": PASSWORD, "password2": PASSWORD}
    before = all_rows()
    row = {**dict.fromkeys(field.attname for field in User._meta.concrete_fields), "is_active": True}
    more = _columns({("auth_user", 1): row}, before) | {"groups": "1", "user_permissions": "1"}
    assert (more["is_staff"], more["is_superuser"], more["is_active"]) == ("on", "on", "")
    made = []
    for extra in ({}, more):
        client = Client()
        with undone(client):
            answer = client.post("/sign-in/signup/", {**extra, **words})
            assert answer.status_code == 302
            made.append(_told(new_or_changed(before, all_rows()), before))
    assert made[0] == made[1]
    assert ("auth_user", True, "is_superuser", "False") in made[0]


def _sent(
    client: Client, route: Route, world: World, before: Rows, more: Mapping[str, str]
) -> tuple[int, Rows]:
    """The answer's state and the rows that were made or changed, when `more` goes with a person's words."""
    if route.spelling.startswith("library/") or "/demo/" in route.spelling:
        # What was done to the bucket before is not undone.
        for path in (world.account.demo_path, SONG_PATH, SPARE_PATH):
            bucket_for(world.account).put(path, SONG)
    words = dict(WORDS[route.spelling](world)) if route.spelling in WORDS else {}
    if route.spelling.startswith("accounts/register/"):
        words["registration"] = uuid4()
    if route.spelling.endswith("/folder/"):
        words["folder"] = uuid4().hex
    query = QUERIES[route.spelling](world) if route.spelling in QUERIES else {}
    with undone(client):
        answer = client.post(route.address(world), {**more, **words}, query_params=query)
        content_of(answer)
        return answer.status_code, new_or_changed(before, all_rows())


def _columns(rows: Rows, before: Rows) -> dict[str, str]:
    """Every column of these rows by both of its names, with a value that it does not have."""
    foreign = dict(before)
    more: dict[str, str] = {}
    for (table, _key), values in rows.items():
        for field in columns_of(table):
            value = odd_value(field, values[field.attname], foreign)
            more |= {name: value for name in (field.name, field.attname) if name not in more}
    return more


def _told(rows: Rows, before: Rows) -> Counter[tuple[str, bool, str, str]]:
    """The values of all columns, but for what is another one each time."""
    told = Counter[tuple[str, bool, str, str]]()
    for key, values in rows.items():
        is_new = key not in before
        told.update((key[0], is_new, name, _steady(value, is_new)) for name, value in values.items())
    return told


def _steady(value: Any, is_new: bool) -> str:
    if isinstance(value, datetime) and value.year > _YEAR:
        return "a moment"
    if isinstance(value, UUID):
        return "an id" if is_new and str(value) != ID else str(value)
    return _RANDOM.sub("at random", _MINUTE.sub("a moment", repr(value)))
