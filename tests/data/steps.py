"""Migrates step by step, as portals before squashed migrations did, and tells what tables come of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader


def migrate_in_steps(targets: Iterable[tuple[str, str]] = ()) -> None:
    """Of the database at hand, up to these (app, migration); without any, to the last ones."""
    executor = MigrationExecutor(connection)
    executor.loader = loader = MigrationLoader(connection, replace_migrations=False)
    leaves = [key for key in loader.graph.leaf_nodes() if not loader.disk_migrations[key].replaces]
    executor.migrate([*targets] or leaves)


def tables() -> dict[str, Any]:
    """Columns and constraints of every table of the project's own apps, in words that can be compared; the
    order of columns is left out, as no statement counts on it."""
    names = [
        model._meta.db_table for model in apps.get_models() if model._meta.app_label in ("accounts", "jobs")
    ]
    with connection.cursor() as cursor:
        return {name: [_columns(cursor, name), _constraints(cursor, name)] for name in names}


def _columns(cursor: Any, table: str) -> list[str]:
    found = connection.introspection.get_table_description(cursor, table)
    parts = ("name", "type_code", "display_size", "null_ok", "default")
    return sorted(" ".join(str(getattr(each, part)) for part in parts) for each in found)


def _constraints(cursor: Any, table: str) -> list[str]:
    found = connection.introspection.get_constraints(cursor, table)
    # Other names are the database's: numbers, or after what a column was once called.
    ours = {name for name, told in found.items() if told["index"] or told["unique"] and name[0] != "_"}
    return sorted(f"{name if name in ours else ''} {told}" for name, told in found.items())
