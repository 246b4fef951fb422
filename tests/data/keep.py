"""Keeps this version's database for the upgrade tests of later ones: `python -m tests.data.keep`."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.demo_process import ROOT, DemoProcess, clean_env
from tmpportal.version import read_version

FOLDER = ROOT / "tests/data"
CALL = "from tests.data import keep; keep.fill()"
# Long after every upgrade test: nothing that is kept is ever due.
LATER = "2036-11-19T00:00:00+00:00"
PRICE = {
    "amount": Decimal("0.12"),
    "currency": "CNY",
    "per": "minute",
    "source": "made up",
    "dated": "2026-11-01",
}
REPLY = {"requestId": "late", "registerInfo": {"tmpContentId": "made-up"}}


def main() -> None:
    """Run a demo, add a row of every kind, and write both files."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with DemoProcess(data, port=8190):
            pass
        command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", CALL]
        subprocess.run(command, cwd=ROOT, env=clean_env(data), check=True, timeout=120)
        _write(data)


def fill() -> None:
    """Rows of every kind beside those of the demo run; inside the demo's own Django, with no worker about."""
    from django.contrib.auth.models import User
    from django.contrib.sessions.models import Session

    from accounts.models import Account, Membership
    from jobs.models import Job, Pulse, Refresh
    from tests.data import workspace
    from tests.factories import make_membership

    user, account = User.objects.get(), Account.objects.get()
    viewer = User.objects.create(username="viewer", password="!unusable")
    make_membership(account, viewer, Membership.Role.VIEWER)
    _fill_registrations(user, account)
    _fill_jobs(account)
    _fill_batch(user, account)
    _fill_limits(user, account)
    workspace.fill(user, account)
    Job.objects.filter(state__in=("QUEUED", "UNSURE")).update(due_at=LATER)
    Refresh.objects.update(due_at=LATER)
    # Nothing of the machine that keeps it, and no way in.
    Pulse.objects.filter(name__startswith=Pulse.ENGINES).update(name=f"{Pulse.ENGINES}worker-1:1")
    Session.objects.all().delete()
    User.objects.update(password="!unusable")


def _fill_registrations(user: Any, account: Any) -> None:
    from accounts.models import Registration
    from tests.factories import make_registration

    copied = {name: getattr(account, name) for name in ("endpoint", "operate_uin", "bucket", "region")}
    secrets = {name: getattr(account, name) for name in ("bucket_secret_id", "bucket_secret_key")}
    for state in sorted(set(Registration.State.values) - {"DONE"}):
        extra = {"lease_until": LATER} if state in Registration.LIVE else {}
        if state == "UNSURE":
            extra = {
                "error_kind": "Unanswered",
                "sent_at": account.created_at,
                "found_reply": json.dumps(REPLY),
            }
        named = {**copied, **secrets, "user_name": f"u{state.lower()}"}
        make_registration(user, state=state, **named, **extra)


def _fill_jobs(account: Any) -> None:
    from accounts.models import Song
    from jobs.models import Attempt, Job
    from tests.factories import make_job

    song = Song.objects.get()
    known = {"source_path": song.path, "source_seconds": song.seconds, "due_at": LATER}
    outcomes = {"SUBMITTING": "sending", "UNSURE": "unsure", "ERROR": "refused"}
    for state in sorted(set(Job.State.values) - {"COMPLETED"}):
        held = {"lease_until": LATER} if state in ("SUBMITTING", "COLLECTING") else {}
        wrong = {"failed_in": "submit", "error_kind": "Refused", "error_words": "服务未开通"}
        at_tmp = (
            {"tmp_id": f"tmp-{state}"} if state not in ("QUEUED", "SUBMITTING", "UNSURE", "ERROR") else {}
        )
        more = {**known, **held, **at_tmp, **(wrong if state == "ERROR" else {})}
        job = make_job(account, state=state, source_name=f"{state}.wav", **more)
        if state != "QUEUED":
            Attempt.objects.create(
                job=job,
                number=1,
                destination=f"/output/musicBeat/{job.pk}-1/",
                outcome=outcomes.get(state, "accepted"),
                tmp_id=job.tmp_id,
                **({"called_at": job.created_at, "called_about": "tmp-called"} if state == "UNSURE" else {}),
            )
    make_job(
        account, state="GAVE_UP", is_verification=True, source_name="sample-124bpm.mp3", tmp_id="tmp-guide"
    )


def _fill_batch(user: Any, account: Any) -> None:
    from uuid import uuid4

    from accounts.models import Song
    from jobs import batches, sources
    from jobs.models import Job, Plan

    params = {"outputType": 3, "drumType": 2, "enlargeLevel": 3}
    places = [Song.objects.get().path, "albums/夜车.mp3", "https://songs.example.com/third.mp3"]
    form = {"user": user, "account": account, "capability": "musicBeat"}
    songs = sources.sources_of(account, places)
    wish = {"params": params, "label": "Album"}
    batch = batches.create(**form, **wish, sources=songs, idempotency_key=uuid4())
    first = Job.objects.get(batch=batch, position=1)
    wrong = {"failed_in": "submit", "error_kind": "Unfit"}
    assert first.move("QUEUED", "ERROR", note="unfit", **wrong)
    assert len(batches.retry_failed(batch, user)) == 1
    Plan.objects.keep(key=uuid4(), places=places, wish=wish, typed={"label": ["Album"]}, **form)


def _fill_limits(user: Any, account: Any) -> None:
    from jobs import limits

    caps = {"calls_per_second": 5.0, "jobs_in_flight": 20, "jobs_per_day": 500}
    assert limits.change(account, by=user, caps=caps)
    limits.put_price(account, by=user, capability="musicBeat", price=PRICE)


def _write(data: Path) -> None:
    name = f"portal-{read_version()}"
    database = sqlite3.connect(data / "portal.sqlite3")
    text = "\n".join(database.iterdump()) + "\n"
    database.close()
    for path in (ROOT, data, Path.home()):
        assert f"{path}/" not in text, f"The database names {path}."
    (FOLDER / f"{name}.sql").write_text(text, encoding="utf-8")
    (FOLDER / f"{name}.keys").write_text((data / "field.keys").read_text())


if __name__ == "__main__":
    main()
