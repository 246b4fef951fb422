"""The Celery application: carries ids, never truth; its workers house the engine."""

import gc
import logging
import os
from typing import Any

from celery import Celery, bootsteps, signals
from django.db import close_old_connections

from accounts import log_context
from tmpportal import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tmpportal.settings")

# A warning is a line of the log, too.
logging.captureWarnings(True)

broker.register()
app = Celery("tmpportal", amqp="tmpportal.broker:Amqp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class EngineStep(bootsteps.StartStopStep):
    """The engine lives as long as its worker. After the scheduler, whose process is forked off a worker
    that must not have threads yet."""

    requires = ("celery.worker.components:Pool", "celery.worker.components:Beat")

    def start(self, parent: Any) -> None:
        """Imported late: apps are ready only now."""
        from jobs.engine.loop import engine

        # All that was imported stays: looking for garbage in it, after every few hundred answers, finds none.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        engine.start()

    def stop(self, parent: Any) -> None:
        from jobs.engine.loop import engine

        engine.stop()


app.steps["worker"].add(EngineStep)


@signals.setup_logging.connect
def keep_our_logging(**kwargs: Any) -> None:
    """Celery would add its own format, and print through it; Django has set the log up already."""


@signals.before_task_publish.connect
def send_request_id_along(headers: dict[str, Any] | None = None, **kwargs: Any) -> None:
    """A task's lines in the log name the request that asked for it."""
    request_id = log_context.known().get("request_id")
    if headers is not None and request_id:
        headers["request_id"] = request_id


@signals.task_prerun.connect
def begin_to_tell(task: Any = None, **kwargs: Any) -> None:
    """What is logged from here on is about this task."""
    if not task.request.is_eager:
        log_context.begin(task=task.name, request_id=getattr(task.request, "request_id", None))


@signals.task_postrun.connect
def end_to_tell(task: Any = None, **kwargs: Any) -> None:
    """What is logged from here on is not."""
    if not task.request.is_eager:
        log_context.end()


@signals.task_prerun.connect
@signals.task_postrun.connect
def keep_good_connections(task: Any = None, **kwargs: Any) -> None:
    """Around every task, what Django does around every request: close what is old or broken, keep the rest.

    Celery itself closes them all, and a new connection costs PostgreSQL more than the work of most tasks.
    """
    if not (task and task.request.is_eager):
        close_old_connections()
