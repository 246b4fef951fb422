"""Directed scenes in which a job engine with a certain defect must show it; a healthy one comes out clean."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.chaos.books import Deeds, unsettled
from tests.faults.databases import PostgresDatabase
from tests.faults.stage import Stage
from tests.tencent.wire_server import WireServer

# How long a scene waits for what only a healthy engine does.
SETTLE_SECONDS, STILL_SECONDS = 25.0, 1.0


@dataclass
class Scene:
    """A stage with one worker, and what was asked of it; the second worker lies down until start_second().

    `env` is what every program gets that the scene starts.
    """

    stage: Stage
    stranger: WireServer
    env: dict[str, str]
    jobs: list[str] = field(default_factory=list)
    deeds: Deeds = field(default_factory=Counter)

    def create(self, count: int = 1, account: str = "anna") -> list[str]:
        """So many more jobs that somebody was promised."""
        made = self.stage.create_jobs(count, account=account)
        self.jobs += made
        return made

    def act(self, deed: str, job: str) -> None:
        """A person's click."""
        self.deeds[job, deed] += 1
        self.stage.person.do("act", name=deed, job=job)

    def start_second(self) -> None:
        """Another worker, waited for."""
        self.stage.worker(1).start(env=self.env).wait()

    def revive(self) -> None:
        """The first worker again, after its death."""
        self.stage.worker().start(env=self.env).wait()

    def settle(self) -> None:
        """Until nothing changes by itself any more, or a healthy engine would long have come to that."""
        deadline, still_since = time.monotonic() + SETTLE_SECONDS, time.monotonic()
        while time.monotonic() < deadline and time.monotonic() - still_since < STILL_SECONDS:
            if unsettled(self.stage):
                still_since = time.monotonic()
            time.sleep(0.1)

    def wait(self, condition: Callable[[], object], seconds: float = 20) -> bool:
        """Whether it came; an engine with a defect need not bring it."""
        try:
            self.stage.wait_until(condition, seconds)
        except AssertionError:
            return False
        return True

    def is_in(self, job: str, *states: str) -> bool:
        return self.stage.rows([job])[job] in states

    def unheard(self) -> list[str]:
        """Custom ids of the scene's calls that the sandbox got and did not perform."""
        entries = self.stage.sandbox.ledger("create_job_not_performed")
        return [each["custom_id"] for each in entries if each["custom_id"][:36] in self.jobs]

    def value(self, column: str, job: str) -> Any:
        """Of the job's row."""
        key = self.stage.database.key(job)
        return self.stage.database.query(f"SELECT {column} FROM jobs_job WHERE id = %s", key)[0][0]


def bad_weather(scene: Scene) -> None:
    """A good part of the answers is spoilt, and nobody dies."""
    sandbox = scene.stage.sandbox
    _let_probe(scene, seconds=7)
    for kind in ("lost_reply", "reset_before", "half", "http_500", "reset_before", "lost_reply"):
        sandbox.fault(kind, "CreateJob")
    sandbox.fault("redirect", "CreateJob", location=f"{scene.stranger.url}/job")
    sandbox.fault("throttle", "CreateJob", retry_after=0)
    sandbox.fault("refuse", "CreateJob", message="unfit song")
    sandbox.outcome("fail", message="the song is silent")
    scene.create(14)
    scene.settle()


def killed_while_out(scene: Scene) -> None:
    """The worker dies when TMP has heard it, and has not answered yet."""
    scene.stage.sandbox.hold("CreateJob", "after", "heard")
    scene.create(3)
    scene.stage.sandbox.wait_at("heard")
    scene.stage.worker().kill()
    scene.stage.sandbox.clear()
    scene.revive()
    scene.settle()


def canceled_while_out(scene: Scene) -> None:
    """A person cancels a job whose answer is on its way."""
    scene.stage.sandbox.hold("CreateJob", "after", "heard")
    [job] = scene.create()
    scene.stage.sandbox.wait_at("heard")
    scene.act("cancel", job)
    scene.stage.sandbox.clear()
    scene.create(2)
    scene.settle()


def nobody_answers(scene: Scene) -> None:
    """As many calls hang as may be out at once; others are to be sent all the same."""
    _let_probe(scene, seconds=12)
    scene.stage.sandbox.fault("hang_before", "CreateJob", times=8)
    scene.create(8)
    scene.wait(lambda: len(scene.unheard()) == 8)
    scene.create(3)
    scene.settle()


def _let_probe(scene: Scene, *, seconds: float) -> None:
    """TMP has a job for a while: a gateway that errs too often is tried by harmless questions about it, while
    a job would be tried on it twice a minute only."""
    scene.stage.sandbox.outcome("late", seconds=seconds)
    [probed] = scene.create()
    scene.wait(lambda: scene.is_in(probed, "SUBMITTED", "PROCESSING"))


def killed_at_its_save(scene: Scene) -> None:
    """The worker dies while the row of its attempt cannot be written."""
    database = scene.stage.database
    assert isinstance(database, PostgresDatabase)
    scene.stage.sandbox.hold("CreateJob", "after", "heard")
    [job] = scene.create()
    scene.stage.sandbox.wait_at("heard")
    with database.hold("SELECT 1 FROM jobs_attempt WHERE job_id = %s FOR UPDATE", job):
        scene.stage.sandbox.open("heard")
        scene.wait(lambda: database.waiting() > 0)
        scene.stage.worker().kill()
    scene.stage.sandbox.clear()
    scene.revive()
    scene.settle()


def answered_too_late(scene: Scene) -> None:
    """The first worker cannot write down an answer in time; meanwhile a person sends the job again, and
    nobody hears that."""
    stage, database = scene.stage, scene.stage.database
    assert isinstance(database, PostgresDatabase)
    other = stage.account("boris")
    sql = "SELECT 1 FROM jobs_limits WHERE account_id = %s FOR UPDATE"
    with ExitStack() as held:
        [warm] = scene.create(account="boris")
        scene.wait(lambda: scene.is_in(warm, "COMPLETED"))
        held.enter_context(database.hold(sql, database.key(other.id)))
        database.execute("UPDATE accounts_account SET paused_because = 'later' WHERE id = %s", other.id)
        [bait] = scene.create(account="boris")
        stage.sandbox.hold("CreateJob", "after", "heard")
        stage.sandbox.outcome("never_ends")
        [job] = scene.create()
        stage.sandbox.wait_at("heard")
        # From its next turn on the worker's database thread waits for the limits of the other account.
        database.execute("UPDATE accounts_account SET paused_because = '' WHERE id = %s", other.id)
        scene.wait(lambda: database.waiting() > 0)
        stage.sandbox.open("heard")
        scene.wait(lambda: scene.is_in(job, "UNSURE"))
        scene.act("cancel", bait)
        scene.start_second()
        stage.sandbox.fault("hang_before", "CreateJob")
        scene.act("send_again", job)
        scene.wait(lambda: f"{job}-2" in scene.unheard())
    scene.settle()


def read_by_two(scene: Scene) -> None:
    """A worker sleeps while it looks for a file that is not there yet; another reads it meanwhile."""
    stage = scene.stage
    stage.sandbox.outcome("late_output", seconds=9)
    [job] = scene.create()
    scene.wait(lambda: scene.is_in(job, "COLLECTING") and scene.value("due_at", job))
    stage.sandbox.store_fault("slow", "GetObject", seconds=1.5)
    scene.wait(lambda: scene.value("readings", job) == 1)
    stage.worker().pause()
    stage.sandbox.store_fault("slow", "GetObject", seconds=6)
    scene.wait(lambda: scene.value("due_at", job).timestamp() + 0.5 < time.time())
    scene.start_second()
    scene.wait(lambda: scene.value("readings", job) == 2)
    stage.worker().resume()
    scene.settle()


def forged_callback(scene: Scene) -> None:
    """Somebody who knows the address says that the job has failed."""
    stage = scene.stage
    assert stage.web
    stage.web_program.kill()
    stage.web_program.start(env=scene.env).wait()
    stage.worker().restart(env={**scene.env, "TMPPORTAL_PUBLIC_URL": "https://portal.example"})
    stage.sandbox.outcome("late", seconds=5)
    stage.sandbox.fault("lost_reply", "CreateJob")
    [job] = scene.create()
    scene.wait(lambda: scene.is_in(job, "UNSURE"))
    entry = stage.sandbox.ledger("create_job")[-1]
    address = entry["request"]["createJobRequest"]["callback"].removeprefix("https://portal.example")
    body = {"getJobResponse": {"job": {"id": entry["job_id"], "state": 4, "message": "forged"}}}
    with requests.Session() as session:
        session.trust_env = False
        session.post(f"{stage.web.address}{address}", json=body, timeout=30)
    scene.settle()
    stage.worker().restart(env={**scene.env, "TMPPORTAL_PUBLIC_URL": ""})


def clean_slate(stage: Stage, env: dict[str, str]) -> None:
    """No job, no log and no order of the scene before is left, and one worker is up with `env`."""
    for program in (stage.worker(1), stage.worker(0)):
        with suppress(RuntimeError, ProcessLookupError):
            program.signal(signal.SIGCONT)
        program.kill()
        program.log.write_text("")
    stage.sandbox.clear()
    tables = ("gatewayexchange", "attempt", "jobevent", "refresh", "job", "tally", "usage", "limits")
    for table in tables:
        stage.database.execute(f"DELETE FROM jobs_{table}")
    stage.database.execute("DELETE FROM stage_audit")
    stage.database.execute("UPDATE accounts_account SET paused_because = ''")
    stage.diary.mishaps.clear()
    stage.worker().start(env=env).wait()
