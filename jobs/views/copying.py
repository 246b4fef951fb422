"""What a new job takes over from an older one, or from what a person typed before and wants to change."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.http import Http404, HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.views.access import uuid_in
from jobs.capabilities.base import Capability
from jobs.job_settings import OWN
from jobs.models import Job, Plan, Preparation
from jobs.song_form import BUCKET, URL
from jobs.views.form_page import Note

# Accounts that took each other's place, one after the other; more would be a circle.
MOST_SUCCESSORS = 100


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
    """The account of the job, the last that took its place, or the first of those that may send."""
    by_key = {account.pk: account for account in accounts}
    line, key = list[uuid.UUID](), cast(uuid.UUID | None, job.account_id)
    while key and key not in line and len(line) < MOST_SUCCESSORS:
        line.append(key)
        if key in by_key:
            return by_key[key]
        # nosemgrep: rows-without-their-user  (what comes out is one of `accounts`)
        key = Account.objects.filter(replaces=key).values_list("pk", flat=True).first()
    return accounts[0]


def settings_of(job: Job, capability: Capability) -> dict[str, Any]:
    """The settings that the copy begins with, by field; what the portal does not know keeps its default.

    A job that was sent without a parameter is copied without it, not with the default.
    """
    values = {name: getattr(job, name) for name in OWN if name != "destination"}
    if job.destination and job.destination != f"/output/{job.capability}":
        values["destination"] = job.destination
    if _tells_params(job, capability):
        values |= {**dict.fromkeys(capability.Form.base_fields), **job.params}
    return values


def song_of(job: Job, account: Account) -> dict[str, Any]:
    """The song as fields of the form; the file of another bucket is left out."""
    if job.source_kind == Job.SourceKind.URL:
        # Otherwise it is judged anew: what was good for a while may be so no more.
        is_copied = Preparation.objects.filter(job=job).exclude(url="").exists()
        chosen = {"copy": True, "judged": job.source_url} if is_copied else {}
        return {"source": URL, "url": job.source_url, **chosen}
    return {"source": BUCKET, "path": [job.source_path]} if _is_here(job, account) else {}


def notes_on(job: Job, capability: Capability, account: Account) -> tuple[Note, ...]:
    """Where the values of the copy come from, and what a person should know before sending it."""
    told = [Note(text=_("Filled in as the job “%(song)s” was.") % {"song": job.source_name or job.tmp_id})]
    if job.state == Job.State.UNSURE:
        warning = _("Nobody knows whether TMP has that job. This is another one, and may cost money again.")
        told.append(Note(tone="warning", text=warning))
    if not _tells_params(job, capability):
        unknown = _("The portal does not know its parameters: these are the defaults.")
        other = _("That job asked TMP for something else: the parameters are the defaults.")
        is_other = job.capability != capability.key
        told.append(Note(tone="warning", text=other if is_other else unknown))
    if job.source_kind != Job.SourceKind.URL and not _is_here(job, account):
        gone = _("Its song is not in the bucket of %(name)s. Choose it anew.") % {"name": account.name}
        told.append(Note(tone="warning", text=gone))
    return tuple(told)


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


def _tells_params(job: Job, capability: Capability) -> bool:
    """Whether the portal knows with which parameters the job was sent."""
    return job.capability == capability.key and job.source_kind != Job.SourceKind.ADOPTED


def _is_here(job: Job, account: Account) -> bool:
    """Whether the job's file lies in the account's bucket."""
    same = (job.account.bucket, job.account.region) == (account.bucket, account.region)
    return bool(same and job.source_path)
