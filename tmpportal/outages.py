"""What people get while the database is away or busy: a 503 in plain words, never a traceback or a 500."""

from __future__ import annotations

import errno
import logging
import sqlite3
import sys
from collections.abc import Iterator

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views import defaults
from kombu.exceptions import OperationalError as QueueAway

RETRY_AFTER_SECONDS = 10
SAFE_METHODS = ("GET", "HEAD")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def is_outage(error: BaseException | None) -> bool:
    """Whether the database not answering is at the bottom of `error`."""
    return any(_is_outage(cause) for cause in _chain(error))


def is_full_disk(error: BaseException | None) -> bool:
    """Whether there was no room for a file, such as a song that was being sent."""
    return any(isinstance(cause, OSError) and cause.errno in NO_ROOM for cause in _chain(error))


def something_broke(request: HttpRequest) -> HttpResponse:
    """Django's page for 500, unless it is only the database that is away, or a disk that is full."""
    error = sys.exc_info()[1]
    if is_outage(error):
        return database_away(request)
    if is_full_disk(error):
        return _unavailable(request, is_full_disk=True)
    return defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's page for 400; a session that could not be saved ends here, too."""
    if is_outage(exception):
        return database_away(request)
    return defaults.bad_request(request, exception)


def database_away(request: HttpRequest) -> HttpResponse:
    """Says what happened and what to do, in the person's language, without asking the database anything."""
    return _unavailable(request)


def _unavailable(request: HttpRequest, **context: bool) -> HttpResponse:
    # The error may come from outside the middleware that knows the language.
    with translation.override(translation.get_language_from_request(request)):
        again = request.get_full_path() if request.method in SAFE_METHODS else ""
        answer = HttpResponse(render_to_string("503.html", {"again": again, **context}), status=503)
    answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    answer["Cache-Control"] = "no-store"
    return answer


class OneLine(logging.Filter):
    """An outage of database or queue is told in one line: a traceback each time would bury the rest."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and any(_is_outage(cause) or _is_away(cause) for cause in _chain(error)):
            said, reason = _first_line(record.getMessage()), _first_line(str(error))
            is_told = reason in said or type(error).__name__ in said
            record.msg = said if is_told else f"{said} ({reason})"
            record.args, record.exc_info, record.exc_text = (), None, None
        return True


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


def _is_away(error: BaseException) -> bool:
    return isinstance(error, QueueAway)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        yield error
        seen.add(id(error))
        error = error.__cause__ or error.__context__


def _is_outage(error: BaseException) -> bool:
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    cause = error.__cause__
    if isinstance(cause, sqlite3.OperationalError):
        # SQLite says the same of a table that is missing, which is a mistake of ours.
        return cause.sqlite_errorcode != sqlite3.SQLITE_ERROR
    return not isinstance(cause, sqlite3.Error)
