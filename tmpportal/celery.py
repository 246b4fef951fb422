"""The Celery application: carries ids, never truth; its workers house the engine."""

import os
from typing import Any

from celery import Celery, bootsteps

from tmpportal import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tmpportal.settings")

broker.register()
app = Celery("tmpportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class EngineStep(bootsteps.StartStopStep):
    """The engine lives as long as its worker. After the scheduler, whose process is forked off a worker
    that must not have threads yet."""

    requires = ("celery.worker.components:Pool", "celery.worker.components:Beat")

    def start(self, parent: Any) -> None:
        """Imported late: apps are ready only now."""
        from jobs.engine.loop import engine

        engine.start()

    def stop(self, parent: Any) -> None:
        from jobs.engine.loop import engine

        engine.stop()


app.steps["worker"].add(EngineStep)
