"""Celery's side of accounts: tasks carry ids, the rows are the work."""

from __future__ import annotations

from functools import partial

from celery import shared_task
from django.db import transaction

from accounts.models import Registration
from accounts.registering import rescuing, running


def enqueue(registration: Registration) -> None:
    """Have a worker take up `registration` once the transaction is committed.

    A broker that is away is not an error: the sweep finds the row.
    """
    transaction.on_commit(partial(register_account.delay, str(registration.pk)), robust=True)


def enqueue_look(registration: Registration) -> None:
    """Have a worker look into the bucket for the demo script; a lost task costs a click."""
    transaction.on_commit(partial(look_for_demo.delay, str(registration.pk)), robust=True)


@shared_task(name="accounts.tasks.register_account")
def register_account(registration_id: str) -> None:
    """Check the bucket and register; minutes."""
    running.run_registration(registration_id)


@shared_task(name="accounts.tasks.look_for_demo")
def look_for_demo(registration_id: str) -> None:
    """Look for the keys of a registration in its bucket; seconds."""
    rescuing.look(registration_id)


@shared_task(name="accounts.tasks.sweep")
def sweep() -> None:
    """Repair what dead processes left, and hand waiting rows to workers again."""
    for registration_id in running.sweep():
        register_account.delay(registration_id)
    for registration_id in rescuing.due():
        look_for_demo.delay(registration_id)
