"""Many songs at once: one batch however often it is asked for, quickly, and what failed once more."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, Membership, Song
from jobs import batches, services
from jobs.models import Batch, Job, JobEvent, Tally
from jobs.sources import sources_of
from tests.factories import make_account, make_membership

State = Job.State


@pytest.fixture
def studio(alice: User) -> Account:
    return make_account(alice, endpoint="sandbox")


def paths(number: int) -> list[str]:
    return [f"songs/{each}.mp3" for each in range(1, number + 1)]


def ask_for(user: User, account: Account, *, songs: int = 3, **changes: Any) -> Batch:
    """What the form asks for, with `changes`."""
    asked: dict[str, Any] = {
        "capability": "musicBeat",
        "params": {"outputType": 3, "drumType": 2, "enlargeLevel": 3},
        "sources": sources_of(account, paths(songs)),
        "idempotency_key": uuid.uuid4(),
    }
    return batches.create(user=user, account=account, **{**asked, **changes})


def end(batch: Batch, *fates: str) -> list[Job]:
    """Let the jobs of the batch end so, by position."""
    jobs = list(batch.jobs.order_by("position"))
    for job, state in zip(jobs, fates, strict=False):
        Job.objects.filter(pk=job.pk).update(state=state, ended_at=timezone.now())
    return jobs


def test_songs_of_one_moment_stand_on_the_dashboard_in_the_order_of_the_form(
    alice: User, studio: Account
) -> None:
    ask_for(alice, studio, songs=20)
    assert list(Job.objects.for_board().values_list("position", flat=True)) == list(range(1, 21))


def test_every_song_becomes_a_job_with_its_place(alice: User, studio: Account) -> None:
    Song.objects.create(account=studio, path="songs/2.mp3", name="夜曲.mp3", size=1, seconds=61.5)
    batch = ask_for(alice, studio, label="album", output_prefix="a_", timeout=60)
    rows = batch.jobs.order_by("position").values_list("position", "source_name", "source_seconds", "state")
    assert list(rows) == [
        (1, "1.mp3", None, "QUEUED"),
        (2, "夜曲.mp3", 61.5, "QUEUED"),
        (3, "3.mp3", None, "QUEUED"),
    ]
    same = batch.jobs.values_list("label", "output_prefix", "timeout", "destination", "owner", "account")
    assert set(same) == {("album", "a_", 60, "/output/musicBeat", alice.pk, studio.pk)}
    assert JobEvent.objects.filter(job__batch=batch, to_state="QUEUED", note="created").count() == 3
    assert Tally.objects.counts([studio.pk]) == {"QUEUED": 3}


def test_a_thousand_songs_are_a_few_dozen_statements(alice: User, studio: Account) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        began = time.process_time()
        batch = ask_for(alice, studio, songs=1000)
        spent = time.process_time() - began
    print(f"batch_1000_cpu_s={spent:.3f}")
    print(f"batch_1000_statements={len(asked)}")
    assert batch.jobs.count() == 1000
    # SQLite takes 999 values a statement, a job has 40.
    assert len(asked) < 80


def test_the_same_form_twice_makes_one_batch(alice: User, studio: Account) -> None:
    key = uuid.uuid4()
    first = ask_for(alice, studio, idempotency_key=key)
    assert ask_for(alice, studio, songs=5, idempotency_key=key) == first
    assert (Batch.objects.count(), Job.objects.count()) == (1, 3)


def test_two_people_may_use_the_same_key(alice: User, bob: User, studio: Account) -> None:
    make_membership(studio, bob)
    key = uuid.uuid4()
    assert ask_for(alice, studio, idempotency_key=key) != ask_for(bob, studio, idempotency_key=key)
    assert Job.objects.count() == 6


def test_a_form_that_another_process_is_just_sending_makes_no_second_batch(
    alice: User, studio: Account
) -> None:
    class Meanwhile(list[services.Source]):
        """When the songs are walked through, somebody else makes the batch."""

        def __iter__(self) -> Any:
            ask_for(alice, studio, idempotency_key=key)
            return super().__iter__()

    key = uuid.uuid4()
    batch = ask_for(alice, studio, sources=Meanwhile(sources_of(studio, paths(9))), idempotency_key=key)
    assert Batch.objects.get() == batch
    assert Job.objects.count() == 3


@pytest.mark.parametrize("role", [None, Membership.Role.VIEWER])
def test_who_may_only_look_may_not_submit(studio: Account, bob: User, role: str | None) -> None:
    if role:
        make_membership(studio, bob, role)
    with pytest.raises(PermissionDenied):
        ask_for(bob, studio)
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("capability", {"capability": "musicMagic"}),
        ("enlargeLevel", {"params": {"enlargeLevel": 9}}),
        ("destination", {"destination": "/a/../b"}),
        ("output_prefix", {"output_prefix": "x" * 20}),
        ("source", {"sources": []}),
        ("source", {"songs": batches.MOST_SONGS + 1}),
        ("source", {"sources": [services.Source(kind="bucket", path="../x", name="x")]}),
    ],
)
def test_what_tmp_would_refuse_is_refused_before_anything_is_made(
    alice: User, studio: Account, field: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as caught:
        ask_for(alice, studio, **changes)
    assert field in caught.value.message_dict
    assert not Batch.objects.exists()
    assert not Job.objects.exists()


def test_what_failed_is_done_once_more_in_its_place(alice: User, studio: Account) -> None:
    batch = ask_for(alice, studio, songs=5)
    jobs = end(batch, State.ERROR, State.COMPLETED, State.CANCELED, State.GAVE_UP, State.UNSURE)
    again = batches.retry_failed(batch, alice)
    assert [(job.position, job.follows_id) for job in again] == [
        (1, jobs[0].pk),
        (3, jobs[2].pk),
        (4, jobs[3].pk),
    ]
    assert {(job.batch_id, job.state, job.source_path) for job in again} == {
        (batch.pk, "QUEUED", f"songs/{number}.mp3") for number in (1, 3, 4)
    }
    assert batches.retry_failed(batch, alice) == []
    assert batches.current(batch).count() == 5
    assert batch.jobs.count() == 8


def test_what_fails_again_may_be_tried_again_but_not_by_an_older_look(alice: User, studio: Account) -> None:
    batch = ask_for(alice, studio, songs=1)
    end(batch, State.ERROR)
    looked = timezone.now()
    (second,) = batches.retry_failed(batch, alice, until=looked)
    Job.objects.filter(pk=second.pk).update(state=State.ERROR, ended_at=timezone.now())
    assert batches.retry_failed(batch, alice, until=looked) == []
    assert [job.follows_id for job in batches.retry_failed(batch, alice)] == [second.pk]


def test_cancelling_what_waits_leaves_what_was_sent(alice: User, studio: Account) -> None:
    batch = ask_for(alice, studio, songs=4)
    end(batch, State.COMPLETED, State.PROCESSING)
    assert batches.cancel_waiting(batch) == 2
    states = list(batch.jobs.order_by("position").values_list("state", flat=True))
    assert states == ["COMPLETED", "PROCESSING", "CANCELED", "CANCELED"]
    canceled = batch.jobs.filter(state="CANCELED")
    assert not canceled.filter(ended_at=None).exists()
    # TMP was never asked about them.
    assert not canceled.exclude(refreshed_at=None).exists()
    said = JobEvent.objects.filter(job__in=canceled, to_state="CANCELED")
    assert set(said.values_list("from_state", "note")) == {("QUEUED", "by_person")}
    assert batches.cancel_waiting(batch) == 0
