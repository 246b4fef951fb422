"""A hand inside the portal of the load: `python -m tests.load.seed DEED WORDS...` prints a line of JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

# First: it sets Django up.
from tests.faults import hand  # isort: skip
from django.contrib.auth.models import User
from django.test import Client

from accounts.clients import bucket_for
from accounts.models import Account, Membership
from jobs.models import Job
from tests.factories import SONG_BPM, SONG_PATH, SONG_SECONDS, make_membership
from tests.songs import clicks

BEATS = 400
PATIENCE_SECONDS = 90.0
RESULT = {
    "version": 1,
    "facts": [{"key": "tempo", "label": "Tempo (BPM)", "value": 120.0}],
    "markers": [
        {"time": each / 2, "label": "", "strength": 0.5, "downbeat": not each % 4} for each in range(BEATS)
    ],
    "regions": [],
    "files": [],
    "values": {},
    "note": "",
}


def seed(people: str, ended: str) -> dict[str, Any]:
    """An account with people, each signed in, and with jobs that have ended."""
    made = hand.account("owner", "a long enough phrase")
    account = Account.objects.get(pk=made["id"])
    bucket_for(account).put(SONG_PATH, clicks(SONG_SECONDS, SONG_BPM))
    done = hand.fill(made["id"], int(ended), Job.State.COMPLETED, result=RESULT, source_seconds=SONG_SECONDS)
    return {
        "sessions": [_session(account, number) for number in range(int(people))],
        "result": done[0],
        "account": made["id"],
    }


def _session(account: Account, number: int) -> str:
    user = User.objects.create_user(f"person-{number}")
    make_membership(account, user, Membership.Role.SUBMITTER)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return client.cookies["sessionid"].value


def begin(account: str, count: str) -> list[str]:
    """Jobs as the form makes them, once TMP has all of them."""
    jobs = hand.create(account, int(count))
    latest = time.monotonic() + PATIENCE_SECONDS
    while Job.objects.filter(pk__in=jobs, state__in=Job.WAITING).exists():
        if time.monotonic() > latest:
            raise SystemExit("The jobs were not sent in time.")
        time.sleep(0.2)
    return jobs


def running(account: str) -> int:
    """How many jobs are at TMP."""
    return Job.objects.filter(account=account, state__in=Job.REFRESHED).count()


DEEDS: dict[str, Callable[..., Any]] = {"seed": seed, "begin": begin, "running": running}

if __name__ == "__main__":
    print(json.dumps(DEEDS[sys.argv[1]](*sys.argv[2:])))
