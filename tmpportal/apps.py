"""Registers the portal's own checks and commands with Django."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The roof as an app: it has commands and system checks, no models."""

    name = "tmpportal"
    verbose_name = "TMP Portal"

    def ready(self) -> None:
        from tmpportal import checks  # noqa: F401  (registers itself)
