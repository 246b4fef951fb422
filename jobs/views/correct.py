"""A person corrects the beats of a job: as text on a page of its own, or in the editor of the job's page."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.views.access import person
from jobs import corrections
from jobs.correcting_form import CorrectionForm, lines_of
from jobs.models import Job
from jobs.views.access import job_to_change
from jobs.views.versions import sentence_of


@require_http_methods(["GET", "HEAD", "POST"])
def job_correct(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """GET shows the beats that stand as lines, POST saves what became of them as a new version.

    422 and why where the lines make no sense, 409 where somebody saved meanwhile; what was typed stays.
    """
    job = job_to_change(request, job_id)
    if job.result is None:
        raise Http404
    if request.method == "POST":
        return _save(request, job)
    head = corrections.newest(job)
    lines = lines_of(corrections.current(job).markers)
    form = CorrectionForm(initial={"base": head.number if head else corrections.ORIGINAL, "beats": lines})
    return render(request, "jobs/correct.html", {"job": job, "form": form})


def _save(request: HttpRequest, job: Job) -> HttpResponse:
    form = CorrectionForm(request.POST)
    context = {"job": job, "form": form}
    if form.is_valid():
        told = form.cleaned_data
        try:
            saved = corrections.save(
                job, person(request), told["beats"], base=told["base"], note=told["note"]
            )
        except corrections.Stale as stale:
            # Saved once more, it comes on top of that version.
            form.data = {**request.POST.dict(), "base": str(stale.newest.number)}
            context |= {"newest": stale.newest, "stale": sentence_of(stale.newest)}
            return render(request, "jobs/correct.html", context, status=409)
        except ValidationError as error:
            form.add_error("beats", error)
        else:
            messages.success(request, _("Saved as version %(number)s.") % {"number": saved.number})
            return redirect("jobs:job_detail", job_id=job.pk)
    return render(request, "jobs/correct.html", context, status=422)
