"""Trouble: what is ordered and still to come, how to order more, and every kind there is."""

from collections.abc import Mapping
from dataclasses import fields
from html import escape

from sandbox.gateway.faults import KINDS
from sandbox.gateway.page.parts import Say, badge, code, copyable, filled, folded, section, table
from sandbox.gateway.page.place import Place
from sandbox.gateway.trouble import Trouble
from sandbox.platform.outcomes import KINDS as OUTCOMES
from sandbox.store.faults import KINDS as STORE_FAULTS
from sandbox.trouble.mishaps import ALWAYS, Mishap

LONGEST = 80  # characters of a detail
ORDER = """\
curl -sX POST $GATEWAY/_control/faults -H 'Content-Type: application/json' \\
  -d '{"fault": "http", "status": 503, "action": "CreateJob", "times": 3}'
curl -sX POST $GATEWAY/_control/outcomes -H 'Content-Type: application/json' \\
  -d '{"outcome": "fail", "message": "no beat found", "custom_id": "night-"}'
curl -sX POST $GATEWAY/_control/store_faults -H 'Content-Type: application/json' \\
  -d '{"fault": "reset", "action": "GetObject", "share": 0.1, "times": 1000}'
curl -sX POST $GATEWAY/_control/clear -H 'Content-Type: application/json' -d '{}'
"""
HEADER = """\
X-Sandbox-Fault: http status=503
X-Sandbox-Outcome: never_ends
"""
COMMAND = """\
python -m sandbox --fault "slow seconds=2" --fault "throttle share=0.1" --outcome "fail custom_id=night-"
"""


def section_of(trouble: Trouble, place: Place, say: Say) -> str:
    """Pending trouble, which is live, and below it how to order it."""
    order = (
        f"<p>{say('For the next calls that fit, from any program on this machine:')}</p>"
        + copyable(filled(ORDER, GATEWAY=place.gateway))
        + f"<p>{say('For one call, by a header of its own; the store takes the first one too:')}</p>"
        + copyable(HEADER)
        + f"<p>{say('From the start on, until cleared:')}</p>"
        + copyable(COMMAND)
    )
    folds = folded(say("How to order trouble"), order) + folded(say("Every kind there is"), _kinds(say))
    return section("trouble", say("Trouble on order"), _pending(trouble, say), live=True) + (
        f'<div class="below">{folds}</div>'
    )


def _pending(trouble: Trouble, say: Say) -> str:
    faults = (
        (badge("ordered", escape(each.kind)), code(each.action), code(each.caller), _details(each))
        for each in trouble.faults.pending()
    )
    outcomes = (
        (badge("ordered", escape(each.kind)), "", code(each.caller), _details(each))
        for each in trouble.outcomes.pending()
    )
    store = (
        (badge("ordered", escape(each.kind)), code(each.action), code(each.bucket), _details(each))
        for each in trouble.store_faults.pending()
    )
    barriers = (
        (code(name), f"{held} {say('held')}", say("open") if opened else say("closed"))
        for name, held, opened in trouble.barriers.all()
    )
    kinds = ("Fault of calls", "Outcome of jobs", "Fault of the store")
    rows = [
        (say(kind), *row)
        for kind, found in zip(kinds, (faults, outcomes, store), strict=True)
        for row in found
    ] + [(say("Barrier"), name, "", "", f"{held}, {state}") for name, held, state in barriers]
    heads = ("Kind", "What", "Action", "Whose", "Details")
    return table(
        [say(word) for word in heads], rows, empty=say("Nothing is ordered: all calls go well."), kind="log"
    )


def _details(mishap: Mishap) -> str:
    """What else was ordered: how often, and everything that is not as it would be without being named."""
    told = {"kind", "action", "caller", "bucket", "times"}
    values = {
        each.name: getattr(mishap, each.name)
        for each in fields(mishap)
        if each.name not in told and getattr(mishap, each.name) != each.default
    }
    often = "until cleared" if mishap.times >= ALWAYS else f"{mishap.times} ×"
    return escape(", ".join([often, *(f"{name} {str(value)[:LONGEST]}" for name, value in values.items())]))


def _kinds(say: Say) -> str:
    calls = {
        name: kind.text
        + (f" ({', '.join(sorted(kind.needs | kind.takes))})" if kind.needs | kind.takes else "")
        for name, kind in KINDS.items()
    }
    return "".join(
        f"<h3>{say(title)}</h3>{_list(kinds)}"
        for title, kinds in (
            ("Faults of calls", calls),
            ("Outcomes of jobs", OUTCOMES),
            ("Faults of the store", STORE_FAULTS),
        )
    )


def _list(kinds: Mapping[str, str]) -> str:
    rows = "".join(f"<div><dt>{code(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in kinds.items())
    return f'<dl class="kinds" lang="en">{rows}</dl>'
