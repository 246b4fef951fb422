"""What a worker does with a job can be followed in the log by the job's id, and by TMP's own of the call."""

from __future__ import annotations

import pytest
from django.db import transaction

from jobs.models import Job
from tests.jobs.raw_gateway import RawGateway, http, refused
from tests.jobs.working import work, work_on
from tests.log_lines import log_lines


@pytest.mark.django_db(transaction=True)
def test_each_step_of_a_job_is_a_line_with_its_ids_and_tmp_s_own(gateway: RawGateway, job: Job) -> None:
    gateway.answers |= {
        "CreateJob": [
            http(
                200,
                {"createJobResponse": {"job": {"id": "t", "state": 1}}},
                headers=("X-Api-RequestId: q-1",),
            )
        ],
        "GetJob": [
            http(200, {"getJobResponse": {"job": {"id": "t", "state": 2}}}, headers=("X-Api-RequestId: q-2",))
        ],
    }
    with log_lines() as lines:
        work()
        work_on(job)
    moves = [line for line in lines if line["logger"] == "jobs.moves"]
    assert [line["message"].split(" ")[2:5] for line in moves] == [
        ["QUEUED", "to", "SUBMITTING"],
        ["SUBMITTING", "to", "SUBMITTED"],
        ["SUBMITTED", "to", "PROCESSING"],
    ]
    assert {line["job_id"] for line in moves} == {str(job.pk)}
    assert {line["account_id"] for line in moves} == {str(job.account_id)}
    assert [line.get("tmp_request_id") for line in moves] == [None, "q-1", "q-2"]
    assert [line.get("attempt") for line in moves] == [None, 1, None]


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_a_line_that_quotes_nothing_of_tmp_s_words(gateway: RawGateway, job: Job) -> None:
    """T26: words of TMP stand on the job's page; in the log they could only forge."""
    gateway.answers |= {"CreateJob": [refused("no\n2026-11-29 ERROR forged")]}
    with log_lines() as lines:
        work()
    assert lines[-1]["message"] == f"Job {job.pk}: SUBMITTING to ERROR (refused)"
    assert "forged" not in str(lines)


@pytest.mark.django_db(transaction=True)
def test_a_move_that_is_taken_back_is_not_told(job: Job) -> None:
    with log_lines() as lines, transaction.atomic():
        assert job.move("QUEUED", "CANCELED", note="canceled")
        transaction.set_rollback(True)
    assert lines == []
