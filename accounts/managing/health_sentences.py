"""The rows of a health page in sentences: what was found, what to do, how old it is."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.endpoints import Text
from accounts.managing import health
from accounts.managing.asking import Phase
from accounts.models import Account
from accounts.registering.checking import Row
from accounts.registering.guide import links_about
from accounts.sentences import Explained, explain_check, explain_gateway

_TITLES: dict[str, Text] = {
    health.WORKER: _("A worker of the portal"),
    health.ENDPOINT: _("TMP's address"),
    health.SIGNATURE: _("Signature and keys"),
    health.GATEWAY_CLOCK: _("Clock, compared with TMP's"),
    "look": _("The look itself"),
}
_SKIPPED = _("Not tried, because of what went wrong before.")
_NETWORK = _("Check the network of this computer, its proxy and its name server.")
_KEYS_CHANGED = _("Perhaps the account was registered again and has new keys: register or import it anew.")

# By key of the row and, after a colon, its code; without one, what all is well reads.
_FOUND: dict[str, tuple[Text, Text]] = {
    "worker": (_("A worker took the question up after %(seconds)s s."), ""),
    "look:Abandoned": (
        _("The look ended in the middle, through a fault of the portal; the log has the details."),
        _("Look again; if it happens again, report it."),
    ),
    "endpoint": (_("TMP's gateway answers, in %(seconds)s s."), ""),
    "endpoint:plain_http": (
        _("TMP's gateway answers, but over plain http: whoever is on the way can read the keys."),
        _("Register anew at the current address, api.mediax.tencent.com, which uses https."),
    ),
    "endpoint:strange": (
        _("Something answers (HTTP %(http_state)s), but not as TMP's gateway does."),
        _("If a proxy or a sign-in page of your network stands between, let the portal past it."),
    ),
    "endpoint:SandboxNotRunning": (_("The sandbox is not running."), _("Start it again with: make demo")),
    "endpoint:PlainHttpForbidden": (
        _("The settings of this portal forbid plain http, so nothing is sent to this address."),
        _("Register anew at the current address, api.mediax.tencent.com, which uses https."),
    ),
    "endpoint:not_public": (
        _("The gateway's name leads to this machine or to a cloud's own services; nothing was sent there."),
        _NETWORK,
    ),
    "endpoint:dns": (_("The gateway's host name cannot be found."), _NETWORK),
    "endpoint:tls": (
        _("The gateway's certificate was not accepted."),
        _("Something between here and TMP may be reading along; ask whoever runs your network."),
    ),
    "endpoint:*": (_("Nothing answers at TMP's address."), _NETWORK),
    "signature": (
        _("TMP took the signature: a question about a job that does not exist was answered properly."),
        "",
    ),
    "signature:signature": (_("TMP's gateway declined the signature of this account."), _KEYS_CHANGED),
    "signature:wrong_tmp_key": (
        _("TMP answered with the words that it has for a wrong TMP key."),
        _KEYS_CHANGED,
    ),
    "signature:CannotOpen": (
        _("The account's keys cannot be opened with the portal's field key."),
        _("Put the older field key back, or import the account anew."),
    ),
    "gateway_clock": (_("This computer's clock agrees with TMP's."), ""),
    "gateway_clock:no_date": (_("The gateway did not say what time it is."), ""),
    "gateway_clock:clock": (
        _("This computer's clock and TMP's are %(skew_s)s s apart."),
        _("Turn on time synchronisation on this computer."),
    ),
}
_CANNOT_OPEN = (
    _("The bucket keys cannot be opened with the portal's field key."),
    _("Put the older field key back, or register anew with the keys."),
)
_OTHER_REGION = _("An account keeps the region it was registered with: register anew with this one.")
_PHASES: dict[Phase, tuple[Text, Text]] = {
    Phase.UNANSWERED: (
        _("No worker of the portal answers, so nothing was looked at."),
        _("Jobs do not move either. Start the portal again, and look at the log of its worker."),
    ),
    Phase.STALLED: (
        _("The worker stopped in the middle of the look."),
        _("Look again. If it happens again, the log of the worker says why."),
    ),
}
SUMMARIES: dict[str, Text] = {
    "ok": _("All is well"),
    "warn": _("Worth a look"),
    "failed": _("Something is wrong"),
    "": _("Never looked at"),
}


def shown(row: Row) -> dict[str, Any]:
    """A kept row as accounts/_health_row.html wants it."""
    explained, state = explain(row), row["state"]
    if state == "warn" and row["key"] in health.NICE:
        # Nobody has to do anything about it, so it must not look like trouble.
        state = "skipped"
    detail, code = row.get("detail", {}), row.get("code", "")
    is_trouble = state in ("warn", "failed")
    words = detail.get("region" if code == "other_region" else "message", "")
    return {
        "key": row["key"],
        "state": state,
        "title": explained.title,
        "sentence": explained.sentence,
        "fix": explained.fix if is_trouble else "",
        "words": words if is_trouble else "",
        "links": links_about(code, row["key"]) if is_trouble and row["key"] not in _TITLES else (),
        "at": health.row_moment(row),
    }


def explain(row: Row) -> Explained:
    """One row, by its key, state, code and detail."""
    key, state, code = row["key"], row["state"], row.get("code", "")
    if key not in _TITLES:
        return _explain_bucket(key, state, code)
    title = _TITLES[key]
    if state == "skipped" and not code:
        return Explained(title, _SKIPPED, "")
    found = _FOUND.get(f"{key}:{code}" if code else key) or _FOUND.get(f"{key}:*")
    if found is None:
        return Explained(title, explain_gateway(code), "")
    return Explained(title, _filled(found[0], row.get("detail", {})), found[1])


def account_rows(account: Account) -> list[dict[str, Any]]:
    """What was decided about the account, by TMP's refusals and by people; nobody has to look for it."""
    rows = [_paused(account), _disabled(account), _replaced(account)]
    return [row for row in rows if row] or [
        _plain("ok", _("In use"), _("New jobs may be made in its name."), at=None)
    ]


def phase_row(account: Account, phase: Phase) -> dict[str, Any] | None:
    """What is to be said when nobody answers."""
    if phase not in _PHASES:
        return None
    sentence, fix = _PHASES[phase]
    title = _TITLES[health.WORKER]
    return _plain("failed", title, sentence, at=account.health_asked_at, fix=fix)


def _explain_bucket(key: str, state: str, code: str) -> Explained:
    explained = explain_check(key, state, code)
    if code == health.CANNOT_OPEN:
        return explained._replace(sentence=_CANNOT_OPEN[0], fix=_CANNOT_OPEN[1])
    if code == "other_region":
        return explained._replace(fix=_OTHER_REGION)
    return explained


def _filled(sentence: Text, detail: dict[str, Any]) -> Text:
    values = {name: detail.get(name, "?") for name in ("seconds", "http_state")}
    values["skew_s"] = round(abs(detail.get("skew_s", 0)))
    text = str(sentence)
    return text % values if "%(" in text else text


def _paused(account: Account) -> dict[str, Any] | None:
    if not account.paused_because:
        return None
    return _plain(
        "failed",
        _("Paused"),
        _("TMP refused its keys, so nothing is sent until a person lets it go on."),
        at=None,
        fix=_("Put the cause right, then let it go on, on the account's page."),
        words=account.paused_because,
    )


def _disabled(account: Account) -> dict[str, Any] | None:
    if account.disabled_at is None:
        return None
    sentence = _("No new jobs; what TMP has begun is followed to its end.")
    return _plain("skipped", _("Disabled"), sentence, at=account.disabled_at)


def _replaced(account: Account) -> dict[str, Any] | None:
    if account.replaced_at is None:
        return None
    sentence = _("An account with newer keys or another bucket has taken its place.")
    return _plain("skipped", _("Replaced"), sentence, at=account.replaced_at)


def _plain(
    state: str, title: Text, sentence: Text, *, at: Any, fix: Text = "", words: str = ""
) -> dict[str, Any]:
    return {"state": state, "title": title, "sentence": sentence, "fix": fix, "words": words, "at": at}
