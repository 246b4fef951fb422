"""The people of a chaos run: they hand in jobs all the while, cancel, retry, and decide what is unsure."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import requests

from tests.chaos.journal import Journal
from tests.faults.person import DeedFailed, Person
from tests.faults.stage import Stage

NAMES = ("anna", "boris", "chen", "dora")
# Seconds between two deeds, and before a form that was not answered is sent once more.
DEED_SECONDS, AGAIN_SECONDS = 0.7, 1.0
MOST_AT_ONCE, BATCH_SHARE, MOST_OF_BATCH = 8, 0.15, 25
# What one person of the crowd does next, and how often beside the others.
DEEDS = {"cancel": 2, "retry": 2, "send_again": 4, "mark_failed": 1, "look": 2, "resume": 1}


class People:
    """`promised` are the jobs that somebody was shown; `deeds` counts what was tried: (job, deed).

    One thread hands in `jobs` over `window` seconds, another does the deeds of DEEDS until `stop`.
    """

    def __init__(self, stage: Stage, journal: Journal, *, seed: int, jobs: int, window: float) -> None:
        self.promised: list[str] = []
        self.deeds: Counter[tuple[str, str]] = Counter()
        self._stage, self._journal = stage, journal
        self._chance, self._jobs, self._window = random.Random(f"people {seed}"), jobs, window
        self._stopping = threading.Event()
        env = {**stage.worker().env, "PGAPPNAME": "person1", "DJANGO_SETTINGS_MODULE": "tmpportal.settings"}
        self._crowd = Person(env=env, log=stage.logs / "crowd.log", module="tests.chaos.crowd")
        self._threads = [threading.Thread(target=self._hand_in), threading.Thread(target=self._live)]
        self._errors: list[BaseException] = []

    def start(self) -> None:
        """Let them begin."""
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Wait until all jobs are handed in, then end the deeds; raises what went wrong with a person."""
        self._threads[0].join()
        self._stopping.set()
        self._threads[1].join()
        self._crowd.close()
        if self._errors:
            raise self._errors[0]

    def resume_all(self) -> bool:
        """Every person lets the jobs of the account go on that TMP's refusals slowed or stopped; says whether
        all went well."""
        try:
            for account in self._stage.accounts:
                self._stage.person.do("resume", account=account.id)
        except DeedFailed as error:
            self._journal.note(f"resume did not succeed: {str(error)[:80]}")
            return False
        return True

    def cancel(self, jobs: Sequence[str]) -> None:
        """End what would never end."""
        for job in jobs:
            self._act("cancel", job)

    def _hand_in(self) -> None:
        chance = random.Random(self._chance.random())
        began, left = time.monotonic(), self._jobs
        try:
            while left:
                is_batch = chance.random() < BATCH_SHARE
                count = min(
                    left, chance.randint(2, MOST_OF_BATCH) if is_batch else chance.randint(1, MOST_AT_ONCE)
                )
                due = self._window * (self._jobs - left) / self._jobs
                time.sleep(max(0.0, began + due - time.monotonic()))
                self.promised += self._made(chance.choice(NAMES), count, is_batch, chance)
                left -= count
        except BaseException as error:
            self._errors.append(error)

    def _made(self, name: str, count: int, is_batch: bool, chance: random.Random) -> list[str]:
        """Sent until it is answered, as a browser's reload does: the same form with the same keys."""
        keys = [str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(count)]
        account = self._stage.account(name).id
        made: list[str] = []
        while len(made) < count:
            try:
                if is_batch:
                    made = self._crowd.do("create_batch", account=account, count=count, key=keys[0])
                else:
                    rest = keys[len(made) :]
                    made += self._crowd.do("create", account=account, count=len(rest), keys=rest)
            except DeedFailed as error:
                self._journal.note(f"{name} has to send the form again: {str(error)[:80]}")
                time.sleep(AGAIN_SECONDS)
        self._journal.note(f"{name} hands in {count}{' as a batch' if is_batch else ''}")
        return made

    def _live(self) -> None:
        chance = random.Random(self._chance.random())
        while not self._stopping.wait(DEED_SECONDS):
            [deed] = chance.choices(list(DEEDS), list(DEEDS.values()))
            try:
                getattr(self, f"_do_{deed}")(chance)
            except DeedFailed as error:
                self._journal.note(f"{deed} did not succeed: {str(error)[:80]}")
            except requests.RequestException as error:
                self._journal.note(f"no page: {type(error).__name__}")
            except BaseException as error:
                self._errors.append(error)
                return

    def _do_cancel(self, chance: random.Random) -> None:
        self._with_one(
            chance, ("QUEUED", "SUBMITTING", "SUBMITTED", "PROCESSING", "COLLECTING"), self.cancel_one
        )

    def _do_retry(self, chance: random.Random) -> None:
        self._with_one(chance, ("ERROR", "CANCELED"), self._retry)

    def _do_send_again(self, chance: random.Random) -> None:
        self._with_one(chance, ("UNSURE",), lambda job: self._act("send_again", job))

    def _do_mark_failed(self, chance: random.Random) -> None:
        self._with_one(chance, ("UNSURE",), lambda job: self._act("mark_failed", job))

    def _do_resume(self, chance: random.Random) -> None:
        self.resume_all()

    def _do_look(self, chance: random.Random) -> None:
        if self._stage.web:
            self._stage.web.get(chance.choice(("/jobs/", "/healthz")), seconds=5)

    def cancel_one(self, job: str) -> None:
        self._act("cancel", job)

    def _retry(self, job: str) -> None:
        self.promised += self._crowd.do("retry", job=job)
        self._journal.note(f"{job} is retried")

    def _act(self, deed: str, job: str) -> None:
        # Counted first: whatever happens meanwhile, it was asked for.
        self.deeds[job, deed] += 1
        if not self._stage.person.do("act", name=deed, job=job):
            self.deeds[job, deed] -= 1
        else:
            self._journal.note(f"{job}: {deed}")

    def _with_one(self, chance: random.Random, states: tuple[str, ...], do: Callable[[str], Any]) -> None:
        found = sorted(job for job, state in self._stage.rows().items() if state in states)
        if found:
            do(chance.choice(found))
