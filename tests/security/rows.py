"""Every row of the database as the models read it, whose it is, and what it names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

# (table, primary key): one row.
Key = tuple[str, Any]
Rows = dict[Key, dict[str, Any]]
# A session is its own browser's, the next one counts how often a form was asked for, and the rest is Django's
# list of our models.
_LEFT_OUT = {"django_session", "accounts_cached", "django_content_type", "auth_permission"}


def all_rows() -> Rows:
    """Each row's columns by their names, as the models have them: sealed ones opened."""
    return {
        (model._meta.db_table, values[_key_of(model)]): values
        for model in _models()
        for values in model._base_manager.order_by("pk").values()
    }


def new_or_changed(before: Rows, after: Rows) -> Rows:
    """Those of `after` that were not like that before."""
    return {key: values for key, values in after.items() if before.get(key) != values}


def gone_or_changed(before: Rows, after: Rows) -> set[Key]:
    """Those of `before` that are not like that any more."""
    return {key for key, values in before.items() if after.get(key) != values}


def named_by(key: Key, values: dict[str, Any]) -> Iterator[Key]:
    """The rows that one row's columns lead to."""
    for name, table in _links()[key[0]].items():
        if values[name] is not None:
            yield table, values[name]


def belonging_to(rows: Rows, roots: set[Key]) -> set[Key]:
    """`roots` and whatever names one of them, or names what does."""
    found, grows = set(roots), True
    while grows:
        more = {key for key, values in rows.items() if found.intersection(named_by(key, values))} - found
        found, grows = found | more, bool(more)
    return found


def columns_of(table: str) -> list[models.Field[Any, Any]]:
    """The fields of the model that has this table."""
    return next(list(model._meta.concrete_fields) for model in _models() if model._meta.db_table == table)


def _models() -> list[type[models.Model]]:
    every = apps.get_models(include_auto_created=True)
    return [model for model in every if model._meta.db_table not in _LEFT_OUT]


def _key_of(model: type[models.Model]) -> str:
    return str(model._meta.pk.attname)


def _links() -> dict[str, dict[str, str]]:
    """By table: the table that each column with a row's key leads to."""
    return {
        model._meta.db_table: {
            field.attname: field.related_model._meta.db_table
            for field in model._meta.concrete_fields
            if isinstance(field, models.ForeignKey)
        }
        for model in _models()
    }
