"""One thing done to the ticked jobs: a page says what will happen, then another POST does it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.views.access import uuid_in
from jobs import selecting, tasks
from jobs.actions import SELECTABLE, Action
from jobs.models import Job
from jobs.views.selection_words import WORDS, explain

# The rest of a long selection is only counted.
NAMED = 20
# No page has more rows; a form by hand could name as many as would break a statement.
MOST_TICKED = 1_000
# What a button on a job's own page sends instead of the dashboard's filter.
FROM_JOB = "job"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the form said; `ids` are the ticked jobs, or all of the page."""

    action: Action
    ids: list[uuid.UUID]
    back: str
    key: uuid.UUID
    is_confirmed: bool
    although_unsure: bool

    @classmethod
    def read(cls, request: HttpRequest) -> Asked:
        """Raises Http404 for an action that no selection knows."""
        post = request.POST
        try:
            action = Action(post.get("action", ""))
        except ValueError as error:
            raise Http404 from error
        if action not in SELECTABLE:
            raise Http404
        named = post.get("shown", "").split() if post.get("all") else post.getlist("job")
        return cls(
            action=action,
            ids=list(dict.fromkeys(key for key in map(uuid_in, named[:MOST_TICKED]) if key)),
            back=post.get("back", ""),
            key=uuid_in(post.get("key")) or uuid.uuid4(),
            is_confirmed="confirmed" in post,
            although_unsure="although_unsure" in post,
        )

    @property
    def way_back(self) -> str:
        """The page it came from: a job's own, or the dashboard with its filter."""
        if self.back == FROM_JOB and len(self.ids) == 1:
            return reverse("jobs:job_detail", args=[self.ids[0]])
        return reverse("jobs:board") + (self.back if self.back.startswith("?") else "")


@never_cache
@require_POST
def selection(request: HttpRequest) -> HttpResponse:
    """Confirm, or do. Jobs that the person may not change are passed over; 404 where no other is left."""
    asked = Asked.read(request)
    if not asked.ids:
        messages.warning(request, _("Tick at least one job first."))
        return redirect(asked.way_back)
    rows = Job.objects.writable_by(request.user).filter(pk__in=asked.ids)
    jobs = list(rows.select_related("account").defer("result", "raw_answer").order_by("-created_at", "-id"))
    if not jobs:
        return _gone(request, asked)
    found = selecting.sort(asked.action, jobs)
    if not found.fit:
        return _too_late(request, asked, found)
    if asked.is_confirmed or _needs_no_question(asked, jobs):
        return _do(request, asked, jobs, found)
    return render(request, "jobs/selection.html", _context(asked, found))


def _gone(request: HttpRequest, asked: Asked) -> HttpResponse:
    """The second click on "delete" finds nothing, and neither does a stranger."""
    if asked.action != Action.DELETE or not asked.is_confirmed:
        raise Http404
    messages.info(request, _("There is nothing left to delete."))
    return redirect("jobs:board")


def _too_late(request: HttpRequest, asked: Asked, found: selecting.Sorted) -> HttpResponse:
    if found.followed and len(asked.ids) == 1:
        messages.info(request, _("This job was retried already; this is the job that follows it."))
        after = Job.objects.for_user(request.user).get(follows=found.followed[0])
        return redirect("jobs:job_detail", job_id=after.pk)
    messages.warning(request, _("Nothing was done: as they stand now, this is not possible for these jobs."))
    return redirect(asked.way_back)


def _needs_no_question(asked: Asked, jobs: list[Job]) -> bool:
    """One click retries one job of the sandbox: it costs nothing."""
    return asked.action == Action.RETRY and asked.back == FROM_JOB and jobs[0].account.is_sandbox


def _do(request: HttpRequest, asked: Asked, jobs: list[Job], found: selecting.Sorted) -> HttpResponse:
    kept = asked.action == Action.DELETE and not asked.although_unsure
    chosen = [job for job in found.fit if not (kept and job.state == Job.State.UNSURE)]
    outcome = selecting.carry_out(
        asked.action, chosen, request.user, key=asked.key, although_unsure=asked.although_unsure
    )
    outcome.moved_on += len(found.unfit) + len(found.followed)
    for level, sentence in explain(asked.action, outcome, unsure=len(found.fit) - len(chosen)):
        messages.add_message(request, level, sentence)
    if outcome.made:
        tasks.enqueue(outcome.made[0])
    if len(asked.ids) == 1 and outcome.made:
        return redirect("jobs:job_detail", job_id=outcome.made[0].pk)
    if asked.action == Action.DELETE and asked.back == FROM_JOB and outcome.done:
        return redirect("jobs:board")
    return redirect(asked.way_back)


def _context(asked: Asked, found: selecting.Sorted) -> dict[str, Any]:
    sends = asked.action in (Action.RETRY, Action.DUPLICATE)
    words = WORDS[asked.action]
    number = len(found.fit)
    unsure = sum(job.state == Job.State.UNSURE for job in found.fit)
    # Those of unknown fate go only by a tick of their own.
    sure = number - unsure if asked.action == Action.DELETE else number
    return {
        "asked": asked,
        "jobs": found.fit,
        "named": found.fit[:NAMED],
        "more": max(number - NAMED, 0),
        "question": words.question % {"count": sure or number},
        "words": words,
        "unfit": len(found.unfit) + len(found.followed),
        "unsure": unsure,
        "estimates": selecting.estimates(found.fit) if sends else [],
        "is_real": sends and any(not job.account.is_sandbox for job in found.fit),
        "calls": number,
    }
