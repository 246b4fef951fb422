"""System checks: a wrong configuration is said before the first request, with the way out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from accounts import sealing
from accounts.encryption import Keyring
from tmpportal.env import FIELD_KEYS, field_keys_from, is_given


@register()
def check_field_keys(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Without a readable keyring no account key can be sealed or opened."""
    try:
        Keyring.parse(settings.FIELD_KEYS)
    except ImproperlyConfigured as error:
        hint = f"They are read from {field_keys_from(settings.DATA_DIR)}; see docs/field-keys.md."
        return [Error(str(error), hint=hint, id="tmpportal.E001")]
    return []


@register(Tags.database)
def check_sealed_secrets(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> Sequence[CheckMessage]:
    """The keyring opens what the database holds; asked with `manage.py check --database default`."""
    return [message for using in databases or () for message in _judge(sealing.report(using))]


def _judge(found: sealing.Report) -> Iterator[CheckMessage]:
    if refusal := found.refusal(keys_from=field_keys_from(settings.DATA_DIR)):
        yield Error(refusal, hint="See docs/field-keys.md.", id="tmpportal.E004")
    if found.damaged:
        yield Warning(
            f"These secrets do not open, though their key is right: {', '.join(found.damaged)}.",
            hint="Enter them again, or take the rows from a backup.",
            id="tmpportal.W004",
        )


@register(deploy=True)
def check_production(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """What a portal that strangers can reach lacks; asked with `manage.py check --deploy`."""
    if not settings.PRODUCTION:
        hint = "Set TMPPORTAL_PRODUCTION=true: cookies for https only, and no sandbox."
        return [Warning("This portal is not set up for strangers.", hint=hint, id="tmpportal.W001")]
    return [*_exposed(), *_easily_lost()]


def _exposed() -> Iterator[CheckMessage]:
    if settings.SANDBOX["gateway"]:
        hint = "Unset TMPPORTAL_SANDBOX_*."
        yield Error("A sandbox is configured in production.", hint=hint, id="tmpportal.E002")
    if "*" in settings.ALLOWED_HOSTS:
        hint = "Name the hosts people type."
        yield Error("TMPPORTAL_ALLOWED_HOSTS is '*'.", hint=hint, id="tmpportal.E003")
    if not settings.PUBLIC_URL.startswith("https://"):
        said = "no https address" if settings.PUBLIC_URL else "missing"
        hint = "Set the address people type, such as https://tmp.example.com."
        yield Error(f"TMPPORTAL_PUBLIC_URL is {said}.", hint=hint, id="tmpportal.E005")
    if settings.DEBUG:
        hint = "Unset TMPPORTAL_DEBUG: its error pages show strangers how the portal works inside."
        yield Error("TMPPORTAL_DEBUG is on in production.", hint=hint, id="tmpportal.E006")


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
