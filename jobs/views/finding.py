"""Jobs and batches for the command palette: the newest, or those that a few letters or an id lead to."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Account
from accounts.views.access import uuid_in
from jobs.board_filter import BoardFilter, jobs_wanted
from jobs.models import Batch, Job
from jobs.paging import page

MOST_JOBS, MOST_BATCHES = 8, 4


@never_cache
@require_safe
def find(request: HttpRequest) -> JsonResponse:
    """{"entries": [[title, "", kind, address], ...]} for `q`, as the dashboard searches; a text that is no
    search (too long, not printable) finds the newest."""
    accounts = list(Account.objects.for_user(request.user))
    wish = BoardFilter.wish({"text": request.GET.get("q", "")}, accounts)
    jobs = page(jobs_wanted(wish, accounts, None), length=MOST_JOBS).jobs
    batches = _batches(request.user, wish["text"])
    return JsonResponse({"entries": [*map(_job, jobs), *map(_batch, batches)]})


def _batches(user: Any, text: str) -> QuerySet[Any]:
    rows = Batch.objects.for_user(user).annotate(songs=Count("jobs", filter=Q(jobs__successor=None)))
    if text:
        rows = rows.filter(Q(label__icontains=text) | Q(pk=uuid_in(text)))
    return rows.order_by("-created_at")[:MOST_BATCHES]


def _job(job: Job) -> tuple[str, str, str, str]:
    kind = f"{_('Job')} · {job.get_state_display()} · {_day(job.created_at)}"
    return job.source_name, job.label, kind, reverse("jobs:job_detail", args=[job.pk])


def _batch(batch: Any) -> tuple[str, str, str, str]:
    counted = ngettext("Batch of %(number)s song", "Batch of %(number)s songs", batch.songs)
    title = batch.label or counted % {"number": batch.songs}
    return title, "", f"{_('Batch')} · {_day(batch.created_at)}", reverse("jobs:batch", args=[batch.pk])


def _day(when: Any) -> str:
    return date_format(timezone.localtime(when), "SHORT_DATE_FORMAT")
