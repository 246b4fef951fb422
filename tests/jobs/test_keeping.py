"""Old jobs and answers go when the settings say so, in small steps; results and counts stay."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models.functions import Now

from accounts.models import Account
from jobs import keeping
from jobs.counting import count_ended
from jobs.models import Attempt, DayCount, GatewayExchange, Job, Tally, in_seconds
from tests.factories import make_job

pytestmark = pytest.mark.django_db(transaction=True)
DAY = 86400.0
RESULT = {"version": 1, "values": {}}


def ended(account: Account, *, days_ago: float, **fields: Any) -> Job:
    """A completed job with all that TMP said about it."""
    known = {"state": "COMPLETED", "raw_answer": {"outputs": []}, "result": RESULT, "ended_at": Now()}
    job = make_job(account, **{**known, **fields})
    Job.objects.filter(pk=job.pk).update(ended_at=in_seconds(-days_ago * DAY))
    attempt = Attempt.objects.create(
        job=job, number=1, destination="/o/", called_about="tmp-1", callback_token_hash=job.pk.hex * 2
    )
    GatewayExchange.objects.create(job=job, attempt=attempt, action="GetJob", exchange={})
    return job


@pytest.fixture(autouse=True)
def for_ever(settings: Any) -> None:
    settings.KEEP_JOBS_DAYS = settings.KEEP_ANSWERS_DAYS = 0


def test_by_itself_the_portal_keeps_everything(account: Account) -> None:
    ended(account, days_ago=5000)
    count_ended(lag=0.0)
    assert keeping.tidy() == 0
    assert Job.objects.get().raw_answer and GatewayExchange.objects.count() == 1


def test_old_answers_go_and_results_and_history_stay(account: Account, settings: Any) -> None:
    settings.KEEP_ANSWERS_DAYS = 30
    old, young = ended(account, days_ago=31), ended(account, days_ago=29)
    live = make_job(account, state="PROCESSING", tmp_id="t", raw_answer={"kept": 1})
    GatewayExchange.objects.create(job=live, action="GetJob", exchange={})
    count_ended(lag=0.0)
    assert keeping.tidy() == 1
    old.refresh_from_db()
    assert (old.raw_answer, old.result) == (None, RESULT)
    assert list(old.events.values_list("note", flat=True)) == ["created"]
    assert (old.attempts.get().called_about, old.attempts.get().callback_token_hash) == ("", "")
    assert set(GatewayExchange.objects.values_list("job", flat=True)) == {young.pk, live.pk}
    young.refresh_from_db()
    live.refresh_from_db()
    assert young.raw_answer and live.raw_answer and young.attempts.get().called_about
    assert keeping.tidy() == 0


def test_it_goes_in_small_steps_to_the_end_and_passes_none_over(account: Account, settings: Any) -> None:
    settings.KEEP_ANSWERS_DAYS = 30
    for number in range(7):
        ended(account, days_ago=40 + number // 2)
    Job.objects.update(ended_at=Job.objects.order_by("ended_at").values_list("ended_at", flat=True)[0])
    later = ended(account, days_ago=31)
    count_ended(lag=0.0)
    steps = [keeping.tidy(at_once=3) for _ in range(3)]
    assert steps == [3, 1, 0]
    later.refresh_from_db()
    assert later.raw_answer is None
    assert not Job.objects.exclude(raw_answer=None).exists()


def test_old_jobs_go_with_all_that_belongs_to_them_and_the_books_stay_right(
    account: Account, settings: Any
) -> None:
    settings.KEEP_JOBS_DAYS = 365
    for _ in range(3):
        ended(account, days_ago=366)
    kept = [ended(account, days_ago=364), make_job(account, state="UNSURE"), make_job(account)]
    Job.objects.filter(pk__in=[kept[1].pk, kept[2].pk]).update(created_at=in_seconds(-5000 * DAY))
    count_ended(lag=0.0)
    assert [keeping.tidy(at_once=2) for _ in range(3)] == [2, 1, 0]
    assert set(Job.objects.values_list("pk", flat=True)) == {job.pk for job in kept}
    assert Attempt.objects.count() == GatewayExchange.objects.count() == 1
    assert Tally.objects.counts([account.pk]) == {"COMPLETED": 1, "UNSURE": 1, "QUEUED": 1}
    # Charts go on telling of them.
    assert sum(DayCount.objects.values_list("number", flat=True)) == 4


def test_what_charts_have_not_counted_yet_is_kept_until_then(account: Account, settings: Any) -> None:
    settings.KEEP_JOBS_DAYS = settings.KEEP_ANSWERS_DAYS = 1
    ended(account, days_ago=10)
    assert keeping.tidy() == 0
    count_ended(lag=0.0)
    assert keeping.tidy() == 1


def test_the_page_of_a_job_whose_answers_are_gone_opens(client: Any, account: Account, settings: Any) -> None:
    settings.KEEP_ANSWERS_DAYS = 1
    job = ended(account, days_ago=2)
    count_ended(lag=0.0)
    keeping.tidy()
    client.force_login(job.owner)
    assert client.get(f"/jobs/{job.pk}/").status_code == 200
    assert client.get(f"/jobs/{job.pk}/exchanges/").status_code == 200
    assert client.get(f"/jobs/{job.pk}/answer.json").status_code == 404
