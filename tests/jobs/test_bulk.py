"""Many new rows are saved as if one by one, however the database is told."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from jobs.models import Job, JobEvent, enter
from jobs.models.bulk import insert, insert_alike
from tests.factories import make_account, new_job

pytestmark = pytest.mark.django_db


def test_rows_come_back_as_they_were_given(alice: User) -> None:
    account = make_account(alice)
    jobs = [
        new_job(account, source_name="夜曲 \\ \"'{}.mp3", params={}, source_seconds=None, timeout=60),
        new_job(account, source_name="", params={"a": [1, None, "x"]}, source_seconds=1.5, result=None),
        new_job(account, raw_answer={"deep": {"er": "\u00e9"}}, is_verification=True, position=3),
    ]
    insert(jobs)
    fields = [field.attname for field in Job._meta.concrete_fields]
    for job in jobs:
        saved = Job.objects.get(pk=job.pk)
        assert {name: getattr(saved, name) for name in fields} == {
            name: getattr(job, name) for name in fields
        }
        job.label = "renamed"
        job.save()
    assert Job.objects.filter(label="renamed").count() == 3


def test_no_rows_and_one_row_are_saved_too(alice: User) -> None:
    insert([])
    job = new_job(make_account(alice))
    insert([job])
    assert Job.objects.get().created_at == job.created_at


def test_rows_that_are_alike_are_saved_as_if_each_were_told(alice: User) -> None:
    pattern = new_job(make_account(alice), params={"a": [1, None]}, label='夜曲 "\\', timeout=60)
    keys = [uuid4(), uuid4(), uuid4()]
    own = {
        "id": keys,
        "idempotency_key": [uuid4() for _ in keys],
        "source_name": ["one '{}.mp3", "", "三"],
        "source_seconds": [1.5, None, 2],
    }
    insert_alike(pattern, own)
    shared = {field.attname for field in Job._meta.concrete_fields} - {*own, "created_at", "changed_at"}
    for place, key in enumerate(keys):
        saved = Job.objects.get(pk=key)
        assert {name: getattr(saved, name) for name in own} == {name: own[name][place] for name in own}
        assert {name: getattr(saved, name) for name in shared} == {
            name: getattr(pattern, name) for name in shared
        }
        assert saved.created_at is not None
    assert len(set(Job.objects.values_list("created_at"))) == 1


def test_a_row_that_is_there_already_spoils_them_all(alice: User) -> None:
    account, key = make_account(alice), uuid4()
    enter([new_job(account, idempotency_key=key)], note="created")
    with pytest.raises(IntegrityError), transaction.atomic():
        enter([new_job(account), new_job(account, idempotency_key=key), new_job(account)], note="created")
    assert Job.objects.count() == JobEvent.objects.count() == 1
