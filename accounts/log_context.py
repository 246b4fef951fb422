"""What the lines of the log are about: the request, person, task, job, attempt and account at hand, by id."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

# In the order of a line. `tmp_request_id` is TMP's own id of a call, which its support asks for.
NAMES = (
    "request_id",
    "user_id",
    "task",
    "job_id",
    "attempt",
    "account_id",
    "tmp_request_id",
)
_NOTHING: Mapping[str, Any] = {}
_about: ContextVar[Mapping[str, Any]] = ContextVar("log_context", default=_NOTHING)


@contextmanager
def about(**ids: Any) -> Iterator[None]:
    """Whatever this thread or coroutine logs within is about these too; what is None or "" says nothing."""
    token = _about.set(_with(ids))
    try:
        yield
    finally:
        _about.reset(token)


def begin(**ids: Any) -> None:
    """This thread begins something new, until it begins the next or `end`s. A value may be a function without
    arguments, which is asked when a line is written."""
    _about.set(ids)


def add(**ids: Any) -> None:
    """What was begun is about these, too."""
    _about.set(_with(ids))


def end() -> None:
    """What was begun is over."""
    _about.set(_NOTHING)


def known() -> dict[str, Any]:
    """What a line that is written now is about: NAMES only, in their order."""
    found = _about.get()
    values = ((name, _value(found[name])) for name in NAMES if name in found)
    return {name: value for name, value in values if value not in (None, "")}


def _with(ids: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**_about.get(), **{name: value for name, value in ids.items() if value not in (None, "")}}


def _value(value: Any | Callable[[], Any]) -> Any:
    return value() if callable(value) else value
