"""What a person does to a job: one POST each, and back to the page it came from."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.views.access import account_to_use
from jobs import services, tasks
from jobs.actions import Action
from jobs.models import Job
from jobs.views.access import job_to_change


@dataclass(frozen=True, kw_only=True)
class Direct:
    """How something is done with one click: `run` says whether it did it, `said` is for the person, `sends`
    wakes a worker."""

    run: Callable[[Job], bool]
    said: str | Promise
    sends: bool = False


# The rest makes or destroys jobs, and goes by jobs.views.selection.
ACTIONS: dict[Action, Direct] = {
    Action.CANCEL: Direct(
        run=services.cancel,
        said=_(
            "The job is canceled here. TMP offers no way to cancel: what it has begun it may finish and bill."
        ),
    ),
    Action.GIVE_UP: Direct(
        run=services.give_up,
        said=_(
            "The portal no longer asks TMP about this job. TMP may finish and bill it; you can ask again."
        ),
    ),
    Action.ASK_AGAIN: Direct(run=services.ask_again, said=_("The portal asks TMP about this job again.")),
    Action.SEND_AGAIN: Direct(
        run=services.send_again, said=_("The job is sent to TMP once more."), sends=True
    ),
    Action.SEND_AGAIN_ALTHOUGH_CALLED: Direct(
        run=partial(services.send_again, although_called=True),
        said=_("The job is sent to TMP once more."),
        sends=True,
    ),
    Action.MARK_FAILED: Direct(run=services.mark_failed, said=_("The job is marked as failed.")),
    Action.READ_AGAIN: Direct(run=services.read_again, said=_("The result was read again.")),
}


@require_POST
def act(request: HttpRequest, job_id: uuid.UUID, action: str) -> HttpResponse:
    """Do one of ACTIONS; a job that has moved on meanwhile is left alone."""
    job = job_to_change(request, job_id)
    chosen = ACTIONS[Action(action)]
    if not chosen.run(job):
        messages.warning(request, _("The job has moved on meanwhile, so nothing was done."))
    else:
        messages.success(request, str(chosen.said))
        if chosen.sends:
            tasks.enqueue(job)
    return redirect("jobs:job_detail", job_id=job.pk)


@require_POST
def account_resume(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Let an account go on whose keys TMP had refused."""
    services.resume_account(account_to_use(request, account_id))
    messages.success(request, _("The account goes on; its waiting jobs are sent."))
    return redirect("jobs:board")
