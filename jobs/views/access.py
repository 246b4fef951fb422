"""Answers who may see a job, who may act in the name of an account, and with which one a form begins."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.models import Account, Membership
from accounts.views.access import account_to_use, may_write
from jobs.capabilities import all_capabilities
from jobs.capabilities.base import Capability
from jobs.models import Batch, Job
from jobs.sentences import explain_unusable


def paused_accounts(user: Any) -> QuerySet[Account]:
    """Accounts in whose name nothing is sent now, with `may_resume` for those the person may set going."""
    mine = Account.objects.writable_by(user).filter(pk=OuterRef("pk"))
    return Account.objects.for_user(user).exclude(paused_because="").annotate(may_resume=Exists(mine))


def paused_account(user: Any, account: Account) -> Account | None:
    """`account` with `may_resume`, if nothing is sent in its name now."""
    return paused_accounts(user).filter(pk=account.pk).first() if account.paused_because else None


def capability_or_404(key: str) -> Capability:
    """The capability named `key` on the wire."""
    known = all_capabilities().get(key)
    if known is None:
        raise Http404
    return known


def stopped_accounts(user: Any) -> QuerySet[Account]:
    """Accounts that a person stopped, with `may_go_on` for those that the reader owns."""
    mine = Account.objects.owned_by(user).filter(pk=OuterRef("pk"))
    stopped = Account.objects.for_user(user).exclude(limits__stopped_at=None)
    return stopped.annotate(may_go_on=Exists(mine))


def job_or_404(request: HttpRequest, job_id: uuid.UUID) -> Job:
    """The job, if the person is a member of its account; nobody else learns that it exists."""
    rows = Job.objects.for_user(request.user).select_related("account", "owner")
    return get_object_or_404(rows, pk=job_id)


def may_change(request: HttpRequest, job: Job) -> bool:
    """Whether the person may do more than look."""
    return may_write(request, job.account)


def job_to_change(request: HttpRequest, job_id: uuid.UUID) -> Job:
    """As job_or_404, but 403 for a viewer."""
    job = job_or_404(request, job_id)
    if not may_change(request, job):
        raise PermissionDenied
    return job


def accounts_to_send_with(user: Any) -> list[Account]:
    """Accounts in whose name the person may make new jobs; their default one comes first."""
    accounts = list(Account.objects.writable_by(user).usable())
    rows = Membership.objects.filter(user=user, is_default=True) if accounts else Membership.objects.none()
    default = rows.values_list("account", flat=True).first()
    return sorted(accounts, key=lambda account: account.pk != default)


def chosen_account(request: HttpRequest, wanted: str | None, accounts: list[Account]) -> Account | None:
    """The account that `wanted` names, usable or not, else the first of `accounts`; None without any.

    403 for one the person may only look at, 404 for everybody else's.
    """
    if not wanted and request.method != "POST":
        return accounts[0] if accounts else None
    try:
        return account_to_use(request, uuid.UUID(wanted or ""))
    except ValueError as error:
        raise Http404 from error


def made_of(request: HttpRequest, key: uuid.UUID | None) -> HttpResponse | None:
    """The way to what the person's form with this key made before: a batch, a job, or nothing yet."""
    if key is None:
        return None
    own = {"owner": request.user.pk, "idempotency_key": key}
    if batch := Batch.objects.for_user(request.user).filter(**own).first():
        return redirect("jobs:batch", batch_id=batch.pk)
    job = Job.objects.for_user(request.user).filter(**own).only("pk").first()
    return redirect("jobs:job_detail", job_id=job.pk) if job else None


def successor_of(request: HttpRequest, account: Account) -> Account | None:
    """The account that took the place of `account`, where the person may send with it."""
    return Account.objects.writable_by(request.user).usable().filter(replaces=account).first()


def unusable(request: HttpRequest, account: Account) -> HttpResponse:
    """Says why nothing new is made in the name of `account`, and where to go instead."""
    context = {
        "account": account,
        "why": explain_unusable(account),
        "successor": successor_of(request, account),
    }
    return render(request, "jobs/unusable.html", context, status=403)
