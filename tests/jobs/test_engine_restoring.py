"""After a backup was put back no machine sends what the lost portal may have sent since."""

from __future__ import annotations

import pytest
from django.utils import translation

from accounts.models import Registration
from accounts.registering import running
from accounts.registering.restoring import distrust_registrations
from jobs.engine.restoring import distrust_jobs
from jobs.models import Attempt, Job, Preparation, Tally, Usage, in_seconds
from jobs.sentences import explain_failure
from tests.factories import make_job, make_registration
from tests.jobs.raw_gateway import RawGateway, created, told
from tests.jobs.working import submit, work

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_job_that_waited_is_unsure_and_looked_for_where_it_would_have_been_written(
    gateway: RawGateway, job: Job
) -> None:
    assert distrust_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.error_kind) == ("UNSURE", "Restored")
    attempt = job.attempts.get()
    assert (attempt.number, attempt.outcome) == (1, Attempt.Outcome.UNSURE)
    assert attempt.destination.endswith(f"/{job.pk}-1/")
    assert Job.objects.unsure_due().filter(pk=job.pk).exists()
    assert [event.note for event in job.events.all()] == ["created", "restored", "restored"]
    with translation.override("en"):
        assert "put back from a backup" in str(explain_failure(job))
    assert Tally.objects.counts([job.account_id]) == {"UNSURE": 1}
    # It may have been accepted, so it counts on its day until somebody knows better.
    assert Usage.objects.get().calls == 1
    work()
    assert gateway.asked["CreateJob"] == 0
    assert distrust_jobs() == 0


def test_one_whose_sending_was_under_way_is_unsure_at_once(gateway: RawGateway, job: Job) -> None:
    """Its lease is not waited for: whoever held it is gone."""
    assert job.move("QUEUED", "SUBMITTING", lease=600.0, note="taken")
    Attempt.objects.create(job=job, number=1, destination="/o/", outcome=Attempt.Outcome.SENDING)
    assert distrust_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts.get().outcome) == ("UNSURE", Attempt.Outcome.UNSURE)


def test_one_whose_song_was_being_prepared_ends_for_a_person_to_retry(job: Job) -> None:
    unready = make_job(job.account, state="PREPARING")
    Preparation.objects.create(job=unready, url="https://songs.example.com/a.mp3")
    Job.objects.filter(pk=job.pk).delete()
    assert distrust_jobs() == 1
    unready.refresh_from_db()
    assert (unready.state, unready.error_kind, unready.failed_in) == ("ERROR", "Restored", "submit")


def test_what_tmp_has_and_what_ended_stays_as_it_was(gateway: RawGateway, job: Job) -> None:
    gateway.answers |= {"CreateJob": [created()], "GetJob": [told(2)]}
    submit(job)
    ended = make_job(job.account)
    assert ended.move("QUEUED", "CANCELED", note="by_person")
    assert distrust_jobs() == 0
    assert set(Job.objects.values_list("state", flat=True)) == {"SUBMITTED", "CANCELED"}
    assert gateway.asked["CreateJob"] == 1


def test_a_registration_under_way_is_a_draft_again_or_unsure_at_the_next_sweep(job: Job) -> None:
    checking = make_registration(job.owner, state="CHECKING", lease_until=in_seconds(600))
    sent = make_registration(job.owner, state="REGISTERING", lease_until=in_seconds(600))
    assert distrust_registrations() == 2
    checking.refresh_from_db()
    assert (checking.state, checking.lease_until) == ("DRAFT", None)
    running.sweep()
    sent.refresh_from_db()
    assert sent.state == Registration.State.UNSURE
