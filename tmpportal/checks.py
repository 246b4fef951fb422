"""System checks: a wrong configuration is said before the first request, with the way out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from accounts.encryption import Keyring


@register()
def check_field_keys(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Without a readable keyring no account key can be sealed or opened."""
    try:
        Keyring.parse(settings.FIELD_KEYS)
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="See TMPPORTAL_FIELD_KEYS in .env.example.", id="tmpportal.E001")]
    return []


@register(deploy=True)
def check_production(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """A portal that strangers can reach needs a public address over https and no sandbox."""
    found: list[CheckMessage] = []
    if settings.PRODUCTION and settings.SANDBOX["gateway"]:
        found.append(
            Error(
                "A sandbox is configured in production.",
                hint="Unset TMPPORTAL_SANDBOX_*.",
                id="tmpportal.E002",
            )
        )
    if settings.PRODUCTION and "*" in settings.ALLOWED_HOSTS:
        found.append(
            Error("TMPPORTAL_ALLOWED_HOSTS is '*'.", hint="Name the hosts people type.", id="tmpportal.E003")
        )
    return found
