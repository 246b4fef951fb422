"""A person's hand: a process that does by the product's own rules what a person does on its pages.

Reads lines of JSON, `{"do": name, ...}`, and answers each with a line, `{"done": ...}` or `{"error": ...}`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

os.environ["DJANGO_SETTINGS_MODULE"] = "tmpportal.settings"

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.db import close_old_connections, connection, transaction  # noqa: E402

from accounts.managing import life  # noqa: E402
from accounts.models import Account  # noqa: E402
from jobs import services, tasks  # noqa: E402
from jobs.engine import sweeping  # noqa: E402
from jobs.models import Job, Limits, enter, in_seconds, remove  # noqa: E402
from tests.accounts.contacting import registered_account, secrets_of  # noqa: E402
from tests.factories import SONG_PATH, SONG_SECONDS  # noqa: E402

PARAMS = {"outputType": 3, "drumType": 2, "enlargeLevel": 3}
SONG = services.Source(kind=Job.SourceKind.BUCKET, path=SONG_PATH, name="song.wav", seconds=SONG_SECONDS)


class _Sandbox:
    """The running sandbox as the settings know it, or with other bucket keys."""

    def __init__(self, *, bucket_secret_id: str = "", bucket_secret_key: str = "") -> None:
        if bucket_secret_id:
            self.secret_id, self.secret_key = bucket_secret_id, bucket_secret_key

    def __getattr__(self, name: str) -> str:
        return str(settings.SANDBOX[name])


def account(name: str, password: str, **keys: str) -> dict[str, Any]:
    """An account that the sandbox knows; `name` is its owner's name too."""
    user = User.objects.filter(username=name).first() or User.objects.create_user(name, password=password)
    made = registered_account(user, _Sandbox(**keys), name=name, **keys)  # type: ignore[arg-type]
    return {"id": str(made.pk), "content_id": made.content_id, "secrets": secrets_of(made)}


def create(account: str, count: int, keys: list[str] | None = None, **more: Any) -> list[str]:
    """Jobs of the account's owner, each as the form makes it; `keys` are idempotency keys.

    Those that were made before something went wrong are told; raises when there is none.
    """
    row = Account.objects.get(pk=account)
    owner = row.members.order_by("pk").first()
    made: list[str] = []
    for number in range(count):
        try:
            job = services.create(
                user=owner,
                account=row,
                capability="musicBeat",
                params=PARAMS,
                source=SONG,
                idempotency_key=UUID(keys[number]) if keys else uuid4(),
                **more,
            )
            tasks.enqueue(job)
        except Exception:
            if not made:
                raise
            return made
        made.append(str(job.pk))
    return made


def fill(account: str, count: int, state: str, **fields: Any) -> list[str]:
    """Rows in that state, all at once and past the rules; their ids."""
    row = Account.objects.get(pk=account)
    owner = row.members.order_by("pk").first()
    assert owner is not None
    known = {"account": row, "owner": owner, "capability": "musicBeat", "params": PARAMS, "state": state}
    jobs = [Job(**known, source_name="song.wav", source_path=SONG_PATH, **fields) for _ in range(count)]
    enter(jobs, note="created")
    return [str(job.pk) for job in jobs]


def act(name: str, job: str) -> bool:
    """One of the buttons of a job's page: cancel, ask_again, send_again, give_up, mark_failed, read_again."""
    row = Job.objects.get(pk=job)
    done = bool(getattr(services, name)(row))
    if done and name == "send_again":
        tasks.enqueue(row)
    return done


def delete_jobs(jobs: list[str]) -> int:
    return remove(Job.objects.filter(pk__in=jobs))


def resume(account: str) -> int:
    return services.resume_account(Account.objects.get(pk=account))


def delete_account(account: str) -> None:
    """With all its jobs and keys."""
    row = Account.objects.get(pk=account)
    life.delete(row, by=row.members.order_by("pk").first())


def limits(account: str, **values: Any) -> None:
    """Caps of the account."""
    Limits.objects.update_or_create(account_id=account, defaults=values)


def publish(jobs: list[str], times: int) -> None:
    """Deliver the messages of these jobs so many times, the last first, and a sweep each time."""
    for _ in range(times):
        for job in reversed(jobs):
            tasks.submit_job.delay(job)
        tasks.sweep.delay()


def sweep() -> float:
    """A worker's sweep, here; the seconds that it took."""
    started = time.monotonic()
    sweeping.sweep(taking_seconds=0.0)
    return time.monotonic() - started


def plans() -> list[str]:
    """How the database finds what a sweep looks for."""
    young = in_seconds(-1000.0)
    looks = (
        Job.objects.expired().filter(state=Job.State.SUBMITTING),
        Job.objects.expired().filter(state=Job.State.COLLECTING),
        Job.objects.unsure_due().filter(changed_at__gt=young).order_by("due_at")[:8],
        Job.objects.filter(state__in=Job.REFRESHED, changed_at__lte=young)[:200],
        Job.objects.ready().order_by().values_list("account", flat=True).distinct(),
    )
    return [look.explain() for look in looks]


DEEDS: dict[str, Callable[..., Any]] = {
    deed.__name__: deed
    for deed in (
        account,
        create,
        fill,
        act,
        delete_jobs,
        delete_account,
        resume,
        limits,
        publish,
        sweep,
        plans,
    )
}


def main() -> None:
    """Until the end of the input."""
    print(json.dumps({"done": "ready"}), flush=True)
    for line in sys.stdin:
        wish = json.loads(line)
        close_old_connections()
        try:
            told: dict[str, Any] = {"done": DEEDS[wish.pop("do")](**wish)}
        except Exception as error:
            told = {"error": f"{type(error).__name__}: {error}"}
            if transaction.get_connection().in_atomic_block:
                connection.close()
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
