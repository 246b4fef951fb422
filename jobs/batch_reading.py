"""How a batch stands: its jobs counted, listed in pages, and what failed in how many words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, Func, Max, Min, Q, TextField, Value, When
from django.db.models.functions import Length

from jobs import batches, sentences
from jobs.models import Batch, Job
from jobs.sentences import Text

PAGE_LENGTH = 50
MOST_REASONS = 8
# What stands in a reason for the song's own address or path.
SONG = Value("…")
# A shorter path may be part of any word.
SHORTEST_PATH = 5
State = Job.State
# What comes first in the list, and what is said about failures.
TROUBLED = (State.ERROR, State.UNSURE, State.GAVE_UP)
# Left to right in the bar: what is done, what moves, what waits, what went wrong.
ORDER = (
    State.COMPLETED,
    State.COLLECTING,
    State.PROCESSING,
    State.SUBMITTED,
    State.SUBMITTING,
    State.QUEUED,
    State.PREPARING,
    State.CANCELED,
    State.GAVE_UP,
    State.UNSURE,
    State.ERROR,
)


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One state's part of the bar, in per mille of its length."""

    state: str
    label: str
    number: int
    start: float
    length: float


@dataclass(frozen=True, kw_only=True)
class Reason:
    """`number` jobs stand in `state` for one reason: a sentence, and TMP's own words or a cause."""

    state: str
    sentence: Text
    words: Text
    number: int


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some jobs of the list; `after` and `before` say where its neighbours begin, "" without one."""

    jobs: list[Job]
    after: str
    before: str


def counts(batch: Batch) -> dict[str, int]:
    """How many of the batch's songs stand in each state."""
    rows = batches.current(batch).order_by().values("state").annotate(number=Count("pk"))
    return {row["state"]: row["number"] for row in rows}


def version(batch: Batch) -> tuple[Any, ...]:
    """Changes when a job of the batch does. The newest moment alone would not do: of two moves the later one
    may be committed first."""
    rows = Job.objects.filter(batch=batch).order_by("state").values("state")
    return tuple(
        rows.annotate(last=Max("changed_at"), number=Count("pk")).values_list("state", "last", "number")
    )


def segments(numbers: dict[str, int]) -> list[Segment]:
    """The bar: states without jobs take no room."""
    total = sum(numbers.values())
    made, start = [], 0.0
    for state in ORDER:
        if number := numbers.get(state, 0):
            length = 1000 * number / total
            made.append(
                Segment(state=state.value, label=str(state.label), number=number, start=start, length=length)
            )
            start += length
    return made


def reasons(batch: Batch) -> list[Reason]:
    """Why jobs did not end well, the most frequent reason first; at most MOST_REASONS + 1.

    Reasons that differ only by the song are one: its address or path is left out of the words.
    """
    without_address = Func("error_words", F("source_url"), SONG, function="REPLACE", output_field=TextField())
    told = Case(
        When(path_length__lt=SHORTEST_PATH, then=without_address),
        default=Func(without_address, F("source_path"), SONG, function="REPLACE", output_field=TextField()),
    )
    rows = (
        batches.current(batch)
        .filter(state__in=TROUBLED)
        .order_by()
        .annotate(path_length=Length("source_path"), told=told)
        .values("state", "failed_in", "error_kind", "told")
        .annotate(number=Count("pk"), first=Min("position"))
        .order_by("-number", "first")
    )
    return [_reason(**row) for row in rows[: MOST_REASONS + 1]]


def page(
    batch: Batch, *, state: str = "", after: str = "", before: str = "", by_position: bool = False
) -> Page:
    """A page of the batch's jobs, those in trouble first unless `by_position`.

    Found by the key of the last row, so that a page far down costs no more than the first. A key that makes
    no sense begins at the beginning.
    """
    troubled = Case(When(state__in=() if by_position else TROUBLED, then=Value(0)), default=Value(1))
    rows = batches.current(batch).annotate(rank=troubled).select_related("account", "owner")
    rows = rows.filter(state=state) if state else rows
    rows = rows.defer("result", "raw_answer")
    if key := _key(before):
        found = list(rows.filter(_beyond(key, "lt")).order_by("-rank", "-position")[: PAGE_LENGTH + 1])
        jobs = found[:PAGE_LENGTH][::-1]
        return Page(jobs=jobs, after=_text(jobs[-1:]), before=_text(jobs[:1]) if found[PAGE_LENGTH:] else "")
    key = _key(after)
    rows = rows.filter(_beyond(key, "gt")) if key else rows
    found = list(rows.order_by("rank", "position")[: PAGE_LENGTH + 1])
    jobs = found[:PAGE_LENGTH]
    return Page(
        jobs=jobs,
        after=_text(jobs[-1:]) if found[PAGE_LENGTH:] else "",
        before=_text(jobs[:1]) if key else "",
    )


def _reason(*, state: str, failed_in: str, error_kind: str, told: str, number: int, first: int) -> Reason:
    job = Job(state=state, failed_in=failed_in, error_kind=error_kind, error_words=told)
    return Reason(
        state=state, sentence=sentences.explain_failure(job), words=sentences.cause_of(job), number=number
    )


def _beyond(key: tuple[int, int], way: str) -> Q:
    rank, position = key
    return Q(**{f"rank__{way}": rank}) | Q(rank=rank, **{f"position__{way}": position})


def _key(text: str) -> tuple[int, int] | None:
    rank, dash, position = text.partition("-")
    if not (dash and rank in ("0", "1") and position.isascii() and position.isdigit() and len(position) < 9):
        return None
    return int(rank), int(position)


def _text(jobs: list[Any]) -> str:
    return f"{jobs[0].rank}-{jobs[0].position}" if jobs else ""
