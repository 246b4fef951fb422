"""System checks of the keys: a wrong keyring is said before the first request, with the way out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured

from accounts import sealing
from accounts.encryption import Keyring
from tmpportal import backups
from tmpportal.env import field_keys_from


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


@register(Tags.database)
def check_restored(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> Sequence[CheckMessage]:
    """No worker starts on a backup that was put back before the portal knows that it is one."""
    if databases and backups.is_copy():
        hint = "Run `manage.py restored`, so that nothing is sent twice; see docs/deploy.md."
        return [Error("This database is a backup that was put back.", hint=hint, id="tmpportal.E014")]
    return []
