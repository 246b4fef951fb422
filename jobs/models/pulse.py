"""Signs of life of processes that cannot be asked: a worker writes one, a page reads its age."""

from __future__ import annotations

import os
import socket

from django.db import models
from django.db.models.functions import Now

from jobs.models.moments import in_seconds

EVERY_SECONDS = 5.0
FORGOTTEN_SECONDS = 24 * 3600.0


class PulseManager(models.Manager["Pulse"]):
    """Writes them."""

    def feel(self, name: str) -> None:
        """`name` is alive now; writes at most every EVERY_SECONDS, so that it may be called at will."""
        if not self.filter(name=name, at__gt=in_seconds(-EVERY_SECONDS)).exists():
            self.update_or_create(name=name, defaults={"at": Now()})

    def forget_old(self) -> None:
        """Drop those of processes that have been gone for FORGOTTEN_SECONDS."""
        self.filter(at__lt=in_seconds(-FORGOTTEN_SECONDS)).delete()


class Pulse(models.Model):
    """When a process was last seen at work, by database time."""

    # The scheduler's sweeps, wherever they ran; every worker's engine has a pulse of its own.
    SWEEP = "sweep"
    ENGINES = "engine:"

    name = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField(db_default=Now())

    objects = PulseManager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def engine(cls) -> str:
        """The name of this process's engine."""
        return f"{cls.ENGINES}{socket.gethostname()[:80]}:{os.getpid()}"
