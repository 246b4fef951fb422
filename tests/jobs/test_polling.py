"""Questions come at a steady pace, slower when nobody answers, and not for ever."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jobs.engine.polling import LONGEST_SECONDS, gives_up, next_refresh


def test_a_service_that_answers_is_asked_at_a_steady_pace() -> None:
    assert all(5.0 <= next_refresh(5.0) <= 5.25 for _ in range(50))


def test_every_failure_doubles_the_pause() -> None:
    for failures in range(5):
        assert 5.0 * 2**failures <= next_refresh(5.0, unanswered=failures) <= 5.25 * 2**failures


def test_a_gateway_that_names_a_time_is_not_asked_before_it() -> None:
    assert next_refresh(1.0, at_least=60.0) >= 60.0


@given(
    interval=st.floats(0.1, 600),
    unanswered=st.integers(0, 10**6),
    at_least=st.none() | st.floats(0, 1e12),
)
def test_the_pause_is_never_shorter_than_the_pace_nor_absurdly_long(
    interval: float, unanswered: int, at_least: float | None
) -> None:
    pause = next_refresh(interval, unanswered=unanswered, at_least=at_least)
    assert interval <= pause <= max(interval, LONGEST_SECONDS) * 1.051


def test_a_job_is_given_up_only_after_the_limit() -> None:
    assert not gives_up(10.0, limit=10.0)
    assert gives_up(10.1, limit=10.0)
