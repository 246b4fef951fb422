"""The shape of all the engine does: take a row, call without the database, settle by guarded update."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction

from accounts.log_context import about
from jobs.models import Job


class Work(ABC):
    """One row, already taken. `call` may run in any thread: it touches the network only."""

    job: Job

    @abstractmethod
    def call(self) -> Any:
        """Ask the other side; what is returned goes to `settle`. Expected failures are values here."""

    @abstractmethod
    def write(self, answer: Any) -> None:
        """Write down what `call` brought, if the row is still ours."""

    def settle(self, answer: Any) -> None:
        """As `write`, in one transaction. A job that was deleted with its account meanwhile ends quietly."""
        try:
            with transaction.atomic():
                self.write(answer)
        except (IntegrityError, ObjectDoesNotExist):
            if Job.objects.filter(pk=self.job.pk).exists():
                raise


def run(work: Work | None) -> None:
    """Carry one piece of work through, if there is one."""
    if work is not None:
        with about(job_id=work.job.pk, account_id=work.job.account_id):
            work.settle(work.call())
