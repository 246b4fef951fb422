"""The portal's settings on a machine whose clock is TMPPORTAL_TESTS_CLOCK seconds ahead.

Everything of ours that asks for the time is told another one; the database keeps its own.
"""

from __future__ import annotations

import datetime
import os
import time

AHEAD = float(os.environ["TMPPORTAL_TESTS_CLOCK"])
_seconds, _moment = time.time, datetime.datetime


class _Late(_moment):
    """A datetime that is ahead."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:  # type: ignore[override]
        return _moment.now(tz) + datetime.timedelta(seconds=AHEAD)

    @classmethod
    def utcnow(cls) -> datetime.datetime:  # type: ignore[override]
        return _moment.now(datetime.UTC).replace(tzinfo=None) + datetime.timedelta(seconds=AHEAD)


from tmpportal.settings import *  # noqa: E402, F403


def _set_ahead() -> None:
    from django.utils import timezone

    from tencent import bucket_door, signing

    time.time = lambda: _seconds() + AHEAD
    timezone.now = lambda: _moment.now(datetime.UTC) + datetime.timedelta(seconds=AHEAD)
    signing.datetime = bucket_door.datetime = _Late  # type: ignore[attr-defined]


_set_ahead()
