"""The versions of a job's beats: which one a request is about, what each is, and which one is to stand."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.views.access import person
from jobs import corrections
from jobs.comparing import Changes, in_words
from jobs.models import Correction, Job
from jobs.results import Result
from jobs.views.access import job_to_change

_LONGEST_NUMBER = 9


@dataclass(frozen=True, kw_only=True)
class Version:
    """A step as the page lists it. `shown` is the version whose beats it has, another one than `number` where
    somebody returned to that; `words` say what it changed."""

    number: int
    shown: int
    author: str = ""
    made_at: datetime | None = None
    words: str = ""
    note: str = ""

    @property
    def is_return(self) -> bool:
        return self.number != self.shown


@dataclass(frozen=True, kw_only=True)
class Versions:
    """Newest first, the original last. `standing` is the one in use, `looked_at` the one on the page; both
    are one unless somebody asked for another. `is_read_anew`: the original changed since the newest."""

    steps: list[Version]
    standing: Version
    looked_at: Version
    is_read_anew: bool = False


def result_asked(request: HttpRequest, job: Job) -> tuple[Result, int | None]:
    """The result with the beats of `?version=` and that number, 0 being the original; unasked, what stands,
    and None. 404 for a version that does not exist."""
    asked = request.GET.get("version")
    if asked is None:
        return corrections.current(job), None
    try:
        return corrections.result_of(job, number_in(asked)), number_in(asked)
    except (Correction.DoesNotExist, ValueError) as error:
        raise Http404 from error


def number_in(text: str) -> int:
    """A version's number as it stands in an address; raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        raise ValueError(text)
    return int(text)


def versions_of(job: Job, asked: int | None) -> Versions:
    """All steps of a job that the caller may see; `asked` is the number on the page, None for what stands."""
    rows = list(job.corrections.steps())
    steps = [*map(_version, rows), Version(number=corrections.ORIGINAL, shown=corrections.ORIGINAL)]
    by_number = {step.number: step for step in steps}
    return Versions(
        steps=steps,
        standing=steps[0],
        looked_at=steps[0] if asked is None else by_number[asked],
        is_read_anew=bool(rows) and rows[0].original != corrections.digest(corrections.original(job)),
    )


@require_POST
def job_choose(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Have the version `number` stand, if `base` is still the newest step."""
    job = job_to_change(request, job_id)
    try:
        number, base = number_in(request.POST.get("number", "")), number_in(request.POST.get("base", ""))
        corrections.choose(job, person(request), number, base=base)
    except (Correction.DoesNotExist, ValueError) as error:
        raise Http404 from error
    except corrections.Stale as stale:
        messages.error(request, sentence_of(stale.newest))
    except ValidationError as error:
        messages.info(request, error.messages[0])
    else:
        said = _("Version %(number)s is in use now.") % {"number": number}
        messages.success(request, said if number else _("The original is in use now."))
    return redirect("jobs:job_detail", job_id=job.pk)


def sentence_of(newest: Correction) -> str:
    """What a person is told whose work began before that step."""
    words = {"person": newest.author_name, "number": newest.number}
    return _("Meanwhile %(person)s saved version %(number)s. Nothing of yours was saved yet.") % words


def _version(row: Correction) -> Version:
    return Version(
        number=row.number,
        shown=row.shown,
        author=row.author_name,
        made_at=row.made_at,
        words=in_words(Changes.from_json(row.changes)),
        note=row.note,
    )
