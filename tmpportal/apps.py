"""Registers the portal's own checks and commands with Django."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import pre_migrate


class PortalConfig(AppConfig):
    """The roof as an app: it has commands and system checks, no models."""

    name = "tmpportal"
    verbose_name = "TMP Portal"

    def ready(self) -> None:
        from tmpportal import checks, production, sign_in_log  # noqa: F401  (checks register themselves)

        sign_in_log.listen()
        pre_migrate.connect(let_migrations_take_their_time)


def let_migrations_take_their_time(using: str, **kwargs: Any) -> None:
    """A statement of a page is given up after a while; one that rebuilds a large table must not be."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
