"""Which version of a result a request is about."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from jobs import corrections
from jobs.models import Correction, Job
from jobs.results import Result


def result_asked(request: HttpRequest, job: Job) -> tuple[Result, int | None]:
    """The result with the beats of `?version=` and that number, 0 being the original; unasked, the result that
    stands and None. 404 for a version that does not exist."""
    asked = request.GET.get("version")
    if asked is None:
        return corrections.current(job), None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 9):
        raise Http404
    try:
        return corrections.result_of(job, int(asked)), int(asked)
    except Correction.DoesNotExist as error:
        raise Http404 from error
