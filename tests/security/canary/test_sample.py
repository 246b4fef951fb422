"""No secret is in any page, header, log line, task, session, mail, file, column or list of processes.

Threats T1, T2, T4, T5, T6, T7 and T9: a real run at log level DEBUG with forced faults. `make canary` also
does it on PostgreSQL and Redis, and over a portal that leaks on purpose.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest

from tests.secrets_search import SecretsSearch
from tests.security.canary.story import SecretStory
from tests.security.canary.sweeping import ENCODINGS, Swept, swept

PORT = int(os.environ.get("BROWSER_PORT", "8350")) + 9


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecretStory]:
    with SecretStory(tmp_path_factory.mktemp("secrets"), port=PORT) as told:
        yield told


@pytest.fixture(scope="module")
def found(story: SecretStory) -> Swept:
    return swept(story.watch.sinks(), story.secrets)


def test_the_story_went_through_every_station(story: SecretStory) -> None:
    assert story.states == [
        *("DONE", "COMPLETED", "ERROR", "UNSURE"),
        *("REFUSED", "UNSURE", "UNSURE", "DONE", "DONE"),
    ]
    assert {200, 302, 403, 404, 422, 500} <= {answer.state for answer in story.answers}
    assert len(story.answers) > 60
    kinds = {name.partition(" ")[2] for name in story.secrets}
    assert len([kind for kind in kinds if kind.startswith(("bucket_", "tmp_", "gateway_"))]) == 6
    assert {"password", "field key", "key of Django", "token of a link"} <= set(story.secrets)
    assert all(len(secret) >= 12 for secret in story.secrets.values())


def test_every_sink_holds_what_it_should(story: SecretStory) -> None:
    """Otherwise nothing would be found in it, whatever was lost there."""
    sinks = {name: b"\n".join(content for _, content in held) for name, held in story.watch.sinks().items()}
    signs = {
        "web log": b"Internal Server Error: /accounts/register/",
        "worker log": b"no such table: accounts_registration",
        "scheduler log": b"DEBUG",
        "terminal": b"owner=",
        "database": b"canaryform",
        "queue": b"accounts.tasks.register_account",
        "cache": b"('",
        "sessions": b"_auth_user_id",
        "audit log": b"link_made",
        "files": b"staticfiles",
        "pages": b"</html>",
        "headers and addresses": b"Content-Security-Policy",
        "error pages": b"OperationalError",
        "error mail": b"no such table",
        "files given out": b"MThd",
        "processes": b"celery",
    }
    assert set(sinks) == set(signs)
    assert [name for name, sign in signs.items() if sign not in sinks[name]] == []


def test_no_secret_is_in_any_sink(found: Swept) -> None:
    assert [finding for each in found.found.values() for finding in each] == []


def test_nobody_else_may_read_what_the_portal_wrote(story: SecretStory) -> None:
    """T9: whatever the umask of its operator, and whoever may enter its data folder."""
    of_the_test = ("scheduler.log", "second-scheduler")
    written = [path for path in story.data.rglob("*") if not path.name.startswith(of_the_test)]
    assert {"portal.sqlite3", "logs", "web.log", "worker.log", "messages"} <= {path.name for path in written}
    modes = {str(path): oct(path.stat().st_mode & 0o777) for path in written}
    assert {path: mode for path, mode in modes.items() if mode not in ("0o600", "0o700")} == {}


def test_a_planted_secret_is_found_in_every_sink_and_encoding(found: Swept) -> None:
    assert len(found.found) >= 12
    assert len(ENCODINGS) == 8
    assert found.planted == found.to_plant == len(found.found) * found.secrets * 8


def test_only_the_page_and_the_file_that_an_owner_asked_for_hold_keys_and_nobody_stores_them(
    story: SecretStory,
) -> None:
    search = SecretsSearch({name: secret for name, secret in story.secrets.items() if "_secret_" in name})
    shown = [answer for answer in story.revealed if search.in_bytes(answer.body, answer.where)]
    assert len(shown) == 2
    for answer in shown:
        assert len({finding.secret for finding in search.in_bytes(answer.body, answer.where)}) == 6
        assert "no-store" in answer.head


def test_tasks_carry_ids_and_nothing_else(story: SecretStory) -> None:
    """T4: every argument of every task that was sent is an id, a time or a name of ours."""
    sent = [json.loads(body) for name, body in story.watch.sinks()["queue"] if name.startswith("body of")]
    arguments = [argument for body in sent for argument in (*body[0], *body[1].values())]
    assert len(arguments) > 5
    assert all(isinstance(argument, int | list) or len(str(argument)) <= 36 for argument in arguments)
