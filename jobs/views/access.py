"""Answers who may see a job and who may act in the name of an account."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models import Account
from jobs.models import Job


def paused_accounts(user: Any) -> QuerySet[Account]:
    """Accounts in whose name nothing is sent now, with `may_resume` for those the person may set going."""
    mine = Account.objects.writable_by(user).filter(pk=OuterRef("pk"))
    return Account.objects.for_user(user).exclude(paused_because="").annotate(may_resume=Exists(mine))


def job_or_404(request: HttpRequest, job_id: uuid.UUID) -> Job:
    """The job, if the person is a member of its account; nobody else learns that it exists."""
    rows = Job.objects.for_user(request.user).select_related("account", "owner")
    return get_object_or_404(rows, pk=job_id)


def may_change(request: HttpRequest, job: Job) -> bool:
    """Whether the person may do more than look."""
    return Account.objects.writable_by(request.user).filter(pk=job.account_id).exists()


def job_to_change(request: HttpRequest, job_id: uuid.UUID) -> Job:
    """As job_or_404, but 403 for a viewer."""
    job = job_or_404(request, job_id)
    if not may_change(request, job):
        raise PermissionDenied
    return job
