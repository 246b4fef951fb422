"""A gateway, jobs and workers at work together, and the meter that reads what they cost."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.benchmarks import seeding
from tests.benchmarks.gateway_process import WITHOUT_RESULT, Asked, GatewayProcess
from tests.benchmarks.stage import NAIVE, PORTAL, Stage
from tests.benchmarks.workers import Workers
from tmpportal.launch import WORKER

NAIVE_WORKER = [sys.executable, "-m", "celery", "-A", "tests.benchmarks.naive.celery", "worker"]
START_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """So many jobs in flight, asked about every `interval` seconds, measured for `window` seconds after
    `warm`; each finishes after a time between the two of `lasting`."""

    jobs: int
    interval: float
    warm: float
    window: float
    lasting: tuple[float, float] = (20.0, 320.0)
    ends: Sequence[int] = WITHOUT_RESULT
    workers: int = 1
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What all had cost at one moment."""

    at: float
    worker_cpu: float
    postgres_cpu: float
    redis_cpu: float
    redis_commands: int
    transactions: int
    asked: Asked


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What happened between two readings."""

    since: Reading
    until: Reading

    @property
    def seconds(self) -> float:
        return self.until.at - self.since.at

    @property
    def polls(self) -> int:
        """At least 1, so that it divides."""
        return max(1, self.until.asked.polls - self.since.asked.polls)

    @property
    def cpu_seconds(self) -> float:
        """Of workers, scheduler, PostgreSQL and Redis; the gateway is not ours."""
        return sum(self.cpu_parts().values())

    def cpu_parts(self) -> dict[str, float]:
        """The same by program."""
        names = ("worker_cpu", "postgres_cpu", "redis_cpu")
        return {name[:-4]: getattr(self.until, name) - getattr(self.since, name) for name in names}

    @property
    def polls_per_cpu_second(self) -> float:
        return self.polls / self.cpu_seconds

    def per_poll(self, name: str) -> float:
        """Of a number of Reading."""
        number: float = getattr(self.until, name) - getattr(self.since, name)
        return number / self.polls

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {1000 * part / self.polls:.3f}" for name, part in self.cpu_parts().items())
        gateway = 1000 * (self.until.asked.cpu_seconds - self.since.asked.cpu_seconds) / self.polls
        ours = 1000 * self.cpu_seconds / self.polls
        return ", ".join(
            (
                f"{self.polls / self.seconds:.1f} polls/s",
                f"CPU ms a poll {ours:.3f} ({parts}; gateway {gateway:.3f})",
                f"at most {self.until.asked.most_on_the_wire} on the wire",
                f"{self.per_poll('redis_commands'):.4f} Redis commands a poll",
                f"{self.per_poll('transactions'):.4f} transactions a poll",
            )
        )


@dataclass(frozen=True, kw_only=True)
class Running:
    """All that is at work, over one database."""

    stage: Stage
    gateway: GatewayProcess
    workers: Workers
    database: str

    def wait_for_polls(self) -> None:
        """Until the first question comes; raises RuntimeError when none does."""
        deadline = time.monotonic() + START_SECONDS
        while not self.gateway.asked().polls:
            self.workers.check()
            if time.monotonic() > deadline:
                raise RuntimeError(f"Nobody asks:\n{self.stage.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.05)

    def read(self) -> Reading:
        """What all has cost so far."""
        count = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = "
        # Asked in another database, so that asking does not count.
        [(transactions,)] = self.stage.postgres.execute(f"{count}'{self.database}'")
        return Reading(
            at=time.time(),
            worker_cpu=self.workers.cpu_seconds(),
            postgres_cpu=self.stage.postgres.cpu_seconds(),
            redis_cpu=self.stage.redis.cpu_seconds(),
            redis_commands=self.stage.redis.commands(),
            transactions=transactions,
            asked=self.gateway.asked(),
        )

    def measure(self, plan: Plan) -> Cost:
        """The cost of the plan's window, after its warm-up."""
        self.wait_for_polls()
        time.sleep(plan.warm)
        since = self.read()
        time.sleep(plan.window)
        self.workers.check()
        return Cost(since=since, until=self.read())


@contextmanager
def engine(stage: Stage, plan: Plan) -> Iterator[Running]:
    """The portal's own workers, as `manage.py portal` starts them; the first one houses the scheduler."""
    stage.fresh_portal()
    with GatewayProcess() as gateway:
        tmp_ids = seeding.seed_portal(plan.jobs, interval=plan.interval)
        gateway.seed(tmp_ids, seconds=plan.lasting, ends=plan.ends)
        env = stage.portal_env() | {
            "TMPPORTAL_SANDBOX_GATEWAY": gateway.url,
            "TMPPORTAL_POLL_SECONDS_SANDBOX": str(plan.interval),
            **plan.env,
        }
        further = [word for word in WORKER if word != "-B"]
        commands = [[sys.executable, *WORKER]]
        commands += [[sys.executable, *further, "-n", f"w{n}"] for n in range(1, plan.workers)]
        with Workers(commands, env=env, log=stage.log) as workers:
            yield Running(stage=stage, gateway=gateway, workers=workers, database=PORTAL)


@contextmanager
def naive(stage: Stage, plan: Plan) -> Iterator[Running]:
    """The naive app's worker at the same work: prefork, four processes."""
    stage.fresh_naive()
    with GatewayProcess() as gateway:
        gateway.seed(
            seeding.seed_naive(stage, plan.jobs, interval=plan.interval), seconds=plan.lasting, ends=plan.ends
        )
        env = stage.naive_env() | {
            "NAIVE_GATEWAY": gateway.url,
            "NAIVE_POLL_SECONDS": str(plan.interval),
            **plan.env,
        }
        command = [*NAIVE_WORKER, "--pool", "prefork", "--concurrency", "4", "--loglevel", "WARNING"]
        with Workers([command], env=env, log=stage.log) as workers:
            yield Running(stage=stage, gateway=gateway, workers=workers, database=NAIVE)
