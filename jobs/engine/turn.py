"""One turn of the engine at the database: write down what calls brought, then take new work."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now

from jobs.engine import claiming, collecting, pacing, refreshing, taking
from jobs.engine.claiming import Claim
from jobs.engine.refreshing import Asked
from jobs.engine.roster import Entry, Roster
from jobs.engine.submitting import Answer, Submission
from jobs.models import Job, Pulse, Refresh
from jobs.models.pulse import EVERY_SECONDS
from tencent.errors import Unanswered, Unreachable

log = logging.getLogger(__name__)

# CreateJobs of one account that may be out at once: a gateway that hangs holds up no other account.
SENDING_AT_ONCE = 8
# Seconds after which a job whose answer cannot be written down is asked about again.
POISON_SECONDS = 300.0
PROBE_SECONDS = 1.0
RESULTS_SECONDS = 1.0
RESULTS_AT_ONCE = 16


@dataclass(kw_only=True)
class Work:
    """What is to be done until the next turn."""

    questions: list[tuple[Claim, Entry]] = field(default_factory=list)
    submissions: list[Submission] = field(default_factory=list)
    finished: list[UUID] = field(default_factory=list)


class Turn:
    """Lives in the engine: `answered` and `sent` are called by its event loop, `take` in its database
    thread, one at a time."""

    def __init__(self, *, at_once: int) -> None:
        self._at_once = at_once
        self._roster = Roster()
        self._answers: list[Asked] = []
        self._sent: list[tuple[Submission, Answer]] = []
        self._asking = 0
        self._sending: Counter[UUID] = Counter()
        self._recovered: set[str] = set()
        self._rate_limits: dict[UUID, str] = {}
        self._taught: dict[UUID, str] = {}
        self._felt = self._looked_for_results = float("-inf")

    @property
    def has_news(self) -> bool:
        """Whether something came back that is not written down yet."""
        return bool(self._answers or self._sent)

    def look_anew(self) -> None:
        """Forget which accounts have something to do."""
        self._roster.forget()

    def answered(self, asked: Asked) -> None:
        """A question came back."""
        self._asking -= 1
        account = asked.entry.account
        if self._roster.breaker(account).note(answered=asked.is_answered):
            self._recovered.add(account.endpoint)
        if asked.answer is not None:
            said = asked.answer.headers.get("X-Service-RateLimit", "")
            if said != self._rate_limits.get(account.pk, ""):
                self._rate_limits[account.pk] = self._taught[account.pk] = said
        if not asked.says_nothing_new:
            self._answers.append(asked)

    def sent(self, submission: Submission, answer: Answer) -> None:
        """A submission came back."""
        account = submission.job.account
        self._sending[account.pk] -= 1
        is_answered = not isinstance(answer, Unanswered | Unreachable)
        self._roster.breaker(account).note(answered=is_answered)
        self._sent.append((submission, answer))

    def take(self, *, stopping: bool) -> Work:
        """Write down what came back since the last turn, then take new work unless the engine stops.

        Raises a database error while the database is away; what came back is kept until it is there.
        """
        work = Work()
        self._settle_submissions()
        self._settle_answers(work)
        self._learn()
        if stopping:
            return work
        with transaction.atomic():
            self._feel()
            self._take_questions(work)
            ready = taking.ready_accounts()
        self._take_submissions(ready, work)
        self._take_results(work)
        return work

    def _settle_submissions(self) -> None:
        while self._sent:
            submission, answer = self._sent[0]
            _insist(lambda: submission.settle(answer), "A submission could not be settled")  # noqa: B023
            self._sent.pop(0)
            if submission.job.state in Job.REFRESHED and (
                entry := self._roster.entry(submission.job.account_id)
            ):
                entry.live += 1

    def _settle_answers(self, work: Work) -> None:
        bundle = self._answers[:]
        try:
            work.finished += self._settled(bundle)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("Some answers could not be written down; trying them one by one")
            for asked in bundle:
                work.finished += self._settled_alone(asked)
        del self._answers[: len(bundle)]

    def _settled(self, bundle: list[Asked]) -> list[UUID]:
        outages = [asked for asked in bundle if self._roster.breaker(asked.entry.account).is_open]
        normal = [asked for asked in bundle if not self._roster.breaker(asked.entry.account).is_open]
        finished = refreshing.settle(normal)
        return finished + refreshing.settle(outages, is_outage=True)

    def _learn(self) -> None:
        """An endpoint that answers again is asked now about all that it did not answer; a limit that it
        names is kept."""
        while self._recovered:
            waiting = Refresh.objects.filter(account__endpoint__in=self._recovered, unanswered__gt=0)
            Refresh.objects.filter(pk__in=waiting.exclude(due_at=None)).update(due_at=Now())
            self._recovered.clear()
        while self._taught:
            key, said = self._taught.popitem()
            entry, limit = self._roster.entry(key), pacing.limit_in(said)
            if entry is not None and limit is not None and limit < 2 * entry.calls_per_second:
                pacing.teach(entry.account, limit)

    def _feel(self) -> None:
        if time.monotonic() - self._felt >= EVERY_SECONDS:
            Pulse.objects.feel(Pulse.engine())
            self._felt = time.monotonic()

    def _settled_alone(self, asked: Asked) -> list[UUID]:
        """One bad row must not stop the others: it is put far ahead (healthchecks does the same)."""
        try:
            return refreshing.settle([asked])
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("The answer about job %s could not be written down", asked.claim.job_id)
            claim = asked.claim
            claiming.put_off([(claim.job_id, POISON_SECONDS, claim.unanswered, claim.refused)])
            return []

    def _take_questions(self, work: Work) -> None:
        free = 2 * self._at_once - self._asking
        entries = self._roster.look()
        paced: dict[UUID, float] = {}
        for key, entry in entries.items():
            if not entry.live:
                continue
            if self._roster.breaker(entry.account).is_open:
                self._probe(entry, work)
            elif entry.caps.per_second:
                self._take_capped(key, entry, free, work)
            else:
                paced[key] = entry.interval
        if free > 0:
            self._claimed(claiming.claim(paced, most=free), work)

    def _take_capped(self, key: UUID, entry: Entry, free: int, work: Work) -> None:
        """Under a cap no more is taken than may leave now: allowance first, then questions."""
        due = claiming.count_due(key)
        if not due:
            return
        granted = pacing.grant(entry.account, min(free, due))
        self._claimed(claiming.claim({key: entry.interval}, most=granted), work)

    def _probe(self, entry: Entry, work: Work) -> None:
        if self._roster.breaker(entry.account).may_probe(PROBE_SECONDS):
            claims = claiming.claim({entry.account.pk: PROBE_SECONDS}, most=1, early=True)
            self._claimed(claims, work)

    def _claimed(self, claims: list[Claim], work: Work) -> None:
        for claim in claims:
            entry = self._roster.entry(claim.account_id)
            if entry is not None:
                work.questions.append((claim, entry))
                self._asking += 1

    def _take_submissions(self, ready: list[UUID], work: Work) -> None:
        for key in ready:
            entry = self._roster.entry(key)
            if entry is None or self._roster.breaker(entry.account).is_open:
                continue
            room = SENDING_AT_ONCE - self._sending[key]
            taken = taking.take(entry.account, room)
            self._sending[key] += len(taken)
            work.submissions += taken

    def _take_results(self, work: Work) -> None:
        """What a dead reader left, and what waits for a file."""
        if time.monotonic() - self._looked_for_results >= RESULTS_SECONDS:
            work.finished += collecting.expired_ids(RESULTS_AT_ONCE)
            self._looked_for_results = time.monotonic()


def _insist(work: Callable[[], None], words: str) -> None:
    """Do `work`; an error of its own is logged, one of the connection goes on up."""
    try:
        work()
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception(words)
