"""No secret is in any page, header, log line, task, session or column, nor on the list of processes."""

from __future__ import annotations

import base64
import gzip
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.secret_story import SecretStory
from tests.secrets_search import SecretsSearch, files_of


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecretStory]:
    with SecretStory(tmp_path_factory.mktemp("secrets")) as told:
        yield told


@pytest.fixture(scope="module")
def search(story: SecretStory) -> SecretsSearch:
    return SecretsSearch(story.secrets)


def test_the_story_went_through_every_station(story: SecretStory) -> None:
    assert story.states == ["DONE", "COMPLETED", "REFUSED", "UNSURE", "UNSURE", "DONE", "DONE"]
    codes = {where.rpartition("(")[2] for where, _ in story.answers}
    assert {"200)", "302)", "403)", "404)", "422)", "500)"} <= codes
    assert len(story.answers) > 60
    kinds = {name.partition(" ")[2] for name in story.secrets}
    assert len([kind for kind in kinds if kind.startswith(("bucket_", "tmp_", "gateway_"))]) == 6
    assert all(len(secret) >= 12 for secret in story.secrets.values())


def test_no_answer_holds_a_secret(story: SecretStory, search: SecretsSearch) -> None:
    assert [found for where, content in story.answers for found in search.in_bytes(content, where)] == []


def test_only_the_page_and_the_file_that_an_owner_asked_for_hold_keys_and_nobody_stores_them(
    story: SecretStory, search: SecretsSearch
) -> None:
    assert len(story.revealed) == 2
    for where, content in story.revealed:
        assert len({found.secret for found in search.in_bytes(content, where)}) == 6
        assert b"no-store" in content.partition(b"\n\n")[0]


def test_no_file_of_the_portal_holds_a_secret(story: SecretStory, search: SecretsSearch) -> None:
    """Logs at level DEBUG, database and its dump, queue, collected static files and their manifest."""
    names = {path.name for path in files_of(story.data)}
    assert {"portal.sqlite3", "web.log", "worker.log", "staticfiles.json"} <= names
    assert search.in_tree(story.data) == []


def test_no_task_holds_a_secret(story: SecretStory, search: SecretsSearch) -> None:
    sent = [json.loads(message) for message in story.messages.values() if message.startswith(b"{")]
    assert "accounts.tasks.register_account" in {message["headers"]["task"] for message in sent if message}
    content = b"\n".join(story.messages.values())
    bodies = b"\n".join(base64.b64decode(message["body"]) for message in sent if "body" in message)
    assert search.in_bytes(content + bodies, "queue") == []


def test_no_session_and_no_output_and_no_process_shows_a_secret(
    story: SecretStory, search: SecretsSearch
) -> None:
    assert "_auth_user_id" in story.sessions
    assert len(story.processes) >= 3
    assert search.in_text(story.sessions, "sessions") == []
    assert search.in_text(story.said, "terminal") == []
    assert search.in_text("\n".join(story.processes), "ps") == []


def test_a_planted_secret_is_found_in_every_sink(
    story: SecretStory, search: SecretsSearch, tmp_path: Path
) -> None:
    for name, secret in story.secrets.items():
        task = base64.b64encode(json.dumps([[secret], {}, {}]).encode()).decode()
        database = sqlite3.connect(tmp_path / "portal.sqlite3")
        database.execute("CREATE TABLE IF NOT EXISTS planted (text)")
        database.execute("INSERT INTO planted VALUES (?)", [secret])
        database.commit()
        database.close()
        (tmp_path / "web.log").write_text(f"INFO registering with {secret!r}")
        (tmp_path / "message").write_text(json.dumps({"body": task, "headers": {"argsrepr": "..."}}))
        (tmp_path / "staticfiles.json.gz").write_bytes(gzip.compress(json.dumps({"a": secret}).encode()))
        found = {Path(hit.where.split(" ")[0]).name for hit in search.in_tree(tmp_path) if hit.secret == name}
        assert found == {"portal.sqlite3", "web.log", "message", "staticfiles.json.gz"}
        for sink in (f'<input value="{secret}">', f"--key={secret}", json.dumps([{"draft": secret}])):
            assert name in {hit.secret for hit in search.in_text(sink, "page, process or session")}
