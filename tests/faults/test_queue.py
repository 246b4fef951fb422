"""The queue goes, comes back, forgets, refuses: rows are the work, so nothing is lost (F8, F9, F25)."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psutil
import pytest

from tests.faults.conftest import held
from tests.faults.stage import Stage
from tests.faults.trouble import full_disk
from tests.faults.verdicts import fault, sampled
from tests.servers import RedisServer

RECOVERY_SECONDS = 30.0
ENOUGH_FOR_A_LOG, MORE = 2 << 20, 3 << 20


@contextmanager
def killed(redis: RedisServer) -> Iterator[None]:
    redis.kill()
    yield
    redis.start()


@contextmanager
def restarted(redis: RedisServer) -> Iterator[None]:
    redis.restart()
    yield


@contextmanager
def flushed(redis: RedisServer) -> Iterator[None]:
    redis.flush()
    yield
    redis.flush()


@contextmanager
def out_of_memory(redis: RedisServer) -> Iterator[None]:
    redis.config("maxmemory", 1)
    yield
    redis.config("maxmemory", 0)


@contextmanager
def another_password(redis: RedisServer) -> Iterator[None]:
    redis.config("requirepass", "a-new-password")
    with redis.client() as client:
        for each in client.client_list(_type="normal") + client.client_list(_type="pubsub"):
            client.client_kill_filter(_id=each["id"], skipme=True)
    yield
    redis.config("requirepass", "")


@contextmanager
def cannot_save(redis: RedisServer) -> Iterator[None]:
    """Its disk is full while it writes what it holds: from then on it refuses to be written to (-MISCONF)."""
    server = psutil.Process(redis.pid)
    with redis.client() as client:
        client.set("filler", b"x" * MORE)
        client.config_set("rdbcompression", "no")
        client.config_set("save", "3600 1")
        server.rlimit(resource.RLIMIT_FSIZE, (ENOUGH_FOR_A_LOG, resource.RLIM_INFINITY))
        client.bgsave()
        while client.info("persistence")["rdb_last_bgsave_status"] != "err":
            pass
    yield
    server.rlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    with redis.client() as client:
        client.config_set("save", "")
        client.delete("filler")


@fault("F8", only="postgresql", instead="no Redis: the folder of messages is removed, blocked, full")
@pytest.mark.parametrize(
    "trouble",
    [
        killed,
        restarted,
        flushed,
        out_of_memory,
        another_password,
        cannot_save,
    ],
)
def test_jobs_are_taken_while_redis_is_away_or_sulks_and_sweeps_come_back(stage: Stage, trouble) -> None:
    assert stage.redis
    [before] = stage.create_jobs()
    with trouble(stage.redis):
        during = stage.create_jobs(2)
        stage.wait_for_states(during, "COMPLETED", seconds=RECOVERY_SECONDS)
    jobs = [before, *during, *stage.create_jobs()]
    stage.wait_for_states(jobs, "COMPLETED", seconds=RECOVERY_SECONDS)
    _wait_for_a_sweep(stage)
    assert stage.worker().is_alive
    assert held(stage, jobs).flagged == set()


@contextmanager
def removed(stage: Stage) -> Iterator[None]:
    shutil.rmtree(stage.data / "broker")
    yield
    for folder in ("messages", "control"):
        (stage.data / "broker" / folder).mkdir(parents=True, exist_ok=True)


@contextmanager
def blocked(stage: Stage) -> Iterator[None]:
    """Nobody can make a file there, whoever he is: the folder is none."""
    messages = stage.data / "broker" / "messages"
    messages.rename(messages.with_name("aside"))
    messages.write_text("")
    yield
    messages.unlink()
    messages.with_name("aside").rename(messages)


@contextmanager
def full(stage: Stage) -> Iterator[None]:
    """The scheduler, whose only files are messages, can write none."""
    with full_disk(*stage.scheduler().pids()):
        yield


@fault("F8", only="sqlite")
@pytest.mark.parametrize("trouble", [removed, blocked, full])
def test_jobs_are_taken_while_the_folder_of_messages_is_no_use(stage: Stage, trouble) -> None:
    [before] = stage.create_jobs()
    with trouble(stage):
        during = stage.create_jobs(2)
        stage.wait_for_states(during, "COMPLETED", seconds=RECOVERY_SECONDS)
    jobs = [before, *during, *stage.create_jobs()]
    stage.wait_for_states(jobs, "COMPLETED", seconds=RECOVERY_SECONDS)
    _wait_for_a_sweep(stage)
    assert held(stage, jobs).flagged == set()


@fault("F9")
@sampled
def test_a_form_sent_while_the_queue_is_away_makes_a_job_that_is_done(stage: Stage) -> None:
    with ExitStack() as stack:
        stack.enter_context(killed(stage.redis) if stage.redis else removed(stage))
        jobs = stage.create_jobs_by_form(2)
        stage.wait_for_states(jobs, "COMPLETED", seconds=RECOVERY_SECONDS)
        assert stage.web
        assert stage.web.get(f"/jobs/{jobs[0]}/").code == 200
    _wait_for_a_sweep(stage)
    assert held(stage, jobs).flagged == set()


@fault("F25")
def test_messages_that_come_five_times_and_out_of_order_change_nothing(stage: Stage) -> None:
    stage.sandbox.outcome("late", seconds=2, times=4)
    jobs = stage.create_jobs(8)
    stage.person.do("publish", jobs=jobs, times=5)
    stage.wait_for_states(jobs, "COMPLETED", seconds=RECOVERY_SECONDS)
    stage.person.do("publish", jobs=jobs, times=5)
    _wait_for_a_sweep(stage)
    assert held(stage, jobs).flagged == set()
    assert all(len(stage.path_of(job)) <= 6 for job in jobs)


def _wait_for_a_sweep(stage: Stage) -> None:
    """Until a sweep begins after now: the scheduler is heard again."""
    before = _swept_at(stage)
    stage.wait_until(lambda: _swept_at(stage) != before, RECOVERY_SECONDS, "a sweep")


def _swept_at(stage: Stage) -> object:
    return stage.database.query("SELECT at FROM jobs_pulse WHERE name = 'sweep'")
