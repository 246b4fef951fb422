"""Saves and changes many rows in one statement where the database has arrays; else one by one.

Quicker than a statement a row by two orders of magnitude (performance.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from operator import attrgetter
from types import NoneType
from typing import Any, TypeAlias

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

_Field: TypeAlias = "models.Field[Any, Any]"


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
    meta, shared = rows[0]._meta, {each: values[0] for each, values in columns.items() if _are_alike(values)}
    own = {each: values for each, values in columns.items() if each not in shared}
    defaults = [each for each in meta.concrete_fields if each not in columns] if meta.pk in own else []
    found = _insert_select(type(rows[0]), shared, own, returning=[meta.pk, *defaults] if defaults else [])
    if defaults:
        _tell({key: values for key, *values in found}, rows, defaults)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def insert_alike(pattern: models.Model, own: Mapping[str, Sequence[Any]]) -> None:
    """Save a row like `pattern` for each value of the fields (by attname) in `own`, all equally many; no
    object is made of it. In the caller's transaction; raises IntegrityError."""
    number = len(next(iter(own.values())))
    if connection.vendor != "postgresql" or not number:
        insert(
            [_copied(pattern, dict(zip(own, row, strict=True))) for row in zip(*own.values(), strict=True)]
        )
        return
    shared, lists = dict[_Field, Any](), dict[_Field, Sequence[Any]]()
    for each in pattern._meta.concrete_fields:
        if each.attname in own:
            values = own[each.attname]
            # Of a single row every list would be, and none left to make rows of.
            if number > 1 and _are_alike(values):
                shared[each] = values[0]
            else:
                lists[each] = values
        elif not _is_given(each, type(value := each.pre_save(pattern, add=True))):
            shared[each] = value
    _insert_select(type(pattern), shared, lists)


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
        f"UPDATE {table} AS old SET {sets.format(**own)} {source}"  # noqa: S608  (names of our own, values are parameters)
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


def _columns(rows: Sequence[models.Model]) -> dict[_Field, list[Any]] | None:
    """Values by field, without those that the database gives; None when a row needs an expression."""
    columns: dict[_Field, list[Any]] = {}
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


def _copied(pattern: models.Model, own: Mapping[str, Any]) -> models.Model:
    row = copy(pattern)
    for name, value in own.items():
        setattr(row, name, value)
    return row


def _values(each: _Field, rows: Sequence[models.Model]) -> list[Any]:
    """What is to be saved of one field of all rows. Few fields have anything to do before."""
    if type(each).pre_save is models.Field.pre_save:
        return list(map(attrgetter(each.attname), rows))
    return [each.pre_save(row, add=True) for row in rows]


def _is_given(each: _Field, kind: type[Any]) -> bool:
    """Whether the database gives the value where a row holds one of that kind."""
    return issubclass(kind, DatabaseDefault) or (kind is NoneType and each.primary_key)


def _insert_select(
    model: type[models.Model],
    shared: Mapping[_Field, Any],
    own: Mapping[_Field, Sequence[Any]],
    *,
    returning: Sequence[_Field] = (),
) -> list[Any]:
    """One row for each value of the fields in `own`; those in `shared` are the same in all of them."""
    # Django spends most of a bulk_create on saying each value of each row; that takes 20 times as long.
    names = ", ".join(map(_quoted, [*shared, *own]))
    told = [f"%s::{_kind(each)}" for each in shared] + [f"v{number}" for number, _ in enumerate(own)]
    places = ", ".join(f"%s::{_kind(each)}[]" for each in own)
    sql = (
        f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({names}) "  # noqa: S608  (names of our own, values are parameters)
        f"SELECT {', '.join(told)} FROM unnest({places}) AS new({', '.join(told[len(shared) :])})"
    )
    if returning:
        sql += f" RETURNING {', '.join(map(_quoted, returning))}"
    given = [each.get_db_prep_save(value, connection) for each, value in shared.items()]
    lists = [[each.get_db_prep_save(value, connection) for value in values] for each, values in own.items()]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*given, *lists])
        return cursor.fetchall() if returning else []


def _kind(each: _Field) -> str:
    return (each.db_type(connection) or "").split("(")[0]


def _tell(found: dict[Any, list[Any]], rows: Sequence[models.Model], defaults: Sequence[_Field]) -> None:
    for row in rows:
        for each, value in zip(defaults, found[row.pk], strict=True):
            setattr(row, each.attname, value)


def _are_alike(values: Sequence[Any]) -> bool:
    # 1, 1.0 and True are equal, and not the same to save.
    return values.count(values[0]) == len(values) and len(set(map(type, values))) == 1


def _quoted(each: _Field) -> str:
    return connection.ops.quote_name(each.column or each.name)
