"""Says when a refusal of TMP's comes of this computer's clock: signatures carry our date, which TMP honours
for some minutes only."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import Account
from jobs.models import GatewayExchange, Job

# Signatures that are older or younger are declined (doc: gw-31717).
TOLERANCE_SECONDS = 15 * 60
# The job that was declined waits with its account.
LIVE = [state for state in Job.State.values if state not in Job.FINAL]


def trouble_of(account: Account) -> str:
    """A sentence where TMP last told a time too far from ours, about a live job of `account`; else ""."""
    rows = GatewayExchange.objects.filter(job__account=account, job__state__in=LIVE).order_by("-at", "-pk")
    told = (rows.values_list("exchange", flat=True).first() or {}).get("clock_skew_s")
    if not isinstance(told, int | float) or abs(told) < TOLERANCE_SECONDS:
        return ""
    minutes = {"minutes": round(abs(told) / 60)}
    if told > 0:
        said = _("This computer's clock is %(minutes)s minutes behind TMP's, so TMP declines its signatures.")
    else:
        said = _(
            "This computer's clock is %(minutes)s minutes ahead of TMP's, so TMP declines its signatures."
        )
    return f"{said % minutes} {_('Turn on time synchronisation on this computer.')}"
