"""Answers who may see a job and who may act in the name of an account."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models import Account, Membership
from jobs.models import Job

MAY_SUBMIT = (Membership.Role.OWNER, Membership.Role.SUBMITTER)


def accounts_to_submit_with(user: Any) -> QuerySet[Account]:
    """Accounts in whose name `user` may send jobs; viewers may only look."""
    mine = Membership.objects.filter(user=user, role__in=MAY_SUBMIT)
    return Account.objects.for_user(user).filter(pk__in=mine.values("account"))


def paused_accounts(user: Any) -> QuerySet[Account]:
    """Accounts in whose name nothing is sent now, with `may_resume` for those the person may set going."""
    mine = Membership.objects.filter(account=OuterRef("pk"), user=user, role__in=MAY_SUBMIT)
    return Account.objects.for_user(user).exclude(paused_because="").annotate(may_resume=Exists(mine))


def job_or_404(request: HttpRequest, job_id: uuid.UUID) -> Job:
    """The job, if the person is a member of its account; nobody else learns that it exists."""
    rows = Job.objects.for_user(request.user).select_related("account", "owner")
    return get_object_or_404(rows, pk=job_id)


def may_change(request: HttpRequest, job: Job) -> bool:
    """Whether the person may do more than look."""
    return job.account.memberships.filter(user=request.user, role__in=MAY_SUBMIT).exists()  # type: ignore[misc]


def job_to_change(request: HttpRequest, job_id: uuid.UUID) -> Job:
    """As job_or_404, but 403 for a viewer."""
    job = job_or_404(request, job_id)
    if not may_change(request, job):
        raise PermissionDenied
    return job
