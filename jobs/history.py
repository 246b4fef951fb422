"""What became of a job in time: how long it stood in each state, and what that adds up to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jobs import sentences
from jobs.models import Job, JobEvent

State = Job.State
Text = str | Promise

# States that a person sees as one; every other state is a phase of its own, called as the state is.
AT_TMP = "at_tmp"
_PHASES: dict[str, tuple[str, Text]] = {
    State.QUEUED: ("waiting", _("Waiting")),
    State.SUBMITTING: ("sending", _("Sending")),
    State.SUBMITTED: (AT_TMP, _("At TMP")),
    State.PROCESSING: (AT_TMP, _("At TMP")),
    State.COLLECTING: ("collecting", _("Collecting")),
}
# A bar of more pieces shows how long each phase took in all, instead of every turn.
MOST_SPANS = 24
# So much of the bar, in percent, has even the shortest piece; and between two of them there is a gap.
LEAST_WIDTH, GAP = 1.0, 0.4
# Of a longer history the middle is folded away.
MOST_STEPS, FIRST_STEPS, LAST_STEPS = 14, 3, 8


@dataclass(frozen=True, kw_only=True)
class Step:
    """One state the job was in: since when, why, and for how many seconds; None for the one it ended in."""

    event: JobEvent
    sentence: Text
    seconds: float | None
    is_running: bool = False


@dataclass(frozen=True, kw_only=True)
class Span:
    """A piece of the bar: `seconds` in one phase; `left` and `width` in percent of the bar."""

    phase: str
    label: Text
    seconds: float
    is_running: bool = False
    left: float = 0.0
    width: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """The whole history: all `steps`, the bar's `spans` in order, each phase's total, the sum in seconds."""

    steps: Sequence[Step]
    spans: Sequence[Span]
    totals: Sequence[Span]
    seconds: float
    is_running: bool

    @property
    def first(self) -> Sequence[Step]:
        """What is shown before the fold."""
        return self.steps if len(self.steps) <= MOST_STEPS else self.steps[:FIRST_STEPS]

    @property
    def folded(self) -> Sequence[Step]:
        """What lies in the fold; nothing of a short history."""
        return () if len(self.steps) <= MOST_STEPS else self.steps[FIRST_STEPS:-LAST_STEPS]

    @property
    def last(self) -> Sequence[Step]:
        """What is shown after the fold."""
        return () if len(self.steps) <= MOST_STEPS else self.steps[-LAST_STEPS:]


def timeline(events: Sequence[JobEvent], *, now: datetime) -> Timeline:
    """The history told by a job's events, oldest first, as it stands at `now`."""
    steps = _steps(events, now)
    spans = _spans(steps)
    totals = _totals(spans)
    return Timeline(
        steps=steps,
        spans=_laid_out(spans if len(spans) <= MOST_SPANS else totals),
        totals=totals,
        seconds=sum(span.seconds for span in spans),
        is_running=any(step.is_running for step in steps),
    )


def _steps(events: Sequence[JobEvent], now: datetime) -> list[Step]:
    steps = []
    for number, event in enumerate(events, start=1):
        is_last = number == len(events)
        is_over = is_last and event.to_state in (*Job.FINAL, State.GAVE_UP)
        until = now if is_last else events[number].at
        steps.append(
            Step(
                event=event,
                sentence=sentences.explain_event(event),
                # Clocks of two hosts may disagree by a little.
                seconds=None if is_over else max((until - event.at).total_seconds(), 0.0),
                is_running=is_last and not is_over,
            )
        )
    return steps


def _spans(steps: Iterable[Step]) -> list[Span]:
    """Neighbouring states of one phase are one span; a state the job ended in takes no time."""
    spans = []
    timed = [step for step in steps if step.seconds is not None]
    for (phase, label), group in groupby(timed, key=_phase):
        held = list(group)
        spans.append(
            Span(
                phase=phase,
                label=label,
                seconds=sum(step.seconds or 0.0 for step in held),
                is_running=held[-1].is_running,
            )
        )
    return spans


def _phase(step: Step) -> tuple[str, Text]:
    state = step.event.to_state
    return _PHASES.get(state) or (state.lower(), step.event.get_to_state_display())


def _totals(spans: Iterable[Span]) -> list[Span]:
    """One span a phase, in the order in which the job first came to it."""
    totals: dict[str, Span] = {}
    for span in spans:
        before = totals.get(span.phase)
        seconds = span.seconds + (before.seconds if before else 0.0)
        totals[span.phase] = replace(span, seconds=seconds)
    return list(totals.values())


def _laid_out(spans: Sequence[Span]) -> list[Span]:
    """Widths in proportion to time, but none below LEAST_WIDTH."""
    total = sum(span.seconds for span in spans) or 1.0
    shares = [max(100 * span.seconds / total, LEAST_WIDTH) for span in spans]
    left, placed = 0.0, []
    for span, share in zip(spans, shares, strict=True):
        width = 100 * share / sum(shares)
        gap = GAP if span is not spans[-1] else 0.0
        placed.append(replace(span, left=round(left, 3), width=round(width - gap, 3)))
        left += width
    return placed
