"""Carries a result away: TMP's raw answer, and the export formats."""

from __future__ import annotations

import json
import uuid
from io import BytesIO

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from jobs.exports import all_exports
from jobs.exports.names import stem_of
from jobs.models import Job
from jobs.results import Result
from jobs.views.access import job_or_404


@require_safe
def job_export(request: HttpRequest, job_id: uuid.UUID, format_key: str) -> FileResponse:
    """The result in one of the formats of jobs.exports."""
    job = job_or_404(request, job_id)
    chosen = all_exports().get(format_key)
    if chosen is None or job.result is None:
        raise Http404
    content = chosen.write(Result.from_json(job.result), name=job.source_name)
    return _file(job, content, extension=chosen.extension, content_type=chosen.content_type)


@require_safe
def job_raw(request: HttpRequest, job_id: uuid.UUID) -> FileResponse:
    """TMP's answer as it was stored."""
    job = job_or_404(request, job_id)
    if job.raw_answer is None:
        raise Http404
    content = json.dumps(job.raw_answer, ensure_ascii=False, indent=2).encode()
    return _file(job, content, extension="json", content_type="application/json")


def _file(job: Job, content: bytes, *, extension: str, content_type: str) -> FileResponse:
    response = FileResponse(
        BytesIO(content),
        as_attachment=True,
        filename=f"{stem_of(job.source_name)}.{extension}",
        content_type=content_type,
    )
    response["Cache-Control"] = "private, no-store"
    return response
