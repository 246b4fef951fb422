"""The rows of a bucket check as a page shows them: in sentences, with the fix, its button and its links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.endpoints import Text
from accounts.models import Registration
from accounts.registering.guide import Link, links_about
from accounts.sentences import explain_check

State = Registration.State
# Nobody has to do anything about these, so they must not look like trouble.
_NO_TROUBLE = frozenset({"no_rules", "origin_not_allowed", "no_region"})


@dataclass(frozen=True, kw_only=True)
class CheckRow:
    """Context of components/_check.html; `code` is the store's own word, "" for one of ours."""

    key: str
    state: str
    title: Text
    sentence: Text
    fix: Text
    code: str
    links: tuple[Link, ...]
    action_url: str
    action_label: Text

    @property
    def wants_something(self) -> bool:
        """Whether there is anything for a person to do or to know."""
        return self.state in ("warn", "failed") or bool(self.action_url)

    @property
    def is_repair(self) -> bool:
        """Whether its button is what a person should press next, above all others."""
        return self.state == "failed" and bool(self.action_url)

    @property
    def offered_url(self) -> str:
        """Where the button in the row itself leads, "" when the page shows that button above the list."""
        return "" if self.is_repair else self.action_url


def rows_of(registration: Registration) -> list[CheckRow]:
    """Everything that the last check found out."""
    return [_row(registration, row) for row in registration.checks]


def told_region(registration: Registration) -> str:
    """The region that the bucket itself told, when it is not the one that was typed in; else ""."""
    told = (
        row.get("detail", {}).get("region")
        for row in registration.checks
        if row.get("code") == "other_region"
    )
    return str(next(told, "") or "")


def _row(registration: Registration, row: dict[str, Any]) -> CheckRow:
    key, state, code = row.get("key", ""), row.get("state", ""), row.get("code", "")
    explained = explain_check(key, state, code)
    url, label = _action(registration, key, code) if state in ("warn", "failed") else ("", "")
    harmless = code in _NO_TROUBLE
    return CheckRow(
        key=key,
        state="skipped" if harmless and state == "warn" else state,
        title=explained.title,
        sentence=explained.sentence,
        fix=explained.fix if state in ("warn", "failed") else "",
        code=code if state in ("warn", "failed") and code[:1].isupper() else "",
        links=links_about(code, key) if state in ("warn", "failed") and not (harmless or url) else (),
        action_url=url,
        action_label=label,
    )


def _action(registration: Registration, key: str, code: str) -> tuple[str, Text]:
    """The one click that puts it right."""
    if code == "other_region" and registration.state == State.DRAFT and (told := told_region(registration)):
        label = _("Use %(region)s and check again") % {"region": told}
        return reverse("accounts:registration_use_region", args=[registration.pk]), label
    offers = key == "cors" and code in ("no_rules", "origin_not_allowed")
    if offers and registration.state in (State.DRAFT, State.DONE):
        return reverse("accounts:registration_allow_browsers", args=[registration.pk]), _("Let browsers in")
    return "", ""
