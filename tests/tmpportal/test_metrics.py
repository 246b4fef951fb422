"""/metrics: numbers that are true, that Prometheus reads and that say nothing of people (T1, T10)."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from accounts.models import Account
from jobs.counting import count_ended
from jobs.models import Job, Limits, Pulse, Refresh, Usage, enter_alike, in_seconds
from tests.demo_process import ROOT
from tests.factories import make_account, make_job, make_registration, new_job
from tmpportal import readiness
from tmpportal.metrics import COUNTERS, GAUGES

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "a-token-of-a-test"
Sample = dict[tuple[tuple[str, str], ...], float]


@pytest.fixture(autouse=True)
def ask_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests change the portal quicker than an answer gets old."""
    monkeypatch.setattr(readiness, "GOOD_FOR_SECONDS", 0.0)


@pytest.fixture
def account(alice: User) -> Account:
    return make_account(alice, name="Secret Studio")


def read(client: Client, **headers: str) -> dict[str, Sample]:
    """By name of the metric, by labels; whatever Prometheus's own reader does not understand fails."""
    answer = client.get("/metrics", headers={"host": "127.0.0.1", **headers})
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    found: dict[str, Sample] = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    return found


def one(sample: Sample, **labels: str) -> float:
    return sample[tuple(sorted(labels.items()))]


def test_the_numbers_are_those_of_the_database(client: Client, alice: User, account: Account) -> None:
    Job.objects.filter(pk=make_job(account).pk).update(created_at=in_seconds(-600))
    for state in ("PROCESSING", "SUBMITTED"):
        make_job(account, state=state, tmp_id=f"tmp-{state}")
    Refresh.objects.filter(tmp_id="tmp-PROCESSING").update(
        asked=7, asked_at=in_seconds(-90), due_at=in_seconds(-40), unanswered=2
    )
    Refresh.objects.filter(tmp_id="tmp-SUBMITTED").update(asked=2, asked_at=in_seconds(-3), due_at=None)
    Job.objects.filter(pk=make_job(account, state="UNSURE").pk).update(changed_at=in_seconds(-300))
    failed = make_job(account)
    assert failed.move("QUEUED", "ERROR", note="refused", error_kind="Refused", failed_in="submit")
    count_ended(lag=0.0)
    sent = {"account": account, "user": alice, "capability": "musicBeat"}
    Usage.objects.create(**sent, day=date(2026, 11, 1), calls=5, songs=4, seconds=90.0)
    Usage.objects.create(**sent, day=date(2026, 11, 2), calls=1, songs=1, seconds=30.0)
    make_registration(alice)
    Pulse.objects.feel(Pulse.SWEEP)
    found = read(client)
    jobs = found["tmpportal_jobs"]
    assert {key[0][1]: value for key, value in jobs.items() if value} == {
        "QUEUED": 1,
        "PROCESSING": 1,
        "SUBMITTED": 1,
        "UNSURE": 1,
        "ERROR": 1,
    }
    assert 600 <= one(found["tmpportal_queue_age_seconds"]) < 700
    assert 300 <= one(found["tmpportal_unsure_age_seconds"]) < 400
    assert one(found["tmpportal_questions"]) == 2
    assert one(found["tmpportal_questions_asked"]) == 9
    assert 40 <= one(found["tmpportal_questions_overdue_seconds"]) < 90
    assert 90 <= one(found["tmpportal_questions_stale_seconds"]) < 190
    failing = found["tmpportal_questions_failing"]
    assert [one(failing, how=how) for how in ("unanswered", "refused", "held")] == [1, 0, 1]
    assert one(found["tmpportal_jobs_ended_total"], state="ERROR", branch="Refused") == 1
    sums = [
        one(found[f"tmpportal_{what}_total"], capability="musicBeat")
        for what in ("calls", "songs", "minutes")
    ]
    assert sums == [6, 5, 2]
    assert one(found["tmpportal_registrations"], state="DRAFT") == 1
    assert one(found["tmpportal_part_up"], part="sweep") == 1
    assert one(found["tmpportal_part_up"], part="engine") == 0
    assert 0 <= one(found["tmpportal_sweep_age_seconds"]) < 60


def test_an_endpoint_is_silent_when_it_answers_nobody(client: Client, account: Account) -> None:
    for name in ("a", "b"):
        make_job(account, state="PROCESSING", tmp_id=name)
    Refresh.objects.filter(tmp_id="a").update(unanswered=1)
    assert one(read(client)["tmpportal_endpoints_silent"]) == 0
    Refresh.objects.update(unanswered=1)
    assert one(read(client)["tmpportal_endpoints_silent"]) == 1


def test_what_a_person_or_tmp_holds_back_is_no_old_queue(
    client: Client, alice: User, account: Account
) -> None:
    job = make_job(account)
    Job.objects.filter(pk=job.pk).update(created_at=in_seconds(-600))
    paused = make_account(alice, paused_because="keys refused")
    make_account(alice)
    Limits.objects.create(account=account, stopped_at="2026-11-01T00:00:00+00:00")
    Job.objects.filter(pk=make_job(paused).pk).update(created_at=in_seconds(-900))
    found = read(client)
    assert one(found["tmpportal_queue_age_seconds"]) == 0
    states = ("in_use", "paused", "stopped", "disabled")
    assert [one(found["tmpportal_accounts"], **{"is": each}) for each in states] == [3, 1, 1, 0]


def test_every_metric_of_the_guide_is_there_and_no_other(client: Client, account: Account) -> None:
    make_job(account, state="PROCESSING", tmp_id="t")
    Refresh.objects.update(asked_at=in_seconds(-1))
    Pulse.objects.feel(Pulse.SWEEP)
    Pulse.objects.feel(Pulse.engine())
    known = set(GAUGES) | {f"{name}_total" for name in COUNTERS}
    counted = {f"{name}_total" for name in COUNTERS}
    assert known - counted <= set(read(client)) <= known
    for guide in ("deploy.md", "deploy.zh.md"):
        text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
        rows = dict(re.findall(r"^\| `(tmpportal_\w+)` \|([^|]*)\|", text, re.MULTILINE))
        labels = {name: ", ".join(f"`{each}`" for each in of) for name, (_, of) in GAUGES.items()}
        labels |= {
            f"{name}_total": ", ".join(f"`{each}`" for each in of) for name, (_, of) in COUNTERS.items()
        }
        assert {name: cell.strip() for name, cell in rows.items()} == labels


def test_rules_for_alarms_ask_for_metrics_that_there_are() -> None:
    rules = (ROOT / "docker" / "alerts.yaml").read_text(encoding="utf-8")
    known = set(GAUGES) | {f"{name}_total" for name in COUNTERS}
    asked = set(re.findall(r"\btmpportal_\w+", rules))
    assert len(asked) >= 8 and asked <= known


def test_no_label_names_an_account_a_person_or_a_song(client: Client, alice: User, account: Account) -> None:
    """T10: whoever watches is told how many, never who."""
    make_job(account, source_name="夜曲.wav", label="Album")
    Usage.objects.create(account=account, user=alice, capability="musicBeat", day=date(2026, 11, 1), calls=1)
    answer = client.get("/metrics", headers={"host": "127.0.0.1"}).content.decode()
    for told in (
        "Secret Studio",
        alice.username,
        "夜曲",
        "Album",
        account.bucket,
        account.operate_uin,
        str(account.pk),
    ):
        assert told not in answer


def test_it_costs_a_dozen_queries_and_reads_no_finished_job(client: Client, account: Account) -> None:
    """The number of jobs comes from sums: 3,000 that ended are not touched."""
    from uuid import uuid4

    pattern = new_job(account, state="COMPLETED")
    keys = [uuid4() for _ in range(3_000)]
    own = {"id": keys, "state": ["COMPLETED"] * len(keys), "idempotency_key": [uuid4() for _ in keys]}
    enter_alike(pattern, own, note="created")
    read(client)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert one(read(client)["tmpportal_jobs"], state="COMPLETED") == 3_000
    assert len(asked) <= 16
    plans = [row for query in asked for row in _plan(query["sql"])]
    assert plans
    assert [row for row in plans if re.search(r"(SCAN|Seq Scan on) \"?jobs_job\b(?!.*USING)", row)] == []


def _plan(query: str) -> list[str]:
    if not query.startswith("SELECT") or "jobs_job" not in query:
        return []
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if not is_sqlite:
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"{'EXPLAIN QUERY PLAN' if is_sqlite else 'EXPLAIN'} {query}")
        return [str(row[-1]) for row in cursor.fetchall()]


@pytest.mark.parametrize(
    ("sent", "answers"),
    [
        ({}, 401),
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": "Bearer "}, 401),
        ({"authorization": f"Basic {TOKEN}"}, 401),
        ({"authorization": f"Bearer {TOKEN}é"}, 401),
        ({"authorization": f"Bearer {TOKEN}"}, 200),
        ({"authorization": f"bearer  {TOKEN} "}, 200),
    ],
)
def test_with_a_token_nobody_reads_it_without(
    client: Client, settings: Any, sent: dict[str, str], answers: int
) -> None:
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"host": "127.0.0.1", **sent})
    assert answer.status_code == answers
    if answers == 401:
        assert answer["WWW-Authenticate"] == "Bearer"
        assert b"tmpportal" not in answer.content


@pytest.mark.parametrize(
    ("meta", "answers"),
    [
        ({}, 200),
        ({"REMOTE_ADDR": "::1", "HTTP_HOST": "[::1]:8000"}, 200),
        ({"HTTP_HOST": "localhost:8000"}, 200),
        ({"REMOTE_ADDR": "192.0.2.7"}, 404),
        ({"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 404),
        ({"HTTP_FORWARDED": "for=127.0.0.1"}, 404),
        ({"HTTP_HOST": "testserver"}, 404),
    ],
)
def test_without_a_token_only_this_machine_itself_reads_it(
    client: Client, meta: dict[str, str], answers: int
) -> None:
    """Behind a proxy everybody seems to be here, and a page of the internet may be led to 127.0.0.1."""
    sent = {"HTTP_HOST": "127.0.0.1:8000", "REMOTE_ADDR": "127.0.0.1", **meta}
    assert client.get("/metrics", **sent).status_code == answers


def test_behind_a_proxy_there_is_no_reading_without_a_token(client: Client, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert client.get("/metrics", headers={"host": "127.0.0.1"}).status_code == 404


def test_while_the_database_is_away_the_parts_are_told(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = {name: {"state": "away"} for name in ("database", "migrations", "sweep", "engine")}
    monkeypatch.setattr(readiness, "report", lambda: {**away, "broker": {"state": "ok"}})
    found = read(client)
    assert one(found["tmpportal_part_up"], part="database") == 0
    assert one(found["tmpportal_part_up"], part="broker") == 1
    assert set(found) == {"tmpportal_part_up", "tmpportal_engines"}
