"""The Celery application: carries ids, never truth; its workers house the engine."""

import gc
import os
from typing import Any

from celery import Celery, bootsteps, signals
from django.db import close_old_connections

from tmpportal import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tmpportal.settings")

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


@signals.task_prerun.connect
@signals.task_postrun.connect
def keep_good_connections(task: Any = None, **kwargs: Any) -> None:
    """Around every task, what Django does around every request: close what is old or broken, keep the rest.

    Celery itself closes them all, and a new connection costs PostgreSQL more than the work of most tasks.
    """
    if not (task and task.request.is_eager):
        close_old_connections()
