"""Asks every service at once who answers there, before keys are sent to one of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.endpoints import Endpoint, Text, open_endpoints
from tencent.probing import Probe, probe

_SENTENCES: dict[str, Text] = {
    "answers": _("It answers, and asks for a signature, as TMP does."),
    "strange": _("Something answers, but not as TMP would. A proxy or a login page may stand in between."),
    "silent": _("Nobody answers."),
}
_STATES = {"answers": "ok", "strange": "warn", "silent": "failed"}


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One service: `state` as a check's row has it, `skew_s` its clock minus ours in seconds, `words` what
    something strange said."""

    title: Text
    state: str
    sentence: Text
    seconds: float
    skew_s: int | None
    words: str


def who_answers() -> list[Answered]:
    """One row for each service, in the order of the form; takes as long as the slowest, 8 seconds at most."""
    known = list(open_endpoints().values())
    with ThreadPoolExecutor(len(known)) as pool:
        probes = list(pool.map(lambda endpoint: probe(endpoint.url), known))
    return [_row(endpoint, found) for endpoint, found in zip(known, probes, strict=True)]


def _row(endpoint: Endpoint, found: Probe) -> Answered:
    return Answered(
        title=endpoint.title,
        state=_STATES[found.state],
        sentence=_SENTENCES[found.state],
        seconds=found.seconds,
        skew_s=None if found.clock_skew_s is None else round(found.clock_skew_s),
        words=found.words if found.state == "strange" else "",
    )
