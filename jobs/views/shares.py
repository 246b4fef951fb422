"""The links to a result, for those who may change its job: made, listed, revoked."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts.views.access import person
from jobs import sharing
from jobs.models import Job, Share
from jobs.share_form import ShareForm
from jobs.views.access import job_to_change


def shares_of(job: Job, form: ShareForm | None = None) -> dict[str, Any]:
    """What templates/jobs/_shares.html needs."""
    return {"share_form": form or ShareForm(), "shares": sharing.of_job(job)}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables()
def job_shares(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """POST makes a link and answers with its address, which nobody can see again later."""
    job = _job(request, job_id)
    form, link = ShareForm(request.POST if request.method == "POST" else None), ""
    if form.is_bound and form.is_valid():
        try:
            _share, token = sharing.make(job, by=person(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            form, link = ShareForm(), _address(request, token)
    return _page(request, job, form, link)


@require_POST
def share_revoke(request: HttpRequest, job_id: uuid.UUID, share_id: uuid.UUID) -> HttpResponse:
    """Let the link lead nowhere; one that leads nowhere already is no error."""
    job = _job(request, job_id)
    share = get_object_or_404(Share.objects.for_user(request.user).filter(job=job), pk=share_id)
    sharing.revoke(share, by=person(request))
    if request.htmx:  # type: ignore[attr-defined]
        return _page(request, job, ShareForm(), "")
    return redirect("jobs:job_shares", job_id=job.pk)


def _job(request: HttpRequest, job_id: uuid.UUID) -> Job:
    """A job with a result; 404 for any other."""
    job = job_to_change(request, job_id)
    if job.result is None:
        raise Http404
    return job


def _address(request: HttpRequest, token: str) -> str:
    origin = settings.PUBLIC_URL or request.build_absolute_uri("/")[:-1]
    return f"{origin}{reverse('jobs:shared', args=[token])}"


def _page(request: HttpRequest, job: Job, form: ShareForm, link: str) -> HttpResponse:
    """For htmx only the part of the result's page that lists the links."""
    is_part = bool(request.htmx)  # type: ignore[attr-defined]
    template = "jobs/_shares.html" if is_part else "jobs/shares.html"
    context = {"job": job, "link": link, "is_open": True, **shares_of(job, form)}
    # htmx shows no answer that says it failed.
    status = 422 if form.errors and not is_part else 200
    return render(request, template, context, status=status)
