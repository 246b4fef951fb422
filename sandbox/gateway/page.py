"""The page at the gateway's root: what it holds, what it assumes, and how to talk to it, without secrets."""

from collections.abc import Iterable
from dataclasses import fields
from html import escape
from typing import TYPE_CHECKING

from sandbox.assumptions import TABLE
from sandbox.dialects import SWITCHES
from sandbox.gateway.faults import KINDS, Fault
from sandbox.gateway.trouble import Trouble
from sandbox.platform.outcomes import KINDS as OUTCOMES
from sandbox.store.faults import KINDS as STORE_FAULTS
from sandbox.store.xml import iso
from sandbox.trouble.mishaps import Mishap

if TYPE_CHECKING:
    from sandbox.platform.backend import Backend

NEWEST = 50
LONGEST = 80  # characters of a detail
STATES = {1: "1 submitted", 2: "2 processing", 3: "3 completed", 4: "4 error", 5: "5 canceled"}

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>TMP sandbox</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse;width:100%}}
th,td{{text-align:left;padding:.25rem .5rem;border-bottom:1px solid #ccc;overflow-wrap:anywhere}}
pre{{background:#f4f4f4;padding:1rem;overflow:auto}}</style></head>
<body><h1>TMP sandbox</h1>
<p>This is a stand-in for Tencent's smart music platform on this machine. It is not the real service.
Pace: {pace}. <a href="/_ledger">What it accepted</a>.</p>
<h2>Register an account</h2>
<p>The bucket, its region and its keys were printed when the sandbox started.</p>
<pre>curl -X POST {url}/register -H 'Content-Type: application/json' -d '{{
  "requestId": "hello", "action": "Register",
  "registerRequest": {{"operateUin": "100000000001", "userName": "demo", "cosConfig": {{
    "secretId": "SECRET_ID", "secretKey": "SECRET_KEY", "bucket": "BUCKET", "region": "REGION"}}}}}}'</pre>
<h2>Accounts</h2>{accounts}<h2>Newest jobs</h2>{jobs}
<h2>Bucket keys</h2>{keys}
<h2>Ordered faults</h2><p>Through POST /_control/faults.</p>{faults}
<h2>Ordered outcomes of jobs</h2>{outcomes}
<h2>Ordered faults of the store</h2>{store_faults}
<h2>Barriers</h2>{barriers}
<h2>Clock and limit</h2><p>Ahead by {skew} s. Calls per second and caller: {limit}.</p>
<h2>Dialect</h2><p>Open questions about TMP, and what this sandbox does; --dialect chooses.</p>{dialect}
<h2>What is assumed about TMP</h2>{assumptions}</body></html>
"""


def status_page(backend: "Backend", trouble: Trouble, *, url: str) -> bytes:
    """The page as UTF-8 HTML."""
    accounts = (
        (account.caller, account.bucket, account.region, iso(account.created), iso(account.updated))
        for account in backend.accounts.all()
    )
    jobs = (
        (job.id, job.custom_id, STATES[job.state], iso(job.created), job.message)
        for job in backend.jobs.latest(NEWEST)
    )
    keys = ((key.secret_id, key.bucket, key.rights) for key in backend.store.files.keys.all())
    assumptions = ((row.name, _plain(row.value), row.mark, row.reason) for row in TABLE)
    dialect = (
        (row.name, setting, row.settings[setting], ", ".join(row.settings), row.mark, row.sentence)
        for row, setting in ((row, backend.dialect[row.name]) for row in SWITCHES.values())
    )
    return _PAGE.format(
        pace=escape(backend.pace.name),
        url=escape(url),
        accounts=_table(("Caller", "Bucket", "Region", "Created", "Updated"), accounts),
        jobs=_table(("Job", "Custom id", "State", "Created", "Message"), jobs),
        keys=_table(("SecretId", "Bucket", "Rights"), keys),
        dialect=_table(("Switch", "Setting", "Means", "Settings", "Mark", "Question"), dialect),
        assumptions=_table(("What", "Value here", "Mark", "Why"), assumptions),
        **_troubles(trouble),
    ).encode()


def _troubles(trouble: Trouble) -> dict[str, str]:
    faults = (
        (_shown(fault), fault.action, fault.caller or "any", str(fault.times), fault.message, _details(fault))
        for fault in trouble.faults.pending()
    )
    outcomes = (
        (OUTCOMES[each.kind], each.caller or "any", str(each.times), _details(each))
        for each in trouble.outcomes.pending()
    )
    store_faults = (
        (STORE_FAULTS[each.kind], each.action, str(each.times), _details(each))
        for each in trouble.store_faults.pending()
    )
    barriers = (
        (name, str(held), "open" if opened else "closed") for name, held, opened in trouble.barriers.all()
    )
    return {
        "faults": _table(("What", "Action", "Caller", "Times", "Message", "Details"), faults),
        "outcomes": _table(("What", "Caller", "Times", "Details"), outcomes),
        "store_faults": _table(("What", "Action", "Times", "Details"), store_faults),
        "barriers": _table(("Name", "Calls held", "State"), barriers),
        "skew": f"{trouble.clock.skew:g}",
        "limit": ", ".join(f"{who or 'any'} {most:g}" for who, most in trouble.limit.all().items()) or "none",
    }


def _shown(fault: Fault) -> str:
    return KINDS[fault.kind].text + (f" of {fault.seconds:g} s" if fault.seconds else "")


def _details(mishap: Mishap) -> str:
    """What else was ordered: everything that is not as it would be without being named."""
    told = {"kind", "action", "caller", "times", "message"}
    named = (each for each in fields(mishap) if each.name not in told)
    values = {
        each.name: getattr(mishap, each.name) for each in named if getattr(mishap, each.name) != each.default
    }
    return ", ".join(f"{name} {str(value)[:LONGEST]}" for name, value in values.items())


def _plain(value: object) -> str:
    return ", ".join(sorted(map(str, value))) if isinstance(value, frozenset) else str(value)


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
