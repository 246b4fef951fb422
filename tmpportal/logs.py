"""How the log is written: one event, one line, whatever is in the names that it quotes."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from accounts import log_context
from tmpportal import typed_secrets
from tmpportal.address_secrets import masked

# What a record may bring beside its message, besides what it is about.
EXTRA = ("method", "route", "status_code", "seconds")
# Longer ids are none of ours: TMP chooses its own.
LONGEST_ID = 128
# What moves a terminal's cursor, ends a line in some program's eyes, or turns the direction of writing, and
# halves of characters, which no file in UTF-8 can hold.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def on_one_line(text: str) -> str:
    """`text` with everything that is no plain character written out, as \\n or \\u001b."""
    return _UNPRINTABLE.sub(lambda found: _SHORT.get(found[0], f"\\u{ord(found[0]):04x}"), text)


class _Told(logging.Formatter):
    """What both ways of writing know of a record."""

    def _time(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _about(self, record: logging.LogRecord) -> dict[str, Any]:
        """Ids as short texts, numbers as they are; what the record itself says of them wins."""
        own = {name: getattr(record, name) for name in (*log_context.NAMES, *EXTRA) if hasattr(record, name)}
        return {name: _short(value) for name, value in (log_context.known() | own).items() if value != ""}

    def _said(self, record: logging.LogRecord) -> str:
        """The message; that of an error may quote what was in hand when it came about."""
        said = masked(record.getMessage())
        return _unquoted(said, record) if record.exc_info or record.levelno >= logging.ERROR else said

    def _trace(self, record: logging.LogRecord) -> str:
        """The traceback and the stack, "" where there is none; its error may quote an address, too."""
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        stack = self.formatStack(record.stack_info) if record.stack_info else ""
        return _unquoted(masked("\n".join(filter(None, (record.exc_text, stack)))), record)


class Line(_Told):
    """For eyes. A traceback follows on lines that begin with `    | `, as no other line can."""

    def format(self, record: logging.LogRecord) -> str:
        said = on_one_line(self._said(record))
        ids = " ".join(f"{name}={on_one_line(str(value))}" for name, value in self._about(record).items())
        head = f"{self._time(record)} {record.levelname} {record.name}: {said}{f' [{ids}]' if ids else ''}"
        trace = self._trace(record).splitlines()
        return head + "".join(f"\n    | {on_one_line(line)}" for line in trace)


class Json(_Told):
    """For machines: each line is one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": self._time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": self._said(record),
            **self._about(record),
        }
        if trace := self._trace(record):
            told["trace"] = trace
        # JSON itself writes out what stands below the space, and Chinese stays legible.
        return on_one_line(json.dumps(told, ensure_ascii=False))


FORMATTERS: dict[str, type[logging.Formatter]] = {"line": Line, "json": Json}


QUIET_LOGGERS = (
    # This one prints URLs and headers below WARNING,
    "urllib3",
    # and these a line or two for every sweep.
    "kombu",
    "celery.beat",
    "celery.worker.strategy",
    "celery.app.trace",
)


def logging_by(*, level: str, written: str) -> dict[str, Any]:
    """Django's LOGGING: everything from `level` on, on the console, `written` as FORMATTERS names it."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"told": {"()": FORMATTERS[written]}},
        "filters": {
            "outages": {"()": "tmpportal.outages.OneLine"},
            "addresses": {"()": "tmpportal.address_secrets.Masked"},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "told",
                "filters": ["outages", "addresses"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            **{name: {"level": "WARNING"} for name in QUIET_LOGGERS},
            # It prints requests and answers at every level; tencent.bucket_door raises what is wrong instead.
            "qcloud_cos": {"level": "CRITICAL"},
            # By itself Django keeps a second console here that no filter sees, with TMPPORTAL_DEBUG on.
            "django": {},
            # The development server's lines of what was asked for, likewise.
            "django.server": {"handlers": ["console"], "propagate": False},
        },
    }


def _unquoted(text: str, record: logging.LogRecord) -> str:
    return typed_secrets.without(text, getattr(record, "request", None))


def _short(value: Any) -> Any:
    return value if isinstance(value, int | float) else str(value)[:LONGEST_ID]
