"""Sentences about jobs for people, by the machine words that the engine writes down."""

from __future__ import annotations

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from accounts.sentences import explain_cause, explain_gateway
from jobs import preparing_sentences
from jobs.engine import wire
from jobs.limits import Hold, hold
from jobs.models import Job, JobEvent

Text = str | Promise
State = Job.State
# Kinds of failure that TMP gave words to.
TMPS_OWN = ("Refused", "Failed", "Throttled")

_FAILURES: dict[str, Text] = {
    "Failed": _("TMP accepted the job, but could not finish it."),
    "Unfit": _("The values of this job fit no request to TMP. Edit it and try again."),
    "Restored": _(
        "The portal's database was put back from a backup. The job was waiting when that was made; nobody "
        "knows whether it was sent afterwards."
    ),
    "HeldUp": _("A worker was held up before it could send the job, so surely nothing was sent."),
}
_EVENTS: dict[str, Text] = {
    "created": _("The job was created."),
    "retried": _("A person had an ended job done once more; this one follows it."),
    "copied": _("The song was copied into the bucket; TMP gets the copy."),
    "converted": _("The sound was taken out of the file; TMP gets it as WAV."),
    "as_it_is": _("TMP can read the file as it is."),
    "not_converted": _("The sound cannot be taken out on the worker's machine, so the file goes as it is."),
    "not_prepared": _("The song could not be made ready, so nothing was sent to TMP."),
    "taken": _("A worker took the job and calls TMP."),
    "accepted": _("TMP accepted the job."),
    "not_sent": _("Surely nothing was accepted; the portal tries again by itself."),
    "refused": _("TMP declined."),
    "adopted": _("A person told the portal of this job, which another program had created."),
    "keys_refused": _("TMP refused the account's keys, so the account was paused and the job waits."),
    "confirmed": _("TMP called about the job, and told the portal on being asked that it is this one."),
    "found_output": _("The job's own folder in the bucket holds its output, so TMP did accept it."),
    "gave_up": _("TMP could not be reached for too long."),
    "no_clear_answer": _("The call was sent, but no clear answer came."),
    "lease_ran_out": _(
        "The worker that made the call died or was too slow; nobody knows whether TMP heard it."
    ),
    "restored": _("The database was put back from a backup: the job may have been sent since that was made."),
    "finished_at_tmp": _("TMP has finished; the portal reads the result files."),
    "failed_at_tmp": _("TMP says that it failed."),
    "by_tmp": _("TMP canceled the job."),
    "too_old": _("TMP has not finished for too long, so the portal stopped asking."),
}
_BY_PERSON: dict[str, Text] = {
    State.CANCELED: _("Canceled by a person."),
    State.SUBMITTED: _("A person asked the portal to go on asking TMP."),
    State.QUEUED: _("A person decided to send the job again."),
    State.ERROR: _("A person decided that nothing came of it."),
    State.GAVE_UP: _("A person told the portal to stop asking TMP."),
}
_REACHED: dict[str, Text] = {
    State.SUBMITTED: _("TMP has the job and will begin."),
    State.PROCESSING: _("TMP has begun."),
    State.COMPLETED: _("The result is here."),
}
_NOTES: dict[str, Text] = {
    "no_times": _(
        "TMP finished, but the portal recognised no times in its answer. Everything it said is below."
    ),
    "file_missing": _("TMP named a file that is not in the bucket. Read the result again when it is there."),
    "file_unreadable": _("A result file could not be understood; it can still be downloaded."),
    "no_answer": _("TMP finished, but its answer holds nothing for this capability."),
    "unreadable": _("The portal could not understand the answer; it is below as TMP gave it."),
}
_WAITING: dict[str, Text] = {
    State.QUEUED: _("The job waits for a worker."),
    State.SUBMITTING: _("The portal is handing the job to TMP."),
    State.SUBMITTED: _("TMP has the job. The portal asks regularly how far it is."),
    State.PROCESSING: _("TMP is at work. The portal asks regularly how far it is."),
    State.COLLECTING: _("TMP has finished; the portal reads the result files."),
}
_HELD: dict[str, Text] = {
    Hold.STOPPED: _("A person stopped the account: the job waits until an owner lets it go on."),
    Hold.PAUSED: _("The account is paused since TMP refused its keys; the job waits."),
    Hold.DAY_FULL: _("Today's cap of %(cap)s calls is reached. The job goes on at midnight (%(zone)s)."),
    Hold.TMP_FULL: _("%(number)s jobs are at TMP already. The job goes on when one of them ends."),
    Hold.SILENT: _("The service does not answer just now. The portal tries again by itself."),
}
_NO_CALLBACK: dict[str, Text] = {
    wire.NO_ADDRESS: _("The portal has no public address, so TMP cannot call it. It asks instead."),
    wire.NOT_HTTPS: _(
        "The portal's public address has no https, so TMP is not told to call it. The portal asks instead."
    ),
}


def explain_failure(job: Job) -> Text:
    """Why a job does not go on, or goes on later; "" when there is nothing to say."""
    if job.state == State.GAVE_UP:
        return _("The portal no longer asks TMP about this job, which TMP may finish all the same.")
    if job.state in (State.COMPLETED, State.CANCELED):
        return ""
    if not job.error_kind and job.state not in (State.UNSURE, State.ERROR):
        return ""
    if job.failed_in == "prepare":
        if job.state == State.PREPARING:
            return _("The song could not be made ready so far; the portal tries again by itself.")
        return _("The song could not be made ready, so nothing was sent to TMP.")
    if job.failed_in == "refresh":
        return _("Asked about the job several times, TMP kept declining to answer.")
    return _FAILURES.get(job.error_kind) or explain_gateway(job.error_kind)


def cause_of(job: Job) -> Text:
    """What lies behind a failure: TMP's own words as they are, else a sentence for those of the portal."""
    if job.failed_in == "prepare":
        return preparing_sentences.explain_cause(job.error_words)
    return job.error_words if job.error_kind in TMPS_OWN else explain_cause(job.error_words)


def explain_event(event: JobEvent) -> Text:
    """What happened, for the timeline."""
    if event.note == "by_person":
        return _BY_PERSON.get(event.to_state, "")
    return _EVENTS.get(event.note) or _NOTES.get(event.note) or _REACHED.get(event.to_state, "")


def explain_note(note: str) -> Text:
    """Why a result is not what one expects, by Result.note; "" for an ordinary one."""
    return _NOTES.get(note, "")


def explain_waiting(job: Job) -> Text:
    """What a live job is waiting for."""
    if job.state in Job.WAITING and not job.account.is_usable:
        return explain_unusable(job.account)
    if job.state == State.PREPARING:
        return preparing_sentences.explain_step(job.preparation)
    if job.source_kind == Job.SourceKind.ADOPTED and job.refreshed_at is None and job.state in Job.REFRESHED:
        return _("The portal asks TMP how the adopted job is doing.")
    return (explain_hold(job.account) if job.state == State.QUEUED else "") or _WAITING.get(job.state, "")


def explain_hold(account: Account) -> Text:
    """Why the account's queued jobs are not sent just now; "" when they are."""
    held, now = hold(account)
    if held is None:
        return ""
    values = {"cap": now.caps.per_day, "number": now.at_tmp, "zone": settings.TIME_ZONE}
    return str(_HELD[held]) % values


def explain_no_callback() -> Text:
    """Why TMP does not call the portal when a job is done; "" when it is told to."""
    return _NO_CALLBACK.get(wire.callback_trouble(), "")


def explain_unusable(account: Account) -> Text:
    """Why no new jobs are made in the name of `account`; "" when they are."""
    if account.replaced_at is not None:
        return _("This account was replaced by another registration, so no new jobs are sent with it.")
    if account.disabled_at is not None:
        return _("This account is disabled, so no new jobs are sent with it.")
    return ""
