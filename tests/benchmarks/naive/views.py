"""The form that makes many jobs: a row and a message for each song."""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path

from tests.benchmarks.naive.models import Job
from tests.benchmarks.naive.tasks import submit


def create(request: HttpRequest) -> HttpResponse:
    """One job for each line of `songs`."""
    for song in request.POST["songs"].splitlines():
        job = Job(custom_id=uuid4().hex, source_path=song, params={"musicBeat": {"outputType": 3}})
        job.save()
        submit.delay(job.pk)
    return HttpResponseRedirect("/")


urlpatterns = [path("jobs/", create)]
