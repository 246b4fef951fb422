"""A task for each job: it asks, saves, and retries itself after the interval."""

from __future__ import annotations

from typing import Any

import requests
from django.conf import settings

from tencent.keys import GatewayKeys
from tencent.signing import signed_headers, utc_now
from tests.benchmarks.gateway import GATEWAY_ID, GATEWAY_KEY
from tests.benchmarks.naive.celery import app
from tests.benchmarks.naive.models import Job

KEYS = GatewayKeys(secret_id=GATEWAY_ID, secret_key=GATEWAY_KEY)
ENDED = (3, 4, 5)


def call(action: str, member: str, asked: dict[str, Any]) -> Any:
    """POSTs to TMP; returns the job in the answer."""
    body = {"action": action, "secretId": "id", "secretKey": "key", f"{member}Request": asked}
    headers = signed_headers(KEYS, "100012345678_naive", utc_now())
    answer = requests.post(f"{settings.GATEWAY}/job", json=body, headers=headers, timeout=30)
    answer.raise_for_status()
    return answer.json()[f"{member}Response"]["job"]


@app.task(bind=True, max_retries=None)
def poll(self: Any, job_id: int) -> None:
    """Ask about a job until it has ended."""
    job = Job.objects.get(pk=job_id)
    told = call("GetJob", "getJob", {"id": job.tmp_id})
    job.state = told["state"]
    if job.state in ENDED:
        job.result = told
    job.save()
    if job.state not in ENDED:
        raise self.retry(countdown=settings.POLL_SECONDS)


@app.task(bind=True, max_retries=3)
def submit(self: Any, job_id: int) -> None:
    """Have TMP do a job, then ask about it."""
    job = Job.objects.get(pk=job_id)
    output = {"destination": "/output", "inputSelectors": [0], "smartContentDescriptor": job.params}
    inputs = [{"source": {"path": job.source_path}}]
    try:
        told = call("CreateJob", "createJob", {"inputs": inputs, "outputs": [output]})
    except requests.RequestException as error:
        raise self.retry(countdown=2, exc=error) from error
    job.tmp_id, job.state = told["id"], told["state"]
    job.save()
    poll.apply_async((job.pk,), countdown=settings.POLL_SECONDS)
