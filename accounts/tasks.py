"""Celery's side of registrations: tasks carry ids, the rows are the work."""

from __future__ import annotations

from functools import partial

from celery import shared_task
from django.db import transaction

from accounts import services
from accounts.models import Registration


def enqueue(registration: Registration) -> None:
    """Have a worker take up `registration` once the transaction is committed.

    A broker that is away is not an error: the sweep finds the row.
    """
    transaction.on_commit(partial(register_account.delay, str(registration.pk)), robust=True)


@shared_task(name="accounts.tasks.register_account")
def register_account(registration_id: str) -> None:
    """Check the bucket and register; minutes."""
    services.run_registration(registration_id)


@shared_task(name="accounts.tasks.sweep")
def sweep() -> None:
    """Repair what dead processes left, and hand waiting rows to workers again."""
    for registration_id in services.sweep():
        register_account.delay(registration_id)
