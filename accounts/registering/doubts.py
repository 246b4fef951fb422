"""What looks odd about a registration that could be sent all the same, and what one click would put right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User

from accounts.endpoints import SANDBOX, all_endpoints
from accounts.models import Account, Registration
from accounts.registering.drafts import FORMATS, SWAP, value_of
from tencent import formats

# What has to be typed before keys travel without https; the same in every language.
PLAIN_HTTP = "plain http"


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """`code` is a word of tencent.formats or of this module; `repair` what belongs in `field` instead.

    The repair of a swapped pair is SWAP. `account` is the one that a known_account doubt speaks of.
    """

    field: str
    code: str
    repair: str = ""
    account: UUID | None = None

    @property
    def name(self) -> str:
        """What a page sends back once a person has seen this doubt."""
        return f"{self.field}:{self.code}"


def doubts_about(registration: Registration, values: Mapping[str, str]) -> list[Doubt]:
    """Doubts about `values` by field name; what they lack is taken from the row."""
    now = {name: values.get(name) or value_of(registration, name) for name in ("endpoint", *FORMATS)}
    return [
        *_about_region(now["region"]),
        *_about_keys(now),
        *_about_account(registration, now),
        *_about_endpoint(registration, now["endpoint"]),
    ]


def repaired(name: str, value: str) -> str:
    """What a person probably meant, "" when that is unclear or when the value is fit as it is."""
    if name != "region" or not value or formats.check_region(value) is None:
        return ""
    return formats.region_like(value)


def needs_words(registration: Registration, endpoint_key: str) -> bool:
    """Whether PLAIN_HTTP has to be typed before this registration may be sent to that service."""
    found = all_endpoints().get(endpoint_key)
    return found is not None and found.is_plain_http and not registration.is_import


def says_plain_http(typed: str) -> bool:
    """Whether somebody typed PLAIN_HTTP."""
    return " ".join(typed.split()).casefold() == PLAIN_HTTP


def _about_region(region: str) -> list[Doubt]:
    code = formats.doubt_region(region)
    return [Doubt(field="region", code=code, repair=_near(region))] if code else []


def _near(region: str) -> str:
    """`gz-guangzhou` -> `ap-guangzhou`: a code that is on the list, when the end of this one names it."""
    meant = formats.region_like(region.partition("-")[2])
    return meant if formats.doubt_region(meant) is None and meant != region else ""


def _about_keys(now: Mapping[str, str]) -> list[Doubt]:
    key_id, key = now["bucket_secret_id"], now["bucket_secret_key"]
    if key_id and key and (code := formats.check_pair(key_id, key)):
        return [Doubt(field="bucket_secret_key", code=code, repair=SWAP if code == "swapped" else "")]
    if now["endpoint"] == SANDBOX:
        return []
    found = {
        "bucket_secret_id": key_id and formats.doubt_secret_id(key_id),
        "bucket_secret_key": key and formats.doubt_secret_key(key),
    }
    return [Doubt(field=name, code=code) for name, code in found.items() if code]


def _about_account(registration: Registration, now: Mapping[str, str]) -> list[Doubt]:
    doubts = []
    if code := formats.doubt_operate_uin(now["operate_uin"], now["bucket"]):
        doubts.append(Doubt(field="operate_uin", code=code))
    if registration.renews_id is None and (known := _known_account(registration.user, now)):
        doubts.append(Doubt(field="user_name", code="known_account", account=known.pk))
    return doubts


def _known_account(user: User, now: Mapping[str, str]) -> Account | None:
    same = {name: now[name] for name in ("endpoint", "operate_uin", "user_name")}
    return Account.objects.for_user(user).usable().filter(**same).first() if all(same.values()) else None


def _about_endpoint(registration: Registration, key: str) -> list[Doubt]:
    """Register over plain http has to be confirmed in words; what comes after an import is only told."""
    found = all_endpoints().get(key)
    told = found is not None and found.is_plain_http and registration.is_import
    return [Doubt(field="endpoint", code="plain_http")] if told else []
