"""When to ask again, as pure functions of what is known."""

from __future__ import annotations

import random

from django.conf import settings

LONGEST_SECONDS: float = settings.LONGEST_WAIT_SECONDS
JITTER = 0.05


def next_refresh(interval: float, *, unanswered: int = 0, at_least: float | None = None) -> float:
    """Seconds until the next question.

    `interval` is the pace while TMP answers; each of `unanswered` failures in a row doubles it, up to five
    minutes. `at_least` is what the gateway itself asked for (Retry-After). Five per cent of jitter keep jobs
    that were created together from being asked about together.
    """
    stretched = min(interval * 2.0 ** min(unanswered, 30), max(interval, LONGEST_SECONDS))
    if at_least is not None:
        stretched = max(stretched, min(at_least, LONGEST_SECONDS))
    return stretched * random.uniform(1.0, 1.0 + JITTER)  # noqa: S311 - spreading load, not guarding anything


def gives_up(age: float, *, limit: float) -> bool:
    """Whether a job that has not changed for `age` seconds is asked about no longer."""
    return age > limit
