"""Has the portal read, judge and save answers of a hostile gateway: no crash on any database (T24)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts import clients
from accounts.models import Account, Registration
from accounts.registering import running
from jobs.engine import collecting, refreshing, taking
from jobs.engine.claiming import Claim
from jobs.engine.pacing import caps_of
from jobs.engine.refreshing import Asked
from jobs.engine.roster import Entry
from jobs.engine.submitting import Submission
from jobs.models import Job
from tencent.errors import GatewayError
from tencent.gateway import Call, Gateway
from tencent.signing import utc_now
from tencent.transports import Answer
from tests.factories import make_account, make_job, make_registration
from tests.fuzz.answering import answer
from tests.fuzz.places import place_of
from tests.fuzz.stage import Stage

TMP_ID = "tmp-fuzz"
# Questions whose answers are written down together, as an engine does; the other two come one by one.
TOGETHER = 84
CREATED = 8
REGISTERED = 8
# One in so many of those two is looked at as well.
SHOWN = 20
BUNDLE = TOGETHER + CREATED + REGISTERED


@dataclass
class Read:
    """How many answers were saved, what the jobs became, and what broke: the place, and which answer."""

    answers: int = 0
    states: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    crashes: int = 0
    broken: dict[str, str] = field(default_factory=dict)


class Answers:
    """A gateway's answers to `stage`'s account, number by number."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self._owner = stage.people["owner"]
        self._account: Account = make_account(self._owner, endpoint="sandbox")
        self._page: Client = stage.client("owner")
        self._seed = seed
        self._gateway = clients.gateway_for(self._account)
        caps = caps_of(self._account, None)
        self._entry = Entry(account=self._account, gateway=self._gateway, caps=caps)
        self.read = Read()
        with transaction.atomic():
            known = {"state": Job.State.SUBMITTED, "tmp_id": TMP_ID}
            self._jobs = [make_job(self._account, **known) for _ in range(TOGETHER)]

    def fuzz(self, number: int) -> None:
        """The bundle of answers that begins with `number`: saved, looked at, and undone."""
        self._safely(f"bundle {number}", lambda: self._questions(number))
        for at in range(CREATED):
            self._safely(f"CreateJob {number + at}", lambda at=at: self._creation(number + at))
        for at in range(REGISTERED):
            self._safely(f"Register {number + at}", lambda at=at: self._registration(number + at))

    def _safely(self, what: str, work: Any) -> None:
        try:
            with transaction.atomic():
                work()
                transaction.set_rollback(True)
        except Exception as error:
            self.read.crashes += 1
            self.read.broken.setdefault(place_of(error), f"{what}: {str(error)[:200]}")

    def _questions(self, number: int) -> None:
        bundle = [self._asked(job, number + at) for at, job in enumerate(self._jobs)]
        finished = refreshing.settle(bundle)
        self.read.answers += len(bundle)
        rows = list(Job.objects.filter(pk__in=[job.pk for job in self._jobs]))
        self.read.states.update(row.state for row in rows)
        # One of each bundle goes on to its end and is shown: the reading, the result, the page.
        shown = next((row for row in rows if row.pk in finished), rows[number % len(rows)])
        if shown.pk in finished:
            collecting.collect(shown.pk)
        self._show(shown)

    def _show(self, job: Job) -> None:
        for name in ("job_detail", "job_exchanges"):
            state = self._page.get(reverse(f"jobs:{name}", args=[job.pk])).status_code
            assert state == 200, f"{name} answered {state}"
            self.read.pages += 1

    def _asked(self, job: Job, number: int) -> Asked:
        claim = Claim(job.pk, self._account.pk, TMP_ID, 1, number % 2, 0, "")
        told = answer("GetJob", number, self._seed, job_id=TMP_ID)
        return Asked(
            claim=claim,
            entry=self._entry,
            call=self._gateway.job_question(TMP_ID),
            answer=told,
            started_at=utc_now(),
            mark=f"{number:016x}"[-16:] if told.http_state == 200 else "",
        )

    def _creation(self, number: int) -> None:
        """One job, taken as an engine takes it, and the answer to its CreateJob."""
        job = make_job(self._account)
        taken: list[Submission] = []
        taking.take(self._account, 1, taken)
        submission = next(each for each in taken if each.job.pk == job.pk)
        assert submission.gateway and submission.request
        call = submission.gateway.job_creation(submission.request)
        told = answer("CreateJob", number, self._seed, job_id=f"tmp-{number}")
        submission.settle(_concluded(submission.gateway, call, told))
        self.read.answers += 1
        job.refresh_from_db()
        self.read.states[f"created {job.state}"] += 1
        if number % SHOWN == 0:
            self._show(job)

    def _registration(self, number: int) -> None:
        """A registration whose answer is kept and, where there are keys in it, becomes an account."""
        name = f"u{uuid4().hex[:10]}"
        row = make_registration(self._owner, state=Registration.State.REGISTERING, user_name=name)
        told = answer("Register", number, self._seed, job_id="")
        running.register_at(Gateway(self._gateway.endpoint, caller=row.caller, transport=_Saying(told)), row)
        self.read.answers += 1
        row.refresh_from_db()
        self.read.states[f"registered {row.state}"] += 1
        if number % SHOWN == 0:
            page = self._page.get(reverse("accounts:registration_detail", args=[row.pk]), follow=True)
            assert page.status_code == 200, f"registration_detail answered {page.status_code}"
            self.read.pages += 1


class _Saying:
    """A transport on which one answer comes."""

    def __init__(self, told: Answer) -> None:
        self._told = told

    def send(self, *_: Any) -> Answer:
        return self._told


def _concluded(gateway: Gateway, call: Call[Any], told: Any) -> Any:
    try:
        return gateway.conclude(call, told, None, started_at=utc_now(), seconds=0.1)
    except GatewayError as error:
        return error
