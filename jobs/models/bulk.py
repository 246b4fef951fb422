"""Saves and changes many rows in one statement where the database has arrays; else one by one.

Quicker than a statement a row by two orders of magnitude (performance.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from types import NoneType
from typing import Any

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault


def insert(rows: Sequence[models.Model]) -> None:
    """Save new rows of one model, as bulk_create does, in the caller's transaction. Raises IntegrityError.

    A key that the database gives is not told; its other defaults are, to rows with keys of their own.
    """
    if not rows:
        return
    columns = _columns(rows) if connection.vendor == "postgresql" and len(rows) > 1 else None
    if columns is None:
        type(rows[0])._default_manager.bulk_create(rows, batch_size=500)
        return
    # Django spends most of a bulk_create on saying each value of each row; that takes 20 times as long.
    _insert_select(rows, columns)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def rewrite(
    model: type[models.Model],
    kinds: Mapping[str, str],
    rows: Sequence[Sequence[Any]],
    *,
    sets: str,
    where: str = "TRUE",
) -> list[Any]:
    """Change rows of one model, each with values of its own; gives the keys of those that were changed.

    `kinds` names the values of a row and their types on PostgreSQL, the row's key first. `sets` and `where`
    are SQL in which {name} stands for a row's own value; values are as get_db_prep_save() gives them.
    """
    if not rows:
        return []
    key, *_ = kinds
    table, pk = connection.ops.quote_name(model._meta.db_table), model._meta.pk.column
    has_arrays = connection.vendor == "postgresql"
    own = {name: f"new.{name}" if has_arrays else f"%({name})s" for name in kinds}
    arrays = ", ".join(f"%({name})s::{kind}[]" for name, kind in kinds.items())
    source = f"FROM unnest({arrays}) AS new({', '.join(kinds)}) " if has_arrays else ""
    sql = (
        f"UPDATE {table} AS old SET {sets.format(**own)} {source}"  # noqa: S608
        f"WHERE old.{pk} = {own[key]} AND ({where.format(**own)})"
    )
    if has_arrays:
        columns = [list(column) for column in zip(*rows, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} RETURNING old.{pk}", dict(zip(kinds, columns, strict=True)))
            return [row[0] for row in cursor.fetchall()]
    return _row_by_row(sql, [dict(zip(kinds, row, strict=True)) for row in rows], key)


def _row_by_row(sql: str, rows: Sequence[Mapping[str, Any]], key: str) -> list[Any]:
    changed = []
    with connection.cursor() as cursor:
        for row in rows:
            cursor.execute(sql, row)
            if cursor.rowcount == 1:
                changed.append(row[key])
    return changed


def _columns(rows: Sequence[models.Model]) -> dict[models.Field[Any, Any], list[Any]] | None:
    """Values by field, without those that the database gives; None when a row needs an expression."""
    columns: dict[models.Field[Any, Any], list[Any]] = {}
    for each in rows[0]._meta.concrete_fields:
        values = _values(each, rows)
        kinds = set(map(type, values))
        given = {kind for kind in kinds if _is_given(each, kind)}
        if given == kinds:
            continue
        if given or any(hasattr(kind, "resolve_expression") for kind in kinds):
            return None
        columns[each] = values
    return columns


def _values(each: models.Field[Any, Any], rows: Sequence[models.Model]) -> list[Any]:
    """What is to be saved of one field of all rows. Few fields have anything to do before."""
    if type(each).pre_save is models.Field.pre_save:
        return list(map(attrgetter(each.attname), rows))
    return [each.pre_save(row, add=True) for row in rows]


def _is_given(each: models.Field[Any, Any], kind: type[Any]) -> bool:
    """Whether the database gives the value where a row holds one of that kind."""
    return issubclass(kind, DatabaseDefault) or (kind is NoneType and each.primary_key)


def _insert_select(rows: Sequence[models.Model], columns: dict[models.Field[Any, Any], list[Any]]) -> None:
    meta = rows[0]._meta
    shared = {each for each, values in columns.items() if _are_alike(values)}
    told, arrays, given, lists = [], [], [], []
    for number, (each, values) in enumerate(columns.items()):
        kind = (each.db_type(connection) or "").split("(")[0]
        if each in shared:
            told.append(f"%s::{kind}")
            given.append(each.get_db_prep_save(values[0], connection))
        else:
            told.append(f"v{number}")
            arrays.append((f"%s::{kind}[]", f"v{number}"))
            lists.append([each.get_db_prep_save(value, connection) for value in values])
    defaults = [each for each in meta.concrete_fields if each not in columns] if meta.pk in columns else []
    names = ", ".join(_quoted(each) for each in columns)
    places, aliases = (", ".join(part) for part in zip(*arrays, strict=True))
    returning = f" RETURNING {', '.join(map(_quoted, (meta.pk, *defaults)))}" if defaults else ""
    sql = (
        f"INSERT INTO {connection.ops.quote_name(meta.db_table)} ({names}) "  # noqa: S608
        f"SELECT {', '.join(told)} FROM unnest({places}) AS new({aliases}){returning}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*given, *lists])
        if defaults:
            _tell({key: values for key, *values in cursor.fetchall()}, rows, defaults)


def _tell(
    found: dict[Any, list[Any]], rows: Sequence[models.Model], defaults: Sequence[models.Field[Any, Any]]
) -> None:
    for row in rows:
        for each, value in zip(defaults, found[row.pk], strict=True):
            setattr(row, each.attname, value)


def _are_alike(values: list[Any]) -> bool:
    # 1, 1.0 and True are equal, and not the same to save.
    return values.count(values[0]) == len(values) and len(set(map(type, values))) == 1


def _quoted(each: models.Field[Any, Any]) -> str:
    return connection.ops.quote_name(each.column or each.name)
