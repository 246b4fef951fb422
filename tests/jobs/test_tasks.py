"""Messages only make things fast: without a broker every job is still sent."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from django.db import transaction

from jobs import tasks
from jobs.engine import sweeping
from jobs.models import Job
from tests.jobs.raw_gateway import RawGateway, created, told
from tests.jobs.working import work
from tmpportal.celery import app


@pytest.fixture
def broken_broker(tmp_path: Path) -> Iterator[None]:
    """Where the folder for messages should be is a file."""
    folder = Path(portal.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"])
    away = folder.rename(tmp_path / "away")
    folder.touch()
    yield
    folder.unlink()
    away.rename(folder)


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_delays_a_job_and_loses_nothing(
    gateway: RawGateway, job: Job, broken_broker: None, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.answers |= {"CreateJob": [created()], "GetJob": [told(2)]}
    with transaction.atomic():
        tasks.enqueue(job)
    assert "enqueue" in caplog.text
    work()
    job.refresh_from_db()
    assert job.state in (Job.State.SUBMITTED, Job.State.PROCESSING)


@pytest.mark.django_db(transaction=True)
def test_a_job_is_announced_only_once_its_row_is_there(job: Job) -> None:
    folder = Path(portal.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"])
    before = set(folder.iterdir())
    with transaction.atomic():
        tasks.enqueue(job)
        assert set(folder.iterdir()) == before
    (message,) = set(folder.iterdir()) - before
    assert job.account.tmp_secret_key not in message.read_text()
    message.unlink()


def test_a_task_carries_an_id_or_nothing() -> None:
    parameters = {
        name: list(inspect.signature(task.run).parameters)
        for name, task in app.tasks.items()
        if "jobs." in name
    }
    assert parameters == {
        "jobs.tasks.submit_job": ["job_id"],
        "jobs.tasks.spread": ["signpost_id"],
        "jobs.tasks.sweep": [],
        "jobs.tasks.tidy": [],
    }


def test_the_scheduler_names_a_task_that_exists() -> None:
    scheduled = portal.CELERY_BEAT_SCHEDULE["sweep-jobs"]["task"]
    assert scheduled in app.tasks


def test_the_same_message_five_times_sends_once(gateway: RawGateway, job: Job) -> None:
    gateway.answers |= {"CreateJob": [created()], "GetJob": [told(2)]}
    for _ in range(5):
        tasks.submit_job(str(job.pk))
        work()
    assert gateway.asked["CreateJob"] == 1


@pytest.mark.django_db
def test_sweeps_do_not_pile_up_behind_a_bucket_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    inside: list[Any] = []

    def sweep() -> None:
        inside.append(len(inside))
        if len(inside) < 9:
            tasks.sweep()

    monkeypatch.setattr(sweeping, "sweep", sweep)
    tasks.sweep()
    assert len(inside) == 2
    tasks.sweep()
    assert len(inside) == 4
