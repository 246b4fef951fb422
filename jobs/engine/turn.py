"""One turn of the engine at the database: write down what calls brought, then take new work."""

from __future__ import annotations

import logging
import time
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now

from accounts.log_context import about
from jobs.engine import claiming, collecting, pacing, preparing, refreshing, taking
from jobs.engine.questions import PROBE_SECONDS, Question, Questions
from jobs.engine.refreshing import Asked
from jobs.engine.roster import Entry, Roster
from jobs.engine.submitting import HELD_UP, Answer, NotSent, Submission
from jobs.models import Job, Pulse, Refresh
from jobs.models.pulse import EVERY_SECONDS
from tencent.errors import Throttled, Unanswered, Unreachable

log = logging.getLogger(__name__)

# CreateJobs of one account that may be out at once: a gateway that hangs holds up no other account.
SENDING_AT_ONCE: int = settings.SENDING_AT_ONCE
# Seconds after which a job whose answer cannot be written down is asked about again.
POISON_SECONDS = 300.0
# Between two probes by CreateJob: unlike a question, it does harm where it may have been heard.
DEAR_PROBE_SECONDS = settings.DEAR_PROBE_SECONDS
# Between two turns while nobody wakes the engine: a tenth of the shortest interval, within these.
SHORTEST_PAUSE: float = settings.TURN_SECONDS
LONGEST_PAUSE: float = 2.5 * SHORTEST_PAUSE
RESULTS_SECONDS = 1.0
RESULTS_AT_ONCE = 16
# More than one worker prepares at once: what it cannot begin with, another one may.
UNREADY_AT_ONCE = 2 * settings.PREPARING_AT_ONCE
_AWAY = (OperationalError, InterfaceError)


@dataclass(kw_only=True)
class Work:
    """What is to be done until the next turn."""

    questions: list[Question] = field(default_factory=list)
    submissions: list[Submission] = field(default_factory=list)
    finished: list[UUID] = field(default_factory=list)
    # Jobs whose songs are to be made ready.
    unready: list[UUID] = field(default_factory=list)
    # Whether more questions were due than could be taken.
    leaves_some: bool = False


class Turn:
    """Lives in the engine: `began`, `answered` and `sent` are called by its event loop, `take` in its
    database thread, one at a time."""

    def __init__(self, *, at_once: int) -> None:
        self._roster = Roster()
        self._questions = Questions(at_once=at_once, roster=self._roster)
        self._work = Work()
        self._answers: list[Asked] = []
        self._sent: list[tuple[Submission, Answer]] = []
        self._sending: Counter[UUID] = Counter()
        self._recovered: set[str] = set()
        self._rate_limits: dict[UUID, tuple[str, float]] = {}
        self._taught: dict[UUID, str] = {}
        self._felt = self._looked_for_results = float("-inf")

    @property
    def has_news(self) -> bool:
        """Whether something came back that is not written down yet."""
        return bool(self._answers or self._sent)

    @property
    def pause(self) -> float:
        """Seconds until the next turn: a look costs as much as a dozen questions."""
        return min(max(self._roster.shortest_interval / 10, SHORTEST_PAUSE), LONGEST_PAUSE)

    def look_anew(self) -> None:
        """Forget which accounts have something to do."""
        self._roster.forget()

    def begin_anew(self) -> None:
        """No call is out any more: the loop that made them has ended."""
        self._questions.begin_anew()
        self._sending.clear()

    def began(self, work: Work) -> None:
        """The calls of `work` are out."""
        self._questions.began(work.questions)
        self._sending.update(submission.job.account_id for submission in work.submissions)

    def answered(self, asked: Asked) -> None:
        """A question came back."""
        self._questions.ended(asked.claim)
        account = asked.entry.account
        is_harmless = isinstance(asked.error, Unreachable)
        # What never was called says nothing of the endpoint.
        if asked.call and self._roster.breaker(account).note(
            answered=asked.is_answered, is_harmless=is_harmless
        ):
            self._recovered.add(account.endpoint)
        if asked.answer is not None and (said := asked.answer.headers.get("X-Service-RateLimit")):
            self._hear(account.pk, said)
        if not asked.says_nothing_new:
            self._answers.append(asked)

    def _hear(self, key: UUID, said: str) -> None:
        """A limit that stays the same is learned anew before it is forgotten."""
        known, at = self._rate_limits.get(key, ("", 0.0))
        if said != known or time.monotonic() - at > pacing.TAUGHT_SECONDS / 2:
            self._rate_limits[key] = said, time.monotonic()
            self._taught[key] = said

    def sent(self, submission: Submission, answer: Answer) -> None:
        """A submission came back."""
        account = submission.job.account
        self._sending[account.pk] -= 1
        if not isinstance(answer, NotSent):
            was_heard = not isinstance(answer, Unanswered | Unreachable)
            is_harmless = not isinstance(answer, Unanswered)
            if self._roster.breaker(account).note(answered=was_heard, is_harmless=is_harmless):
                self._recovered.add(account.endpoint)
        self._sent.append((submission, answer))

    def take(self, *, stopping: bool) -> Work:
        """Write down what came back since the last turn, then take new work unless the engine stops.

        Raises a database error while the database is away; what came back is kept until it is there.
        """
        self._give_back()
        self._settle_submissions()
        self._work.finished += self._settle_answers()
        self._learn()
        if not stopping:
            with transaction.atomic():
                self._feel()
                self._work.questions += self._questions.take()
                self._work.leaves_some = self._questions.leaves_some
                ready = taking.ready_accounts()
            self._take_submissions(ready)
            self._take_slow_work()
        work, self._work = self._work, Work()
        return work

    def _give_back(self) -> None:
        """What was taken in a turn that a database error ended was surely not sent."""
        while self._work.submissions:
            self._sent.append((self._work.submissions.pop(), NotSent(kind=HELD_UP)))
        self._work.questions.clear()

    def _settle_submissions(self) -> None:
        while self._sent:
            submission, answer = self._sent[0]
            _insist(submission, answer)
            self._sent.pop(0)
            if isinstance(answer, Throttled):
                self._roster.forget()
            entry = self._roster.entry(submission.job.account_id)
            if entry is not None and submission.job.state in Job.REFRESHED:
                entry.live += 1

    def _settle_answers(self) -> list[UUID]:
        bundle = self._answers[:]
        try:
            finished = self._settled(bundle)
        except _AWAY:
            raise
        except Exception:
            log.exception("Some answers could not be written down; trying them one by one")
            finished = [job_id for asked in bundle for job_id in self._settled_alone(asked)]
        del self._answers[: len(bundle)]
        if any(asked.is_throttled for asked in bundle):
            # Where nothing held so far, something does now.
            self._roster.forget()
        return finished

    def _settled(self, bundle: list[Asked]) -> list[UUID]:
        outages = [asked for asked in bundle if self._roster.breaker(asked.entry.account).is_open]
        normal = [asked for asked in bundle if not self._roster.breaker(asked.entry.account).is_open]
        return refreshing.settle(normal) + refreshing.settle(outages, is_outage=True)

    def _settled_alone(self, asked: Asked) -> list[UUID]:
        """One bad row must not stop the others: it is put far ahead (healthchecks does the same)."""
        claim = asked.claim
        try:
            with about(job_id=claim.job_id, account_id=claim.account_id):
                return refreshing.settle([asked])
        except _AWAY:
            raise
        except Exception:
            ids = {"job_id": claim.job_id, "account_id": claim.account_id}
            log.exception("The answer about job %s could not be written down", claim.job_id, extra=ids)
            claiming.put_off([(claim.job_id, POISON_SECONDS, claim.unanswered, claim.refused)])
            return []

    def _learn(self) -> None:
        """An endpoint that answers again is called now for all that it did not hear or answer; a limit that
        it names is kept."""
        for endpoint in list(self._recovered):
            waiting = Refresh.objects.filter(account__endpoint=endpoint, unanswered__gt=0)
            Refresh.objects.filter(pk__in=waiting.exclude(due_at=None)).update(due_at=Now())
            queued = Job.objects.filter(account__endpoint=endpoint, state=Job.State.QUEUED, unanswered__gt=0)
            with transaction.atomic():
                queued.lock()
                Job.objects.filter(pk__in=queued).update(due_at=Now())
            self._recovered.discard(endpoint)
        while self._taught:
            key, said = self._taught.popitem()
            entry, limit = self._roster.entry(key), pacing.limit_in(said)
            if entry is not None and limit is not None and limit < 2 * entry.calls_per_second:
                pacing.teach(entry.account, limit)

    def _feel(self) -> None:
        if time.monotonic() - self._felt >= EVERY_SECONDS:
            Pulse.objects.feel(Pulse.engine())
            self._felt = time.monotonic()

    def _take_submissions(self, ready: list[UUID]) -> None:
        for key in ready:
            entry = self._roster.entry(key)
            if entry is not None:
                room = min(SENDING_AT_ONCE - self._sending[key], self._room_in_outage(entry))
                taking.take(entry.account, room, self._work.submissions)

    def _room_in_outage(self, entry: Entry) -> int:
        """Nothing is sent to an endpoint that is silent; where no question can probe it, one job does."""
        breaker = self._roster.breaker(entry.account)
        if not breaker.is_open:
            return SENDING_AT_ONCE
        every = PROBE_SECONDS if breaker.is_harmless else DEAR_PROBE_SECONDS
        return int(entry.account.endpoint not in self._questions.probed and breaker.may_probe(every))

    def _take_slow_work(self) -> None:
        """What a dead reader left, what waits for a file, and songs that are to be made ready."""
        if time.monotonic() - self._looked_for_results >= RESULTS_SECONDS:
            self._work.finished += collecting.expired_ids(RESULTS_AT_ONCE)
            self._work.unready += preparing.due_ids(UNREADY_AT_ONCE)
            self._looked_for_results = time.monotonic()


def _insist(submission: Submission, answer: Answer) -> None:
    """Settle; an error of the row's own is logged and its lease brings it back, one of the connection goes
    on up."""
    with submission.in_log(answer):
        try:
            submission.settle(answer)
        except _AWAY:
            raise
        except Exception:
            log.exception("A submission could not be settled")
