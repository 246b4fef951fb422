"""A million jobs of one person in a minute: rows made inside the database, indexes afterwards."""

from __future__ import annotations

from typing import Any

from django.db import connection

ACCOUNTS = 8
# Differences that the sweeps leave unfolded.
TALLIES = 1000
# A person who was away for a while and likes filters.
AWAY_SECONDS = 3600
FILTERS = 10
# Of every hundred jobs; the others are COMPLETED.
STATES = {**dict.fromkeys(range(10), "ERROR"), 10: "CANCELED", 11: "PROCESSING", 12: "SUBMITTED"}
RESULT = '{"version": 1, "facts": [{"key": "tempo", "label": "Tempo (BPM)", "value": 120.0}], "markers": []}'


def fill(rows: int, person: Any = None) -> Any:
    """The person, a new one if none is given, who sees `rows` jobs of ACCOUNTS accounts, one made each second
    until now."""
    from jobs.models import Job, SavedFilter, Tally, Visit, in_seconds
    from tests.factories import make_account, make_user

    person = person or make_user()
    accounts = [make_account(person, name=f"Studio {number}").pk for number in range(ACCOUNTS)]
    indexes = Job._meta.indexes
    with connection.schema_editor() as editor:
        for index in indexes:
            editor.remove_index(Job, index)
    _insert(rows, owner=person.pk, accounts=accounts)
    with connection.schema_editor() as editor:
        for index in indexes:
            editor.add_index(Job, index)
    with connection.cursor() as cursor:
        cursor.execute("SELECT account_id, state, count(*) FROM jobs_job GROUP BY account_id, state")
        Tally.objects.add({(account, state): number for account, state, number in cursor.fetchall()})
        for number in range(TALLIES // 2):
            account = accounts[number % ACCOUNTS]
            Tally.objects.add({(account, "SUBMITTED"): -1, (account, "PROCESSING"): 1})
        Visit.objects.update_or_create(user=person, defaults={"since": in_seconds(-AWAY_SECONDS)})
        for number in range(FILTERS):
            SavedFilter.objects.create(user=person, name=f"Filter {number}", query=f"text=album+{number}")
        cursor.execute("VACUUM ANALYZE" if _is_postgres() else "ANALYZE")
    return person


def _is_postgres() -> bool:
    return connection.vendor == "postgresql"


def _insert(rows: int, **known: Any) -> None:
    from jobs.models import Job

    told = _expressions(rows, **known)
    columns, places, values = [], [], []
    for field in Job._meta.concrete_fields:
        if field.null and field.column not in told:
            continue
        columns.append(field.column)
        places.append(told.get(field.column, "%s"))
        if field.column not in told:
            values.append(field.get_db_prep_save(field.get_default(), connection))
    series = f"generate_series(1, {rows}) AS number(n)"
    first = ""
    if not _is_postgres():
        first = f"WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {rows}) "
        series = "number"
    sql = f"INSERT INTO jobs_job ({', '.join(columns)}) {first}SELECT {', '.join(places)} FROM {series}"
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def _expressions(rows: int, *, owner: Any, accounts: list[Any]) -> dict[str, str]:
    """SQL for the columns that are not alike, in terms of the number n of the job."""
    moment = f"now() - ({rows} - n) * interval '1 second'"
    key = "gen_random_uuid()"
    keys = ", ".join(f"'{each}'" for each in accounts)
    account = f"(ARRAY[{keys}]::uuid[])[1 + n %% {ACCOUNTS}]"
    if not _is_postgres():
        moment = f"strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '-' || ({rows} - n) || ' seconds')"
        key = "lower(hex(randomblob(16)))"
        cases = " ".join(f"WHEN {number} THEN '{each.hex}'" for number, each in enumerate(accounts))
        account = f"CASE n %% {ACCOUNTS} {cases} END"
    result = f"'{RESULT}'::jsonb" if _is_postgres() else f"'{RESULT}'"
    states = " ".join(f"WHEN {number} THEN '{state}'" for number, state in STATES.items())
    state = f"CASE n %% 100 {states} ELSE 'COMPLETED' END"
    return {
        "id": key,
        "idempotency_key": key,
        "account_id": account,
        "owner_id": str(owner),
        "capability": "'musicBeat'",
        "source_path": "'uploads/' || n || '.mp3'",
        "source_name": "'song ' || n || '.mp3'",
        "label": "'album ' || (n / 12)",
        "state": state,
        "error_kind": f"CASE WHEN ({state}) = 'ERROR' THEN 'Refused' ELSE '' END",
        "tmp_id": "'tmp-' || n",
        "result": f"CASE WHEN ({state}) = 'COMPLETED' THEN {result} END",
        "created_at": moment,
        "changed_at": moment,
        "submitted_at": moment,
        "ended_at": f"CASE WHEN ({state}) IN ('COMPLETED', 'ERROR', 'CANCELED') THEN {moment} END",
    }
