"""T31: whatever number, text or list one person sends, the answer stays small, quick and below 500."""

from __future__ import annotations

import io
import zipfile
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.actions import Action
from library import zip_stream
from tests.factories import SONG_PATH
from tests.sandbox_process import SandboxProcess
from tests.security.resolver import all_routes
from tests.security.walking import changed, content_of, dump
from tests.security.words import QUERIES
from tests.security.world import SPARE_PATH, World, make_world

pytestmark = pytest.mark.django_db
ROUTES = {route.spelling: route for route in all_routes()}
_ACCOUNT, _ONE_JOB = "accounts/<uuid:account_id>/", "jobs/<uuid:job_id>/"
# What is read behind the question mark, where that is a number, a text or a place in a list.
ASKED = {
    "": ("text", "older", "newer", "since"),
    f"{_ACCOUNT}history/": ("page",),
    "batches/<uuid:batch_id>/": ("after", "before"),
    "jobs/find/": ("q",),
    "jobs/trends/": ("days",),
    "jobs/usage/": ("days", "month"),
    "jobs/new/<slug:capability>/": ("from", "plan", "preset", "path"),
    f"{_ONE_JOB}export/<slug:format_key>": ("version",),
    f"{_ONE_JOB}cuts/": ("n", "version"),
    "jobs/new/files/<uuid:account_id>/": ("prefix", "begins", "marker"),
    "library/<uuid:account_id>/": ("q", "marker", "sort", "prefix"),
}
EXTREMES = {
    "huge": str(10**9),
    "negative": "-1",
    "endless": "9" * 5_000,
    "a pattern": "(a+)+$%_*\\" + "x" * 60_000,
}
NUMBERS = {"page", "version", "n", "days", "preset", "marker"}
MOST_BYTES, MOST_QUERIES, LONGEST_STATEMENT = 600_000, 40, 100_000


@pytest.fixture
def world(at_sandbox: SandboxProcess) -> World:
    return make_world(at_sandbox)


def test_no_number_or_text_makes_an_answer_large_or_asks_the_database_much(world: World) -> None:
    """T31: page 1,000,000,000, negative and endless numbers, texts of 60,000 letters, patterns."""
    client, wrong = world.client("owner"), {}
    for spelling, names in ASKED.items():
        for name in names:
            for kind, value in EXTREMES.items():
                if kind == "negative" and name not in NUMBERS:
                    continue
                usual = QUERIES[spelling](world) if spelling in QUERIES else {}
                with CaptureQueriesContext(
                    connection,
                ) as queries:
                    answer = client.get(ROUTES[spelling].address(world), {**usual, name: value})
                    size = len(content_of(answer))
                if answer.status_code >= 500 or size > MOST_BYTES or len(queries) > MOST_QUERIES:
                    wrong[f"/{spelling}?{name}={kind}"] = (answer.status_code, size, len(queries))
    assert wrong == {}


@pytest.mark.parametrize("text", ["%", "song_wav", "s%g", "*", "song.*", "\\"])
def test_signs_of_patterns_are_searched_for_as_they_are(world: World, text: str) -> None:
    """T31: in jobs, batches and files; nobody's search is a pattern that reads everything."""
    client = world.client("owner")
    assert len(client.get("/jobs/find/", {"q": "song.wav"}).json()["entries"]) > 0
    assert client.get("/jobs/find/", {"q": text}).json() == {"entries": []}
    board = client.get("/", {"text": text}).content.decode()
    assert f"/jobs/{world.jobs['done'].pk}/" not in board
    files = client.get(f"/library/{world.account.pk}/", {"q": text}).content.decode()
    assert "song.wav" not in files.replace(text, "")


@pytest.mark.parametrize("many", ["job", "shown"])
def test_more_ticks_than_any_page_has_are_not_looked_at(world: World, many: str) -> None:
    """T31: a form may hold hundreds of thousands of ids; the database is not asked for them."""
    client, before = world.client("owner"), dump()
    ids = [*(str(uuid4()) for _ in range(20_000)), str(world.jobs["done"].pk)]
    words = {"job": ids} if many == "job" else {"all": "1", "shown": " ".join(ids)}
    with CaptureQueriesContext(connection) as queries:
        answer = client.post("/jobs/selection/", {**words, "action": Action.DELETE, "confirmed": "1"})
    assert answer.status_code == (400 if many == "job" else 302)
    assert max(len(query["sql"]) for query in queries) < LONGEST_STATEMENT
    assert changed(before, dump()) == set()


def test_a_zip_of_more_files_than_fit_has_as_many_as_fit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T31: the rest of the paths is not even asked for."""
    monkeypatch.setattr(zip_stream, "MOST_FILES", 2)
    paths = [SONG_PATH, SPARE_PATH, *(f"uploads/{number}.wav" for number in range(3_000))]
    answer = world.client("owner").post(f"/library/{world.account.pk}/files.zip", {"path": paths})
    with zipfile.ZipFile(io.BytesIO(content_of(answer))) as made:
        assert len(made.namelist()) == 2
