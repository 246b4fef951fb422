"""What a portal that strangers can reach must not be: `manage.py check --deploy` says it before they do."""

from __future__ import annotations

import base64
import ipaddress
import stat
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Warning, register
from django.db import connection

from accounts.second_step import DEMANDED
from tmpportal.env import FIELD_KEYS, is_given

SHORTEST_SECRET_KEY = 50
# Of 32 random bytes fewer than this many are different once in 10^15 keys; likewise, none reads as text.
FEWEST_DIFFERENT = 16
# Words of examples that were copied and never replaced.
PLACEHOLDERS = ("change", "secret", "example", "insecure", "password", "default", "your")
# Of PostgreSQL's ways only these look at the server's certificate.
LOOKS_AT_CERTIFICATES = ("verify-ca", "verify-full")


@register(deploy=True)
def check_production(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """What a portal that strangers can reach lacks; asked with `manage.py check --deploy`."""
    if not settings.PRODUCTION:
        hint = "Set TMPPORTAL_PRODUCTION=true: cookies for https only, and no sandbox."
        return [Warning("This portal is not set up for strangers.", hint=hint, id="tmpportal.W001")]
    database: Mapping[str, Any] = connection.settings_dict
    is_sqlite = connection.vendor == "sqlite"
    return [
        *_exposed(),
        *_misnamed(),
        *_misled(),
        *_guessable(),
        *_easily_lost(),
        *([] if is_sqlite else _database(database)),
        *_queue(settings.REDIS_URL, is_sqlite=is_sqlite),
    ]


def _exposed() -> Iterator[CheckMessage]:
    if settings.SANDBOX["gateway"]:
        hint = "Unset TMPPORTAL_SANDBOX_*."
        yield Error("A sandbox is configured in production.", hint=hint, id="tmpportal.E002")
    if settings.DEBUG:
        hint = "Unset TMPPORTAL_DEBUG: its error pages show strangers how the portal works inside."
        yield Error("TMPPORTAL_DEBUG is on in production.", hint=hint, id="tmpportal.E006")
    if settings.LOG_LEVEL.upper() in ("DEBUG", "NOTSET"):
        hint = "Set TMPPORTAL_LOG_LEVEL=INFO: libraries say more than is good for a log below that."
        yield Warning("The log level is DEBUG in production.", hint=hint, id="tmpportal.W010")
    kept = (*settings.DATA_DIR.glob("*.key*"), *settings.DATA_DIR.glob("*.sqlite3*"))
    for path in (settings.DATA_DIR, *kept):
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            hint = f"chmod go= {path}"
            text = f"Others on this machine may read {path}, where keys and people are kept."
            yield Error(text, hint=hint, id="tmpportal.E013")


def _misnamed() -> Iterator[CheckMessage]:
    if any(host == "*" or (host.startswith(".") and "." not in host[1:]) for host in settings.ALLOWED_HOSTS):
        hint = "Name the hosts people type."
        yield Error("TMPPORTAL_ALLOWED_HOSTS is a wildcard.", hint=hint, id="tmpportal.E003")
    if not settings.PUBLIC_URL.startswith("https://"):
        said = "no https address" if settings.PUBLIC_URL else "missing"
        hint = "Set the address people type, such as https://tmp.example.com."
        yield Error(f"TMPPORTAL_PUBLIC_URL is {said}.", hint=hint, id="tmpportal.E005")
    named = urlsplit(settings.PUBLIC_URL).hostname
    if named and not any(_answers_to(named, host) for host in settings.ALLOWED_HOSTS):
        hint = "Add it to TMPPORTAL_ALLOWED_HOSTS, or unset that: the public address is allowed by itself."
        text = f"The portal does not answer to {named}, its own public address."
        yield Error(text, hint=hint, id="tmpportal.E010")
    if not settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        hint = "Set TMPPORTAL_PROXIES=1, or how many there are: sign-in limits then count people."
        text = "TMPPORTAL_PROXIES is 0, but https means that a proxy is in front."
        yield Warning(text, hint=hint, id="tmpportal.W006")


def _misled() -> Iterator[CheckMessage]:
    if settings.PLAIN_HTTP:
        hint = "Unset TMPPORTAL_PLAIN_HTTP: whoever is on the way reads the keys of such accounts."
        yield Warning("Accounts may live at a gateway without https.", hint=hint, id="tmpportal.W011")
    if wide := [domain for domain in settings.COS_DOMAINS if "." not in domain.strip(".")]:
        hint = "Name whole domains that are yours or Tencent's, such as .myqcloud.com."
        text = f"TMPPORTAL_COS_DOMAINS lets signed requests go almost anywhere: {', '.join(wide)}."
        yield Error(text, hint=hint, id="tmpportal.E012")


def _answers_to(name: str, pattern: str) -> bool:
    return pattern == "*" or name == pattern or (pattern.startswith(".") and f".{name}".endswith(pattern))


def _guessable() -> Iterator[CheckMessage]:
    key = settings.SECRET_KEY
    lowered = key.lower()
    if (
        len(key) < SHORTEST_SECRET_KEY
        or len(set(key)) < FEWEST_DIFFERENT - 4
        or any(word in lowered for word in PLACEHOLDERS)
    ):
        hint = 'python -c "import secrets; print(secrets.token_urlsafe(50))" makes a good one.'
        text = "TMPPORTAL_SECRET_KEY is short, or was copied from an example."
        yield Error(text, hint=hint, id="tmpportal.E008")
    if weak := [key_id for key_id, key in _field_keys() if _is_no_chance(key)]:
        hint = "Make one with `head -c 32 /dev/urandom | base64`; docs/field-keys.md says how to change keys."
        text = f"These field keys do not come from chance: {', '.join(weak)}."
        yield Error(text, hint=hint, id="tmpportal.E009")
    if settings.SECOND_STEP != DEMANDED:
        hint = "TMPPORTAL_SECOND_STEP=demanded lets nobody do anything before they set one up."
        text = "A password alone opens a login whose person wants no second step."
        yield Info(text, hint=hint, id="tmpportal.I001")


def _field_keys() -> Iterator[tuple[str, bytes]]:
    """Ids and bytes of the keyring; one that cannot be read is E001's."""
    for entry in settings.FIELD_KEYS.replace(",", "\n").split():
        key_id, _, encoded = entry.partition(":")
        try:
            yield key_id, base64.b64decode(encoded)
        except ValueError:
            continue


def _is_no_chance(key: bytes) -> bool:
    reads_as_text = all(32 <= byte < 127 for byte in key)
    counts_up = all(right - left == 1 for left, right in zip(key, key[1:], strict=False))
    return reads_as_text or counts_up or len(set(key)) < FEWEST_DIFFERENT


def _easily_lost() -> Iterator[CheckMessage]:
    for number, name, loss in (
        ("W002", FIELD_KEYS, "no secret in the database opens"),
        ("W003", "TMPPORTAL_SECRET_KEY", "everybody must sign in again"),
    ):
        if not is_given(name):
            hint = f"Keep a copy apart from the database, or give it as {name}: without it {loss}."
            text = f"{name} is kept in the data folder only."
            yield Warning(text, hint=hint, id=f"tmpportal.{number}")
    if connection.vendor == "sqlite":
        hint = "Fine for one machine; back the file up with `sqlite3 ... .backup`, or set DATABASE_URL."
        yield Warning("The database is a SQLite file.", hint=hint, id="tmpportal.W005")


def _database(database: Mapping[str, Any]) -> Iterator[CheckMessage]:
    options = database.get("OPTIONS", {})
    host = database.get("HOST") or options.get("host", "")
    if _is_elsewhere(host) and options.get("sslmode") not in LOOKS_AT_CERTIFICATES:
        hint = f"Add ?sslmode=verify-full to DATABASE_URL{_OR_PRIVATE}"
        text = f"The way to the database at {host} may be without TLS."
        yield Warning(text, hint=hint, id="tmpportal.W008")


def _queue(url: str, *, is_sqlite: bool) -> Iterator[CheckMessage]:
    parts = urlsplit(url)
    host = "" if "socket" in parts.scheme else parts.hostname or ""
    if is_sqlite and host and not _is_this_machine(host):
        hint = "Set DATABASE_URL to a PostgreSQL that all hosts reach."
        text = f"Hosts that share the queue at {host} cannot share a SQLite file."
        yield Error(text, hint=hint, id="tmpportal.E007")
    if host and not _is_this_machine(host) and not parts.password:
        hint = "Set requirepass there, and REDIS_URL=rediss://:password@host:6379/0."
        text = f"Redis at {host} is open to whoever reaches it: REDIS_URL has no password."
        yield Error(text, hint=hint, id="tmpportal.E011")
    is_unchecked = parse_qs(parts.query).get("ssl_cert_reqs", [""])[-1].lower() in ("none", "cert_none")
    if _is_elsewhere(host) and (parts.scheme != "rediss" or is_unchecked):
        hint = f"Use rediss:// in REDIS_URL{_OR_PRIVATE}"
        yield Warning(f"The way to Redis at {host} is without TLS.", hint=hint, id="tmpportal.W009")


_OR_PRIVATE = (
    ", or name the host in TMPPORTAL_PRIVATE_HOSTS if nobody else is on the network that leads there."
)


def _is_elsewhere(host: str) -> bool:
    """Whether what is said to `host` passes a network that others may be on."""
    return not _is_this_machine(host) and host not in settings.PRIVATE_HOSTS


def _is_this_machine(host: str) -> bool:
    if not host or host.startswith(("/", "%2f", "%2F")) or host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
