"""What the form of a new job begins with: an older job, or what a person typed before and wants to change."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, QueryDict
from django.shortcuts import get_object_or_404

from accounts.models import Account
from accounts.views.access import uuid_in
from jobs.capabilities.base import Capability
from jobs.models import Job, Plan
from jobs.song_form import BUCKET, URL


def job_to_copy(request: HttpRequest) -> Job | None:
    """The job that `?from=` names; 404 for one that the person may not see."""
    job_id = request.GET.get("from")
    if not job_id:
        return None
    try:
        pk = uuid.UUID(job_id)
    except ValueError as error:
        raise Http404 from error
    job = Job.objects.for_user(request.user).select_related("account").filter(pk=pk).first()
    if job is None:
        raise Http404
    return job


def account_of_copy(job: Job, accounts: list[Account]) -> Account:
    """The account of the job, the one that took its place, or the first of those that may send."""
    for account in accounts:
        if account.pk == job.account_id or account.replaces_id == job.account_id:
            return account
    return accounts[0]


def tells_params(job: Job, capability: Capability) -> bool:
    """Whether the portal knows with which parameters the job was sent."""
    return job.capability == capability.key and job.source_kind != Job.SourceKind.ADOPTED


def fields_of(job: Job, account: Account) -> dict[str, Any]:
    """What the form begins with; the file of another bucket is left out."""
    names = ("label", "output_prefix", "timeout")
    is_here = (job.account.bucket, job.account.region) == (account.bucket, account.region)
    fields: dict[str, Any] = {name: getattr(job, name) for name in names}
    if job.destination:
        fields["destination"] = job.destination
    if job.source_kind == Job.SourceKind.URL:
        return fields | {"source": URL, "url": job.source_url}
    return fields | ({"source": BUCKET, "path": [job.source_path]} if is_here and job.source_path else {})


def plan_to_change(request: HttpRequest) -> Plan | None:
    """The person's own plan that `?plan=` names; 404 for any other."""
    if not request.GET.get("plan"):
        return None
    return get_object_or_404(Plan.objects.for_user(request.user), key=uuid_in(request.GET["plan"]))


def posted(plan: Plan) -> QueryDict:
    """The form of a plan as it was sent."""
    data = QueryDict(mutable=True)
    for name, values in plan.typed.items():
        data.setlist(name, values)
    return data
