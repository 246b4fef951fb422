"""Hands an account's keys to its owner: shown on a page, or as an `.env` file for programs."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field

from django.contrib.auth.models import User

from accounts import endpoints
from accounts.auditing import note
from accounts.models import Account, AuditEntry

ENV_FILE = "tmp.env"
_BARE = re.compile(r"[\w./:@%+=,-]*", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A secret in clear, with the name that TMP or the store gives it."""

    name: str
    value: str = field(repr=False)


# By the names of registerInfo and cosConfig (seed).
FIELDS = {
    "tmpSecretId": "tmp_secret_id",
    "tmpSecretKey": "tmp_secret_key",
    "apiGateSecretId": "gateway_secret_id",
    "apiGateSecretKey": "gateway_secret_key",
    "cosConfig.secretId": "bucket_secret_id",
    "cosConfig.secretKey": "bucket_secret_key",
}


def reveal(account: Account, *, by: User) -> list[Shown]:
    """Every secret of the account, noted in the audit log. Raises accounts.encryption.CannotOpen."""
    shown = [Shown(name=name, value=getattr(account, column)) for name, column in FIELDS.items()]
    shown += [Shown(name=name, value=value) for name, value in unknown_members(account).items()]
    note(AuditEntry.Deed.REVEALED, account=account, user=by, fields=[each.name for each in shown])
    return shown


def unknown_members(account: Account) -> dict[str, str]:
    """Members of registerInfo that nobody documented; their values may be keys. Raises CannotOpen."""
    try:
        members = json.loads(account.unknown_members or "{}")
    except ValueError:
        return {}
    if not isinstance(members, dict):
        return {}
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in sorted(members.items())
    }


def env_file(account: Account, *, by: User) -> str:
    """The text of the `.env` file, noted in the audit log. Raises accounts.encryption.CannotOpen."""
    variables = _variables(account)
    text = "".join(f"{name}={quoted(value)}\n" for name, value in variables.items())
    note(AuditEntry.Deed.DOWNLOADED, account=account, user=by, file=ENV_FILE, fields=list(variables))
    return text


def quoted(value: str) -> str:
    """`value` for both readers of such a file, a shell and dotenv: bare where nothing in it is special, else
    in the quotes that both leave alone; a text that has no such quotes is written for the shell."""
    if _BARE.fullmatch(value):
        return value
    if not re.search(r"['\\\r\n]", value):
        return f"'{value}'"
    if not re.search(r'["$`\\\r\n]', value):
        return f'"{value}"'
    return shlex.quote(value)


def _variables(account: Account) -> dict[str, str]:
    return {
        "TMP_GATEWAY_URL": endpoints.endpoint(account.endpoint).url,
        "TMP_SOURCE": account.caller,
        "TMP_CONTENT_ID": account.content_id,
        "TMP_SECRET_ID": account.tmp_secret_id,
        "TMP_SECRET_KEY": account.tmp_secret_key,
        "API_GATE_SECRET_ID": account.gateway_secret_id,
        "API_GATE_SECRET_KEY": account.gateway_secret_key,
        "COS_BUCKET": account.bucket,
        "COS_REGION": account.region,
        "COS_DOMAIN": account.domain,
        "COS_SECRET_ID": account.bucket_secret_id,
        "COS_SECRET_KEY": account.bucket_secret_key,
    }
