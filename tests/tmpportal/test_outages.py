"""While the database is away every page says so in plain words; a mistake of ours stays a mistake."""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as portal
from django.db import InterfaceError, OperationalError, connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import Client, RequestFactory
from kombu.exceptions import OperationalError as QueueAway

from tests.servers.process import LOOPBACK, free_port
from tmpportal import outages
from tmpportal.broker import Connection
from tmpportal.env import env, postgres_manners
from tmpportal.outages import OneLine, is_outage

SIGNED_IN = {portal.SESSION_COOKIE_NAME: "somebody-who-signed-in-before-the-outage"}


@pytest.fixture
def client(django_db_blocker: Any) -> Iterator[Client]:
    """A browser that somebody signed in with before the database, a PostgreSQL, went away."""
    named = env.db_url_config(f"postgres://portal:a-password@{LOOPBACK}:{free_port([LOOPBACK])}/portal")
    kept = connections["default"]
    connections["default"] = DatabaseWrapper(
        {**kept.settings_dict, **named, **postgres_manners(named, 5)}, alias="default"
    )
    browser = Client(raise_request_exception=False)
    browser.cookies.load(SIGNED_IN)
    with django_db_blocker.unblock():
        yield browser
    connections["default"] = kept


@pytest.mark.parametrize("path", ["/", "/jobs/new/", "/accounts/", "/library/", "/no/such/page", "/admin/"])
def test_every_page_says_that_the_database_is_away(client: Client, path: str) -> None:
    answer = client.get(path, headers={"accept-language": "en"})
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert "no-store" in answer["Cache-Control"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    page = answer.content.decode()
    assert "cannot reach its database right now" in page
    assert f'href="{path}"' in page
    assert "Traceback" not in page
    assert "a-password" not in page


def test_it_says_so_in_the_language_of_the_person(client: Client) -> None:
    assert "连不上数据库" in client.get("/", headers={"accept-language": "zh-CN"}).content.decode()
    client.cookies.load({"django_language": "en"})
    assert "Nothing was lost" in client.get("/", headers={"accept-language": "zh-CN"}).content.decode()


def test_a_form_is_the_browser_s_to_send_again(client: Client) -> None:
    answer = client.post("/jobs/new/music_beat/", {"label": "A song"}, headers={"accept-language": "en"})
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "Reload this page" in page
    assert "/jobs/new/music_beat/" not in page


def test_who_asks_whether_the_web_process_lives_is_told_so(client: Client) -> None:
    assert client.get("/healthz").status_code == 200


def test_the_log_has_one_line_for_each_request(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/accounts/")
    (line,) = [record for record in caplog.records if record.name == "django.request"]
    text = logging.Formatter().format(line) if OneLine().filter(line) else ""
    assert "Service Unavailable: /accounts/" in text
    assert "refused" in text
    assert "\n" not in text


def test_a_queue_that_is_away_has_one_line_for_each_try() -> None:
    url = f"redis://:a-password@{LOOPBACK}:{free_port([LOOPBACK])}/0"
    try:
        Connection(url).ensure_connection(max_retries=1, interval_start=0, interval_step=0)
    except QueueAway as away:
        told = (type(away), away, away.__traceback__)
    line = logging.LogRecord(
        "celery.beat", logging.ERROR, "", 0, "Not sent: %s\n%s", (told[1], "stack"), told
    )
    assert OneLine().filter(line)
    text = logging.Formatter().format(line)
    assert text.startswith("Not sent: ")
    assert "refused" in text
    assert "\n" not in text
    assert "a-password" not in text


@pytest.mark.django_db(transaction=True)
def test_what_a_person_may_wait_out_is_told_from_a_mistake_of_ours() -> None:
    def raised(query: str) -> BaseException:
        with pytest.raises(Exception) as caught, connection.cursor() as cursor:
            cursor.execute(query)
        return caught.value

    assert not is_outage(raised("SELECT * FROM no_such_table"))
    assert not is_outage(raised("SELECT SELECT"))
    assert not is_outage(ValueError("a mistake"))
    assert not is_outage(None)
    connection.ensure_connection()


def test_a_database_that_is_busy_is_waited_out(tmp_path: Any) -> None:
    busy = sqlite3.connect(tmp_path / "busy.sqlite3", isolation_level=None)
    other = sqlite3.connect(tmp_path / "busy.sqlite3", timeout=0)
    busy.execute("BEGIN EXCLUSIVE")
    try:
        other.execute("CREATE TABLE song (name text)")
    except sqlite3.OperationalError as locked:
        told = OperationalError(str(locked))
        told.__cause__ = locked
    assert is_outage(told)
    wrapped = RuntimeError("while saving")
    wrapped.__context__ = InterfaceError("connection already closed")
    assert is_outage(wrapped)
    busy.close()
    other.close()


def test_a_disk_that_is_full_is_said_and_is_no_mistake_of_ours() -> None:
    request = RequestFactory(headers={"Accept-Language": "en"}).post("/jobs/new/musicBeat/")
    try:
        raise OSError(errno.ENOSPC, "No space left on device")
    except OSError:
        answer = outages.something_broke(request)
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    assert "no room left on the disk" in answer.content.decode()
    assert not outages.is_full_disk(PermissionError(errno.EACCES, "Permission denied"))
