"""Turns a job into the one CreateJob that an attempt sends: its folder, its label, where TMP may knock."""

from __future__ import annotations

from datetime import date

from django.conf import settings

from accounts.links import hash_of
from jobs import guide
from jobs.capabilities import capability
from jobs.models import Attempt, Job
from tencent.messages import JobRequest

NO_ADDRESS, NOT_HTTPS = "no_address", "not_https"


def new_attempt(job: Job, token: str, day: date) -> Attempt:
    """The row of the next sending, with a destination of its own; a verification has the guide's.

    `day` is the one whose cap it counts on.
    """
    number = job.attempts.count() + 1
    return Attempt.objects.create(
        job=job,
        number=number,
        destination=job.destination if job.is_verification else own_folder(job, f"{job.pk}-{number}"),
        callback_token_hash=hash_of(token) if callback_url(job, token) else "",
        counted_on=day,
    )


def request_for(job: Job, *, destination: str, custom_id: str, callback: str = "") -> JobRequest:
    """What is sent for `job`. Raises KeyError for a capability that is gone, ValueError for unfit values."""
    asked = capability(job.capability)
    return JobRequest(
        source_path=job.source_path,
        source_url=job.source_url,
        content_id=job.account.content_id,
        destination=destination,
        capability=job.capability,
        descriptor=asked.descriptor(job.params),
        writes_files=asked.writes_files,
        output_prefix=job.output_prefix,
        custom_id=custom_id,
        timeout=job.timeout,
        callback=callback,
    )


def own_folder(job: Job, name: str) -> str:
    """Where an attempt called `name` writes, so that what lies there is evidence."""
    return f"{job.destination.rstrip('/')}/{name}/"


def custom_id(job: Job, attempt: Attempt) -> str:
    """`<job>-<number>`, or the guide's word: a label, never used to find or repeat anything."""
    return guide.CUSTOM_ID if job.is_verification else f"{job.pk}-{attempt.number}"


def callback_trouble() -> str:
    """Why TMP is told no address to knock at: NO_ADDRESS or NOT_HTTPS; "" when it is."""
    if not settings.PUBLIC_URL:
        return NO_ADDRESS
    return "" if settings.PUBLIC_URL.startswith("https://") else NOT_HTTPS


def callback_url(job: Job, token: str) -> str:
    """Where TMP may knock for one attempt; "" unless the portal has a public address over https.

    The guide's job has none.
    """
    if job.is_verification or callback_trouble():
        return ""
    return f"{settings.PUBLIC_URL}/callbacks/{token}/"
