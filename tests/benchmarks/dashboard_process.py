"""A portal over one database that is asked for pages: `python -m tests.benchmarks.dashboard_process ROWS`.

It fills the database, prints a line of JSON, and then answers lines `<page> <times>` with the CPU seconds of
this process for so many requests.
"""

from __future__ import annotations

import json
import re
import sys
import time
from html import unescape
from typing import Any

import django

HTMX = {"HX-Request": "true"}
# Session and person.
SIGN_IN_QUERIES = 2


class Pages:
    """A signed-in person's requests, by name."""

    def __init__(self, rows: int) -> None:
        from django.core.management import call_command
        from django.test import Client

        from tests.benchmarks.dashboard_rows import fill

        call_command("migrate", verbosity=0, interactive=False)
        self.client = Client(headers={"Accept-Language": "en"}, SERVER_NAME="localhost")
        self.client.force_login(fill(rows))
        deep = f"/?older={_place(rows // 2)}"
        self.paths = {"first": "/", "deep": deep, "state": "/?state=ERROR", "poll": "/", "unchanged": "/"}
        known = re.search(r'hx-headers="([^"]*)"', self.client.get("/").text)
        assert known, "the dashboard is not live"
        self.headers: dict[str, dict[str, str]] = {
            "poll": HTMX,
            "unchanged": HTMX | json.loads(unescape(known[1])),
        }

    def ask(self, name: str) -> None:
        answer = self.client.get(self.paths[name], headers=self.headers.get(name))
        assert answer.status_code == (304 if name == "unchanged" else 200), (name, answer.status_code)

    def queries(self, name: str) -> int:
        """How many a request makes besides signing in."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as made:
            self.ask(name)
        return len(made) - SIGN_IN_QUERIES

    def cpu(self, name: str, times: int) -> float:
        begun = time.process_time()
        for _ in range(times):
            self.ask(name)
        return time.process_time() - begun


def _place(depth: int) -> str:
    """The cursor of the job at this depth."""
    from django.db import connection

    from jobs.models import Job
    from jobs.paging import Cursor

    sql = "SELECT id, CAST(created_at AS text) AS moment FROM jobs_job ORDER BY created_at DESC, id DESC"
    job: Any = Job.objects.raw(f"{sql} LIMIT 1 OFFSET {depth}")[0]
    connection.close()
    return str(Cursor(moment=job.moment, job_id=job.pk))


def main() -> None:
    django.setup()
    pages = Pages(int(sys.argv[1]))
    print(json.dumps({name: pages.queries(name) for name in pages.paths}), flush=True)
    for line in sys.stdin:
        name, times = line.split()
        print(pages.cpu(name, int(times)), flush=True)


if __name__ == "__main__":
    main()
