"""Values that a person need not type: a free user name, known regions, all that registers at the sandbox."""

from __future__ import annotations

import re

from django.conf import settings
from django.contrib.auth.models import User

from accounts.endpoints import SANDBOX, all_endpoints
from accounts.models import Account
from tencent.regions import REGIONS

SANDBOX_UIN = "100012345678"
LONGEST = 19
_OTHERWISE = "studio"


def proposed_user_name(user: User) -> str:
    """The login name as far as TMP takes it, numbered when one of the person's accounts has it already."""
    plain = re.sub(r"[^A-Za-z0-9]", "", user.get_username())[:LONGEST] or _OTHERWISE
    taken = set(Account.objects.for_user(user).values_list("user_name", flat=True))
    numbered = (f"{plain[: LONGEST - len(str(number))]}{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (plain, *numbered) if name not in taken)


def sandbox_values(user: User) -> dict[str, str]:
    """Values that register at the sandbox; its keys stay on the server. {} when none is running."""
    if SANDBOX not in all_endpoints():
        return {}
    return {
        "endpoint": SANDBOX,
        "operate_uin": SANDBOX_UIN,
        "user_name": proposed_user_name(user),
        "bucket": settings.SANDBOX["bucket"],
        "region": settings.SANDBOX["region"],
    }


def known_regions() -> list[tuple[str, str]]:
    """Regions to choose from while typing: code, and its Chinese and English name."""
    return [(region.code, f"{region.chinese} {region.english}") for region in REGIONS]
