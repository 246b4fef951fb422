"""Fills the naive app: `python -m tests.benchmarks.naive.begin poll` reads TMP's ids as JSON from its input,
`... batch` posts the songs it reads to the form and prints how many seconds the request took."""

from __future__ import annotations

import json
import os
import random
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.benchmarks.naive.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from tests.benchmarks.naive.celery import app  # noqa: E402
from tests.benchmarks.naive.models import Job  # noqa: E402
from tests.benchmarks.naive.tasks import poll  # noqa: E402


def begin_polling(tmp_ids: list[str]) -> None:
    """A job for each id, and its first question at some moment of the interval."""
    jobs = [
        Job(custom_id=f"{tmp_id}-1", tmp_id=tmp_id, state=2, source_path="uploads/song.wav")
        for tmp_id in tmp_ids
    ]
    rows = Job.objects.bulk_create(jobs, batch_size=1000)
    with app.producer_pool.acquire() as producer:
        for job in rows:
            countdown = random.random() * settings.POLL_SECONDS
            poll.apply_async((job.pk,), countdown=countdown, producer=producer)


def post_batch(songs: list[str]) -> float:
    """Seconds that one form with all those songs took."""
    client = Client()
    # As the portal's: not the first request of its process.
    client.get("/")
    started = time.perf_counter()
    answer = client.post("/jobs/", {"songs": "\n".join(songs)})
    seconds = time.perf_counter() - started
    assert answer.status_code == 302, answer
    return seconds


if __name__ == "__main__":
    given = json.load(sys.stdin)
    if sys.argv[1] == "poll":
        begin_polling(given)
    else:
        print(post_batch(given))
