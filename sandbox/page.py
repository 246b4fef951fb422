"""The page at the gateway's root: what it holds, what it assumes, and how to talk to it, without secrets."""

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from sandbox.assumptions import TABLE
from sandbox.faults import KINDS, Fault
from sandbox.store_xml import iso

if TYPE_CHECKING:
    from sandbox.backend import Backend

NEWEST = 50
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
<h2>What is assumed about TMP</h2>{assumptions}</body></html>
"""


def status_page(backend: "Backend", *, faults: Iterable[Fault], url: str) -> bytes:
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
    pending = (
        (_shown(fault), fault.action, fault.caller or "any", str(fault.times), fault.message)
        for fault in faults
    )
    assumptions = ((row.name, _plain(row.value), row.mark, row.reason) for row in TABLE)
    return _PAGE.format(
        pace=escape(backend.pace.name),
        url=escape(url),
        accounts=_table(("Caller", "Bucket", "Region", "Created", "Updated"), accounts),
        jobs=_table(("Job", "Custom id", "State", "Created", "Message"), jobs),
        keys=_table(("SecretId", "Bucket", "Rights"), keys),
        faults=_table(("What", "Action", "Caller", "Times", "Message"), pending),
        assumptions=_table(("What", "Value here", "Mark", "Why"), assumptions),
    ).encode()


def _shown(fault: Fault) -> str:
    return KINDS[fault.kind] + (f" of {fault.seconds:g} s" if fault.seconds else "")


def _plain(value: object) -> str:
    return ", ".join(sorted(map(str, value))) if isinstance(value, frozenset) else str(value)


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
