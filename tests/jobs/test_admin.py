"""The operator looks at jobs in the admin, and can neither change them nor see a secret there."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from jobs.models import Job
from tests.jobs.raw_gateway import RawGateway, created
from tests.jobs.working import submit


@pytest.fixture
def operator(db: None, client: Client, settings: Any) -> Client:
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    client.force_login(get_user_model().objects.create_superuser("root", password="nobody-signs-in-so"))
    return client


def test_a_job_is_shown_with_its_history_and_without_a_form(
    operator: Client, gateway: RawGateway, job: Job
) -> None:
    gateway.answers["CreateJob"] = [created("tmp-shown")]
    submit(job)
    page = operator.get(reverse("admin:jobs_job_change", args=[job.pk])).content.decode()
    assert "tmp-shown" in page
    assert 'name="_save"' not in page
    assert job.account.tmp_secret_key not in page
    listed = operator.get(reverse("admin:jobs_job_changelist"), {"q": "tmp-shown"})
    assert job.source_name in listed.content.decode()


@pytest.mark.parametrize("action", ["add", "delete"])
def test_nothing_can_be_added_or_deleted(operator: Client, job: Job, action: str) -> None:
    args: list[Any] = [] if action == "add" else [job.pk]
    assert operator.get(reverse(f"admin:jobs_job_{action}", args=args)).status_code == 403
