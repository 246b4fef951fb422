"""What the jobs of an account tell of its health: the jobs' part of the account's health page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from jobs.engine.exchanges import ASK
from jobs.engine.timing import age_of
from jobs.models import Attempt, GatewayExchange, Job, Pulse, Refresh
from jobs.sentences import explain_no_callback

Text = str | Promise
Level = Literal["ok", "warn", "failed"]
State = Job.State

# Seconds. A worker shows itself every few seconds, and what is ready is sent at the next sweep.
WORKER_LATE, WORKER_GONE = 20.0, 60.0
QUEUE_SLOW, QUEUE_STUCK = 60.0, 600.0


@dataclass(frozen=True, kw_only=True)
class Vital:
    """One row: `state` ok, warn or failed; `at` the moment whose age tells; `words` the other side's own."""

    key: str
    title: Text
    state: Level
    sentence: Text
    at: datetime | None = None
    words: str = ""


def vitals(account: Account) -> list[Vital]:
    """The rows in the order of a job's way: worker, queue, question, answer, error, callback, jobs."""
    exchanges = GatewayExchange.objects.filter(job__account=account)
    kept, understood = _latest(exchanges), _latest(exchanges.filter(exchange__error=""))
    questions = Refresh.objects.filter(account=account)
    # An answer that says nothing new is not kept, so the questions themselves tell.
    asked = _latest_of(questions)
    answered = _later(understood, _latest_of(questions.filter(unanswered=0, refused=0).exclude(mark="")))
    return [
        _worker(),
        _queue(account),
        _question(kept, asked),
        _answer(answered),
        _error(_latest(exchanges.exclude(exchange__error="")), answered),
        _callback(account),
        _undecided(account),
    ]


def counts(account: Account) -> list[tuple[str, Text, int]]:
    """State, its name and how many of the account's jobs stand in it, in the order of a job's way."""
    found = Job.objects.filter(account=account).counts()
    return [(state.value, state.label, found[state]) for state in State if found.get(state)]


def _worker() -> Vital:
    pulse = Pulse.objects.filter(name__startswith=Pulse.ENGINES).order_by("-at").first()
    age = age_of(pulse.at) if pulse else None
    state: Level
    sentence: Text
    if age is None:
        state, sentence = "failed", _("No worker was ever seen. Start one: without it no job is sent.")
    elif age > WORKER_GONE:
        state, sentence = "failed", _("No worker is at work, so every job waits. Start it again.")
    elif age > WORKER_LATE:
        state, sentence = "warn", _("The worker has not been seen for a while.")
    else:
        state, sentence = "ok", _("A worker is at work.")
    return Vital(
        key="worker", title=_("Worker"), state=state, sentence=sentence, at=pulse.at if pulse else None
    )


def _queue(account: Account) -> Vital:
    title = _("Queue")
    waiting = Job.objects.filter(account=account, state=State.QUEUED)
    first = waiting.order_by("created_at").first()
    if first is None:
        return Vital(key="queue", title=title, state="ok", sentence=_("No job waits to be sent."))
    age = age_of(first.created_at)
    state: Level
    sentence: Text
    if account.paused_because or not account.is_usable:
        state, sentence = "warn", _("Jobs wait, because nothing is sent with this account now.")
    elif age > QUEUE_STUCK:
        state, sentence = "failed", _("A job has waited for very long to be sent.")
    elif age > QUEUE_SLOW:
        state, sentence = "warn", _("A job has waited longer than usual to be sent.")
    else:
        state, sentence = "ok", _("A job waits for its turn.")
    return Vital(key="queue", title=title, state=state, sentence=sentence, at=first.created_at)


def _question(kept: GatewayExchange | None, asked: datetime | None) -> Vital:
    title, at = _("Last question to TMP"), _later(kept, asked)
    if at is None:
        return Vital(key="question", title=title, state="ok", sentence=_("No job asked TMP anything yet."))
    sentence = _("The portal asked for a new job.")
    if kept is None or at != kept.at or kept.action == ASK:
        sentence = _("The portal asked how a job is doing.")
    return Vital(key="question", title=title, state="ok", sentence=sentence, at=at)


def _answer(answered: datetime | None) -> Vital:
    title = _("Last answer of TMP")
    if answered is None:
        return Vital(key="answer", title=title, state="ok", sentence=_("TMP has not answered a job yet."))
    sentence = _("TMP answered, and the answer was understood.")
    return Vital(key="answer", title=title, state="ok", sentence=sentence, at=answered)


def _error(failed: GatewayExchange | None, answered: datetime | None) -> Vital:
    title = _("Last error")
    if failed is None:
        return Vital(key="error", title=title, state="ok", sentence=_("No call for a job went wrong so far."))
    state: Level
    sentence: Text
    state, sentence = "warn", _("The last call for a job went wrong.")
    if answered and answered > failed.at:
        state, sentence = "ok", _("A call for a job went wrong once; TMP has answered since.")
    words = str(failed.exchange.get("error", ""))
    return Vital(key="error", title=title, state=state, sentence=sentence, at=failed.at, words=words)


def _callback(account: Account) -> Vital:
    title = _("Callback")
    attempts = Attempt.objects.filter(job__account=account).exclude(callback_token_hash="")
    at = attempts.aggregate(last=Max("called_at"))["last"]
    state: Level
    sentence: Text
    if at:
        state, sentence = "ok", _("TMP called the portal when a job was done.")
    elif trouble := explain_no_callback():
        state, sentence = "ok", trouble
    elif attempts.filter(job__state__in=(State.COMPLETED, State.ERROR)).exists():
        state, sentence = "warn", _("TMP never called the portal. Nothing is lost: the portal asks instead.")
    else:
        state, sentence = "ok", _("No job that TMP could have called about is done yet.")
    return Vital(key="callback", title=title, state=state, sentence=sentence, at=at)


def _undecided(account: Account) -> Vital:
    title = _("Jobs that need a person")
    first = Job.objects.filter(account=account, state=State.UNSURE).order_by("changed_at").first()
    if first is None:
        return Vital(key="undecided", title=title, state="ok", sentence=_("No job waits for a decision."))
    sentence = _("Nobody knows whether TMP has these jobs. Decide on their pages.")
    return Vital(key="undecided", title=title, state="warn", sentence=sentence, at=first.changed_at)


def _latest(rows: Any) -> GatewayExchange | None:
    """Sorted by their moments alone: the texts of thousands of answers stay where they are."""
    pk = rows.order_by("-at", "-pk").values_list("pk", flat=True).first()
    return GatewayExchange.objects.filter(pk=pk).first() if pk else None


def _latest_of(questions: Any) -> datetime | None:
    moment: datetime | None = questions.aggregate(last=Max("asked_at"))["last"]
    return moment


def _later(kept: GatewayExchange | None, asked: datetime | None) -> datetime | None:
    return max((at for at in (kept and kept.at, asked) if at), default=None)
