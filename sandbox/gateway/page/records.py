"""What the sandbox holds: accounts, jobs, calls that arrived, buckets and their keys."""

from collections.abc import Sequence
from html import escape

from sandbox import assumptions as tmp
from sandbox.dialects import Dialect
from sandbox.gateway.page.parts import Say, badge, code, moment, section, table
from sandbox.gateway.turned_away import TurnedAway
from sandbox.platform.backend import Backend
from sandbox.platform.jobs import Job
from sandbox.platform.ledger import NOT_PERFORMED, OK, REFUSED
from sandbox.store.keys import Credential
from sandbox.store.rights import TIGHT, granted

NEWEST = 20
STATES = {
    tmp.SUBMITTED: ("idle", "submitted"),
    tmp.PROCESSING: ("busy", "processing"),
    tmp.COMPLETED: ("good", "completed"),
    tmp.ERROR: ("bad", "error"),
    tmp.CANCELED: ("idle", "canceled"),
}
ACTIONS = {"register": "Register", "create_job": "CreateJob", "get_job": "GetJob"}


def accounts(backend: Backend, say: Say) -> str:
    """Who has registered."""
    numbers = backend.jobs.numbers()
    rows = (
        (
            code(each.caller),
            code(each.bucket),
            escape(each.region),
            str(numbers.get(each.content_id, 0)),
            moment(each.created),
            moment(each.updated),
        )
        for each in backend.accounts.all()
    )
    heads = [say(word) for word in ("Caller", "Bucket", "Region", "Jobs", "Registered", "Renewed")]
    found = table(heads, rows, empty=say("Nobody has registered yet. The lines above do it."))
    return section("accounts", say("Accounts"), found, live=True)


def jobs(backend: Backend, say: Say) -> str:
    """The newest jobs, with their state as it is, whatever the pace shows to a caller."""
    callers = {each.content_id: each.caller for each in backend.accounts.all()}
    rows = (
        (
            moment(each.created),
            code(each.custom_id),
            _state(each, say),
            escape(_song(each, backend.dialect)),
            code(callers.get(each.content_id, "")),
            code(each.id, kind="id"),
            escape(each.message or (each.outcome and f"{say('ordered')}: {each.outcome}")),
        )
        for each in backend.jobs.latest(NEWEST)
    )
    heads = ("Time", "customId", "State", "Song", "Caller", "Job", "Message")
    found = table([say(word) for word in heads], rows, empty=say("No job has been created yet."), kind="log")
    return section("jobs", say("Newest jobs"), found, live=True)


def requests(backend: Backend, say: Say) -> str:
    """The newest calls that had a good signature, performed or not."""
    rows = []
    for entry in backend.ledger.newest(NEWEST):
        performed = not entry["kind"].endswith(NOT_PERFORMED)
        tone = "good" if entry["answered"] == OK else "warn" if entry["answered"] == REFUSED else "ordered"
        rows.append(
            (
                moment(entry["time"]),
                code(ACTIONS[entry["kind"].removesuffix(NOT_PERFORMED)]),
                badge(tone, escape(entry["answered"])) + ("" if performed else f" {say('not performed')}"),
                code(entry["source"]),
                code(entry["custom_id"]),
            )
        )
    heads = ("Time", "Action", "Answered", "Caller", "customId")
    found = table([say(word) for word in heads], rows, empty=say("No call has arrived yet."), kind="log")
    link = f'<p class="aside"><a href="/_ledger">{say("All of them, as JSON")}</a></p>' if rows else ""
    return section("requests", say("Newest requests"), found + link, live=True)


def turned_away(calls: Sequence[TurnedAway], say: Say) -> str:
    """The newest calls that the gateway would not let in, with what it told them."""
    rows = (
        (
            moment(each.time),
            badge("bad", str(each.status)),
            code(f"{each.method} {each.path}"),
            code(each.source),
            escape(each.message),
        )
        for each in calls
    )
    heads = ("Time", "Status", "Request", "Source", "Message")
    empty = say("No call has come without a good signature, or to an unknown path.")
    found = table([say(word) for word in heads], rows, empty=empty, kind="log")
    return section("turned-away", say("Turned away at the gateway"), found, live=True)


def buckets(backend: Backend, say: Say) -> str:
    """Buckets with what they hold, and the ids of the keys that open them."""
    keys, files = backend.store.files.keys, backend.store.files
    rows = []
    for name in dict.fromkeys(each.bucket for each in keys.all()):
        number, size = files.holding(name)
        for each in (key for key in keys.all() if key.bucket == name):
            rights = _rights(each, backend.store.region)
            rows.append(
                (code(name), f"{number} · {_size(size)}", code(keys.acl(name)), code(each.secret_id), rights)
            )
    heads = ("Bucket", "Objects", "ACL", "SecretId", "Rights")
    found = table([say(word) for word in heads], rows)
    note = f'<p class="aside">{say("Secret keys were printed at the start; no page shows them.")}</p>'
    return section("buckets", say("Buckets and keys"), found + note, live=True)


def _rights(key: Credential, region: str) -> str:
    if not key.rights.startswith("{"):
        return badge("idle", escape(key.rights))
    # A tight key keeps the policy that was made for it.
    prefix = key.rights.partition("*")[0].rpartition("/")[0].rpartition(f"{key.bucket}/")[2] + "/"
    tight = f"{TIGHT}:{prefix}"
    if key.rights == granted(tight, bucket=key.bucket, region=region):
        return badge("idle", escape(tight))
    return f'{badge("idle", "policy")} <code class="policy">{escape(key.rights)}</code>'


def _state(job: Job, say: Say) -> str:
    tone, word = STATES[job.state]
    return badge(tone, f"{job.state} {say(word)}")


def _song(job: Job, dialect: Dialect) -> str:
    songs = [song for output in job.parsed(dialect).outputs for song in output.songs]
    return ", ".join(dict.fromkeys(song.path or song.url.partition("?")[0] for song in songs))


def _size(number: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if number < 1024:
            return f"{number:.0f} {unit}"
        number /= 1024
    return f"{number:.1f} GiB"
