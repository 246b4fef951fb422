"""Celery's side of accounts: tasks carry ids, the rows are the work."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from celery import shared_task
from django.db import transaction

from accounts import keeping, upload_sweeping
from accounts.managing import contact, health
from accounts.models import Account, Cached, Registration
from accounts.registering import rescuing, running


def enqueue(registration: Registration) -> None:
    """Have a worker take up `registration` once the transaction is committed.

    A broker that is away is not an error: the sweep finds the row.
    """
    transaction.on_commit(partial(register_account.delay, str(registration.pk)), robust=True)


def enqueue_look(registration: Registration) -> None:
    """Have a worker look into the bucket for the demo script; a lost task costs a click."""
    transaction.on_commit(partial(look_for_demo.delay, str(registration.pk)), robust=True)


def enqueue_health(account: Account, asked_at: datetime) -> None:
    """Have a worker look at how well `account` is; a lost task shows on the page as nobody answering."""
    arguments = (str(account.pk), asked_at.isoformat())
    transaction.on_commit(partial(look_at_health.delay, *arguments), robust=True)


def enqueue_contact(account: Account, asked_at: datetime, *, questions: list[str], user_id: int) -> None:
    """Have a worker ask TMP those questions, each once; a lost task shows on the page as nobody answering."""
    arguments = (str(account.pk), asked_at.isoformat(), questions, user_id)
    transaction.on_commit(partial(make_contact.delay, *arguments), robust=True)


@shared_task(name="accounts.tasks.register_account")
def register_account(registration_id: str) -> None:
    """Check the bucket and register; minutes."""
    running.run_registration(registration_id)


@shared_task(name="accounts.tasks.look_for_demo")
def look_for_demo(registration_id: str) -> None:
    """Look for the keys of a registration in its bucket; seconds."""
    rescuing.look(registration_id)


@shared_task(name="accounts.tasks.look_at_health")
def look_at_health(account_id: str, asked_at: str) -> None:
    """Look at endpoint, keys, clocks and bucket; seconds, a minute where the network is bad."""
    health.look(account_id, datetime.fromisoformat(asked_at))


@shared_task(name="accounts.tasks.make_contact")
def make_contact(account_id: str, asked_at: str, questions: list[str], user_id: int) -> None:
    """Ask TMP the questions of a first contact; seconds."""
    contact.run(account_id, datetime.fromisoformat(asked_at), questions=questions, user_id=user_id)


@shared_task(name="accounts.tasks.sweep")
def sweep() -> None:
    """Repair what dead processes left, and hand waiting rows to workers again."""
    for registration_id in running.sweep():
        register_account.delay(registration_id)
    for registration_id in rescuing.take_due():
        look_for_demo.delay(registration_id)


@shared_task(name="accounts.tasks.sweep_uploads")
def sweep_uploads() -> None:
    """Have buckets forget uploads that were abandoned; seconds."""
    upload_sweeping.sweep()


@shared_task(name="accounts.tasks.forget_tries")
def forget_tries() -> None:
    """Drop counts whose time is over, where they are kept in the database."""
    Cached.objects.expired().delete()


@shared_task(name="accounts.tasks.tidy")
def tidy() -> None:
    """Let go of drafts, entries of the audit log and sessions that are too old; a second."""
    keeping.tidy()
