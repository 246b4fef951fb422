"""Carries a result away: TMP's raw answer, and the export formats."""

from __future__ import annotations

import json
import uuid
from io import BytesIO

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jobs.export_form import ExportForm
from jobs.exports import all_exports
from jobs.exports.base import Export, Song
from jobs.exports.names import stem_of
from jobs.exports.timing import RATES
from jobs.models import Job
from jobs.results import Result
from jobs.views.access import job_or_404
from jobs.views.versions import result_asked


@require_safe
def job_export(request: HttpRequest, job_id: uuid.UUID, format_key: str) -> HttpResponseBase:
    """The result in one of the formats of jobs.exports, with the beats that stand or those of `version`; 400
    and why where `fps`, `start` or `offset` make no sense."""
    job = job_or_404(request, job_id)
    chosen = all_exports().get(format_key)
    if chosen is None or job.result is None:
        raise Http404
    result, _number = result_asked(request, job)
    form = ExportForm(request.GET)
    if not form.is_valid():
        context = {"job": job, "format": chosen, "form": form, "rates": RATES.values()}
        return render(request, "jobs/export_refused.html", context, status=400)
    return exported(chosen, job, result, form)


def exported(chosen: Export, job: Job, result: Result, form: ExportForm) -> FileResponse:
    """`result` of `job` in the `chosen` format, with the times that the valid `form` asks for."""
    song = Song(name=job.source_name, seconds=job.source_seconds)
    content = chosen.write(result, song=song, timing=form.timing(chosen.start))
    return file_response(content, name=chosen.file_name(song), content_type=chosen.content_type)


@require_safe
def job_raw(request: HttpRequest, job_id: uuid.UUID) -> FileResponse:
    """TMP's answer as it was stored."""
    job = job_or_404(request, job_id)
    if job.raw_answer is None:
        raise Http404
    content = json.dumps(job.raw_answer, ensure_ascii=False, indent=2).encode()
    return file_response(
        content, name=f"{stem_of(job.source_name)}.answer.json", content_type="application/json"
    )


def file_response(content: bytes, *, name: str, content_type: str) -> FileResponse:
    """What is carried away, never kept by anybody on the way."""
    response = FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=content_type)
    response["Cache-Control"] = "private, no-store"
    return response
