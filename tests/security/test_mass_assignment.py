"""T12: whatever else is sent with a form, rows become what they would have become without it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

import pytest
from django.test import Client

from accounts.clients import bucket_for
from jobs.models import Plan
from tests.factories import SONG_PATH
from tests.sandbox_process import SandboxProcess
from tests.security.expectations import ALLAUTH, entries, is_of_admin
from tests.security.odd_columns import odd_columns, told_of
from tests.security.resolver import Route, all_routes
from tests.security.rows import Rows, all_rows, new_or_changed
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
        more = odd_columns(plain, before)
        for name in TYPED.get(route.spelling, ()):
            more.pop(name, None)
        if not more:
            # Nothing was made or changed, so that no column could be meant.
            continue
        state, rows = _sent(client, route, world, before, more)
        usual, told = told_of(plain, before), told_of(rows, before)
        difference = (told - usual) + (usual - told)
        if difference or state != plain_state:
            wrong[route.spelling] = (plain_state, state, sorted(difference.elements()))
        making |= {table for table, _key in plain}
    assert wrong == {}
    assert {"accounts_account", "accounts_membership", "accounts_registration", "jobs_job"} <= making
    assert {"jobs_batch", "jobs_correction", "jobs_limits", "jobs_price", "jobs_share"} <= making


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
