"""Rows of what version 0.4 added, for the database that is kept of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any


def fill(user: Any, account: Any) -> None:
    """One row of every kind that a person may leave in the workspace."""
    from jobs import corrections, presets, sharing
    from jobs.counting import count_ended
    from jobs.models import Job, Preparation, SavedFilter, Signpost, Visit

    done = Job.objects.get(state="COMPLETED")
    markers = corrections.current(done).markers
    corrections.save(done, user, [replace(each, time=each.time + 0.01) for each in markers], base=0)
    sharing.make(done, by=user, lasts=timedelta(days=3650), for_whom="an editor")
    for job in Job.objects.filter(state="PREPARING"):
        Preparation.objects.create(job=job, url="https://songs.example.com/film.mp4", as_audio=True)
    presets.save(user, "musicBeat", "Drums", {"params": {"drumType": 2}, "label": "Album"})
    SavedFilter.objects.create(user=user, name="What failed", query="state=ERROR")
    Visit.objects.get_or_create(user=user)
    Signpost.objects.create(
        account=account, capability="musicBeat", path=["points", "pos"], unit="ms", is_spread=True
    )
    _fill_files(user, account)
    count_ended()


def _fill_files(user: Any, account: Any) -> None:
    from accounts.models import Upload, Verdict

    Upload.objects.create(
        account=account,
        uploader=user,
        path="uploads/half.wav",
        name="half.wav",
        content_type="audio/wav",
        size=40_000_000,
        modified=1_700_000_000_000,
        digest="0" * 64,
        store_id="made-up",
        part_bytes=8_388_608,
        due_at="2036-11-19T00:00:00+00:00",
    )
    Verdict.objects.create(
        endpoint=account.endpoint, bucket=account.bucket, path="notes.txt", etag="made-up", holds="nothing"
    )
