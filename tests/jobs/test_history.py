"""Where a job's time went: how long every state lasted, and a bar in which even the shortest shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from jobs.history import FIRST_STEPS, LAST_STEPS, LEAST_WIDTH, MOST_SPANS, MOST_STEPS, timeline
from jobs.models import Job, JobEvent
from jobs.templatetags.job_words import span

State = Job.State
BEGIN = datetime(2026, 11, 29, 12, tzinfo=UTC)


def events(*told: tuple[float, str]) -> list[JobEvent]:
    """Changes of state, each (seconds after BEGIN, state)."""
    return [JobEvent(at=BEGIN + timedelta(seconds=at), to_state=state) for at, state in told]


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def test_a_finished_job_says_how_long_each_state_lasted_and_each_phase_in_all() -> None:
    told = timeline(
        events(
            (0, State.QUEUED),
            (2, State.SUBMITTING),
            (3, State.SUBMITTED),
            (5, State.PROCESSING),
            (15, State.COLLECTING),
            (16, State.COMPLETED),
        ),
        now=at(1000),
    )
    assert [step.seconds for step in told.steps] == [2, 1, 2, 10, 1, None]
    assert [(each.phase, each.seconds) for each in told.spans] == [
        ("waiting", 2),
        ("sending", 1),
        ("at_tmp", 12),
        ("collecting", 1),
    ]
    assert (told.seconds, told.is_running) == (16, False)


@pytest.mark.parametrize("state", [State.PROCESSING, State.UNSURE, State.QUEUED])
def test_the_last_state_of_a_job_that_has_not_ended_goes_on_until_now(state: str) -> None:
    told = timeline(events((0, State.SUBMITTING), (4, state)), now=at(10))
    assert [(step.seconds, step.is_running) for step in told.steps] == [(4, False), (6, True)]
    assert told.spans[-1].is_running
    assert told.is_running


@pytest.mark.parametrize("state", [*Job.FINAL, State.GAVE_UP])
def test_an_end_takes_no_time(state: str) -> None:
    told = timeline(events((0, State.QUEUED), (4, state)), now=at(500))
    assert (told.seconds, told.is_running, len(told.spans)) == (4, False, 1)


def test_a_job_that_is_asked_about_again_was_given_up_for_a_while() -> None:
    told = timeline(events((0, State.PROCESSING), (5, State.GAVE_UP), (9, State.SUBMITTED)), now=at(10))
    assert [(each.phase, each.seconds) for each in told.spans] == [
        ("at_tmp", 5),
        ("gave_up", 4),
        ("at_tmp", 1),
    ]
    assert [(each.phase, each.seconds) for each in told.totals] == [("at_tmp", 6), ("gave_up", 4)]


@pytest.mark.parametrize("state", State.values)
def test_every_state_has_a_phase_with_words_also_one_that_is_new(state: str) -> None:
    (only,) = timeline(events((0, state), (3, State.CANCELED)), now=at(9)).spans
    assert only.phase
    assert str(only.label)
    (odd,) = timeline([JobEvent(at=BEGIN, to_state="DREAMING")], now=at(2)).spans
    assert (odd.phase, str(odd.label)) == ("dreaming", "DREAMING")


def test_the_bar_is_full_in_proportion_and_even_the_shortest_piece_is_seen() -> None:
    told = timeline(
        events((0, State.QUEUED), (0.01, State.SUBMITTING), (0.02, State.SUBMITTED), (3600, State.ERROR)),
        now=at(0),
    )
    widths = [each.width for each in told.spans]
    assert min(widths) > LEAST_WIDTH / 2
    assert widths[-1] > 95
    assert told.spans[0].left == 0
    assert told.spans[-1].left + told.spans[-1].width == pytest.approx(100, abs=0.01)
    assert all(a.left + a.width < b.left for a, b in zip(told.spans, told.spans[1:], strict=False))


def test_clocks_that_disagree_never_make_time_run_backwards() -> None:
    told = timeline(events((5, State.QUEUED), (4, State.SUBMITTING)), now=at(0))
    assert [step.seconds for step in told.steps] == [0, 0]


def test_a_job_that_was_turned_away_for_a_day_is_summed_up_and_its_middle_folded() -> None:
    turns = [(n * 10 + more, state) for n in range(40) for more, state in ((0, "QUEUED"), (9, "SUBMITTING"))]
    told = timeline(events(*turns), now=at(400))
    assert [(each.phase, each.seconds) for each in told.spans] == [("waiting", 360), ("sending", 40)]
    assert len(told.spans) <= MOST_SPANS < len(turns)
    assert (len(told.first), len(told.last)) == (FIRST_STEPS, LAST_STEPS)
    assert [*told.first, *told.folded, *told.last] == list(told.steps)


def test_a_short_history_has_no_fold() -> None:
    told = timeline(events(*((n, State.QUEUED) for n in range(MOST_STEPS))), now=at(99))
    assert (len(told.first), told.folded, told.last) == (MOST_STEPS, (), ())


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0, "0.00 s"),
        (0.123, "0.12 s"),
        (2.34, "2.3 s"),
        (42.4, "42 s"),
        (59.7, "1:00"),
        (3725, "1:02:05"),
        (200_000, "2 d 8 h"),
    ],
)
def test_a_time_is_told_as_exactly_as_a_person_cares(seconds: float | None, words: str) -> None:
    with translation.override("en"):
        assert span(seconds) == words
