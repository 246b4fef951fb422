"""What a stage must not leave behind: secrets outside the sealed columns, traces of work, tracebacks."""

from __future__ import annotations

from tests.faults.stage import Stage
from tests.secrets_search import SecretsSearch

# Threads that may keep a connection: of gunicorn; of a worker's tasks, engine, results and consumer.
MOST_CONNECTIONS = {"web": 9, "worker": 8 + 1 + 4 + 1, "person": 1, "idle": 0}


def canaries(stage: Stage) -> list[str]:
    """I6: secrets of accounts and of the portal in logs, queue, database or files; never quotes one."""
    keys = [key for account in stage.accounts for key in account.secrets]
    keys += [stage.settings["TMPPORTAL_SECRET_KEY"], stage.settings["TMPPORTAL_FIELD_KEYS"].partition(":")[2]]
    if stage.postgres and stage.redis:
        keys += [word for word in (stage.postgres.password, stage.redis.password) if word]
    search = SecretsSearch({f"secret {number}": key for number, key in enumerate(dict.fromkeys(keys))})
    found = search.in_tree(stage.data, but=[stage.data / "static"]) + search.in_tree(stage.logs)
    if stage.postgres:
        found += search.in_text(stage.database.dump(), "database")
    if stage.redis:
        found += search.in_bytes(_redis(stage), "redis")
    return [f"{each.secret} ({each.spelling}) in {each.where}" for each in found]


def _redis(stage: Stage) -> bytes:
    """Every key and value."""
    assert stage.redis
    with stage.redis.client() as client:
        told = [b"%s %s" % (key, client.dump(key) or b"") for key in client.scan_iter()]
        lists = [item for key in client.scan_iter(_type="list") for item in client.lrange(key, 0, -1)]
        hashes = [item for key in client.scan_iter(_type="hash") for item in client.hvals(key)]
    return b"\n".join([*told, *lists, *hashes])


def leftovers(stage: Stage) -> list[str]:
    """I10: files of uploads, half-written messages, unfinished uploads at the store, connections too many."""
    files = [*(stage.data / "uploads").glob("*"), *(stage.data / "broker").rglob("*.part")]
    found = [str(path.relative_to(stage.data)) for path in files]
    found += [f"upload {key}" for key in stage.bucket().list_uploads()]
    for program, count in stage.database.connections().items():
        if count > MOST_CONNECTIONS.get(program.rstrip("0123456789"), 0):
            found.append(f"{count} connections of {program}")
    return found


def unkind_answers(stage: Stage) -> list[str]:
    """I8: pages that failed, but for a 503 in plain words with Retry-After, or that showed a traceback."""
    found = []
    for answer in stage.web.answers if stage.web else []:
        is_plain = answer.code < 500 or (answer.code == 503 and "Retry-After" in answer.headers)
        if not is_plain or "Traceback" in answer.text:
            found.append(f"{answer.method} {answer.path} answered {answer.code}")
    return found
