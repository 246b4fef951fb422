"""What the form says beside a field that is no error: doubts, and what one click would put right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.endpoints import Text
from accounts.registering.doubts import Doubt, repaired
from accounts.registering.drafts import FORMATS, SWAP
from accounts.sentences import explain_doubt, explain_format


@dataclass(frozen=True, kw_only=True)
class Remark:
    """`accept` is the field that a click repairs and `label` the words on the button, both "" without one.

    `seen` is what the page sends back once the remark was shown; "" for one that need not be looked at.
    """

    sentence: Text
    accept: str = ""
    label: Text = ""
    account: UUID | None = None
    seen: str = ""


def remarks_on(
    shown: Mapping[str, str], doubts: Iterable[Doubt], *, has_errors: bool
) -> dict[str, list[Remark]]:
    """Remarks by field; `has_errors` when the form itself says already what cannot be sent."""
    found: dict[str, list[Remark]] = {}
    for name, value in shown.items():
        code = FORMATS[name](value) if value else None
        if code and (meant := repaired(name, value)):
            found.setdefault(name, []).append(_repair(name, meant))
        elif code and not has_errors:
            found.setdefault(name, []).append(Remark(sentence=explain_format(code)))
    for doubt in doubts:
        found.setdefault(doubt.field, []).append(_of_doubt(doubt))
    return found


def _repair(name: str, meant: str) -> Remark:
    return Remark(
        sentence=_("Do you mean %(value)s?") % {"value": meant},
        accept=name,
        label=_("Use %(value)s") % {"value": meant},
    )


def _of_doubt(doubt: Doubt) -> Remark:
    label: Text = ""
    if doubt.repair == SWAP:
        label = _("Swap them")
    elif doubt.repair:
        label = _("Use %(value)s") % {"value": doubt.repair}
    return Remark(
        sentence=explain_doubt(doubt.code),
        accept=doubt.field if doubt.repair else "",
        label=label,
        account=doubt.account,
        seen=doubt.name,
    )
