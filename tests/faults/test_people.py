"""What people do at the wrong moment, and who knocks without being asked (F26, F30, F31, F32)."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from tests.faults.conftest import held
from tests.faults.stage import SONG_PATH, Stage
from tests.faults.verdicts import fault, sampled

RECOVERY_SECONDS = 40.0
FORM = "/jobs/new/musicBeat/"


@fault("F26")
def test_callbacks_that_are_forged_repeated_or_late_change_nothing(new_stage: Callable[..., Stage]) -> None:
    stage = new_stage(web=True, env={"TMPPORTAL_PUBLIC_URL": "https://portal.invalid"})
    assert stage.web
    stage.sandbox.outcome("late", seconds=3)
    [job, other] = stage.create_jobs(2)
    stage.wait_until(lambda: len(_callbacks(stage, job, other)) == 2, 15, "both are sent")
    mine, _ = (urlsplit(url).path for url in _callbacks(stage, job, other))
    assert len(mine.strip("/").rpartition("/")[2]) >= 22
    lie = {"getJobResponse": {"job": {"id": "x", "state": 4, "message": "forged"}}}
    codes = [_knock(stage, mine, lie) for _ in range(5)]
    assert set(codes) <= {200, 204}
    assert _knock(stage, f"/callbacks/{'x' * 43}/", lie) == 404
    stage.wait_for_states([job, other], "COMPLETED", seconds=RECOVERY_SECONDS)
    for _ in range(5):
        _knock(stage, mine, lie)
    books = held(stage, [job, other])
    assert books.flagged | books.recovered == set()
    assert stage.rows([job, other]) == {job: "COMPLETED", other: "COMPLETED"}


def _callbacks(stage: Stage, *jobs: str) -> list[str]:
    entries = {entry["custom_id"][:36]: entry for entry in stage.sandbox.ledger("create_job")}
    asked = [entries[job]["request"]["createJobRequest"] for job in jobs if job in entries]
    return [each["callback"] for each in asked]


def _knock(stage: Stage, path: str, body: object) -> int:
    assert stage.web
    with requests.Session() as session:
        session.trust_env = False
        return session.post(urljoin(stage.web.address, path), json=body, timeout=30).status_code


@fault("F30")
def test_an_account_that_is_deleted_while_its_jobs_are_out_takes_them_along_and_leaves_no_key(
    stage: Stage,
) -> None:
    stage.account("leaving")
    stage.sandbox.hold("CreateJob", "after", "out")
    gone = stage.create_jobs(account="leaving")
    stage.sandbox.wait_at("out")
    stage.sandbox.outcome("late", seconds=2)
    gone += stage.create_jobs(account="leaving")
    jobs = stage.create_jobs(2)
    stage.person.do("delete_account", account=stage.account("leaving").id)
    stage.sandbox.clear()
    stage.wait_for_states(jobs, "COMPLETED")
    assert stage.rows(gone) == {}
    held(stage, [*jobs, *gone], deleted=gone)
    account = stage.forget("leaving")
    left = stage.database.query(
        "SELECT 1 FROM accounts_account WHERE id = %s", stage.database.key(account.id)
    )
    assert left == []
    log = stage.worker().said()
    assert "Traceback" not in log[log.rfind("engine") :]


@fault("F30")
def test_a_bucket_key_that_is_taken_away_ends_jobs_with_a_reason(stage: Stage) -> None:
    key = stage.sandbox.key("data")
    stage.account("rotating", bucket_secret_id=key.secret_id, bucket_secret_key=key.secret_key)
    stage.sandbox.outcome("late", seconds=1)
    [job] = stage.create_jobs(account="rotating")
    stage.wait_for_states([job], "SUBMITTED", "PROCESSING")
    stage.sandbox.forget_key(key.secret_id)
    stage.wait_for_states([job], "COMPLETED", "ERROR", seconds=RECOVERY_SECONDS)
    held(stage, [job], odd=[job])
    rows = stage.database.query(
        "SELECT note FROM jobs_jobevent WHERE job_id = %s ORDER BY id DESC", stage.database.key(job)
    )
    assert rows[0][0]


@fault("F31")
@sampled
def test_a_form_sent_twenty_times_at_once_makes_one_job(stage: Stage) -> None:
    web = stage.web
    assert web
    before = set(stage.rows())
    page = web.visitor.open(FORM).text
    key = re.search(r'name="idempotency_key" value="([0-9a-f-]+)"', page)
    assert key
    account = stage.account().id
    fields = {
        **{"source": "bucket", "path": SONG_PATH, "account": account, "idempotency_key": key[1]},
        **{"outputType": "3", "drumType": "2", "enlargeLevel": "3", "capability": "musicBeat"},
    }
    with ThreadPoolExecutor(10) as clicks:
        answers = list(clicks.map(lambda _: _send(stage, fields), range(20)))
    assert {answer.status_code for answer in answers} == {302}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    # A lost answer, and back and again: the same form.
    assert _send(stage, fields).headers["Location"] == answers[0].headers["Location"]
    [job] = set(stage.rows()) - before
    stage.wait_for_states([job], "COMPLETED")
    held(stage, [job])


def _send(stage: Stage, fields: dict[str, str]) -> requests.Response:
    web = stage.web
    assert web
    token = web.visitor.session.cookies.get("csrftoken", "")
    with requests.Session() as session:
        session.trust_env = False
        session.cookies.update(web.visitor.session.cookies)
        return session.post(
            urljoin(web.address, FORM),
            data={"csrfmiddlewaretoken": token, **fields},
            headers={"Referer": urljoin(web.address, FORM)},
            allow_redirects=False,
            timeout=60,
        )


@fault("F32")
@pytest.mark.parametrize("state", ["QUEUED", "SUBMITTING", "SUBMITTED", "PROCESSING", "COLLECTING"])
def test_a_person_may_cancel_in_every_state_and_nothing_undoes_it(stage: Stage, state: str) -> None:
    if state == "QUEUED":
        stage.worker().kill()
    elif state == "SUBMITTING":
        stage.sandbox.hold("CreateJob", "after", "out")
    elif state == "COLLECTING":
        stage.sandbox.store_fault("slow", "GetObject", seconds=2)
    elif state == "SUBMITTED":
        stage.sandbox.hold("GetJob", "before", "asked")
    else:
        stage.sandbox.outcome("late", seconds=3)
    [job] = stage.create_jobs()
    stage.wait_for_states([job], state)
    assert stage.person.do("act", name="cancel", job=job)
    stage.sandbox.clear()
    stage.worker().start().wait()
    others = stage.create_jobs(2)
    stage.wait_for_states(others, "COMPLETED", seconds=RECOVERY_SECONDS)
    stage.wait_until(lambda: _is_quiet(stage), 10, "nothing is out")
    assert stage.rows()[job] == "CANCELED"
    held(stage, [job, *others])


def _is_quiet(stage: Stage) -> bool:
    """Whether nothing is under way, so that what comes late has come."""
    busy = "SELECT count(*) FROM jobs_attempt WHERE outcome = 'sending'"
    return stage.database.query(busy)[0][0] == 0
