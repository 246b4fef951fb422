"""Whether the keyring fits the database: which keys seal its secrets, and which of them are lost or wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, models
from django.db.models import Count
from django.db.models.functions import Greatest, StrIndex, Substr

from accounts import factors
from accounts.encryption import VERSION, CannotOpen, Keyring, keyring
from accounts.fields import SealedTextField

SAMPLES = 3
_PREFIX = len(f"{VERSION}:")


@dataclass(frozen=True, kw_only=True)
class Report:
    """Secrets of the database by the id of the key that seals them, newest key of the keyring first.

    `missing` ids are not in the keyring; under `wrong` ids it holds a key that opens no sample; `damaged`
    names samples (`<model>:<pk>:<field>`) that do not open although their key opens others.
    """

    counts: Mapping[str, int]
    missing: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()

    def refusal(self, *, keys_from: str) -> str:
        """One sentence on why nothing may start with this keyring, and what to do; "" when it may.

        `keys_from` says where the keyring was read, such as the path of a file.
        """
        key_ids = self.missing or self.wrong
        if not key_ids:
            return ""
        secrets = sum(self.counts[key_id] for key_id in key_ids)
        fault = "is missing from" if self.missing else "is another key than the one of that id in"
        return (
            f"The field key {' and '.join(key_ids)}, which seals {secrets} of {sum(self.counts.values())} "
            f"secrets of this database, {fault} {keys_from}: put the right key back, for instance from the "
            "backup of the data folder, and start again. If none is left, `manage.py forget_secrets` gives "
            "those secrets up, and keys are entered anew (docs/field-keys.md)."
        )


def report(using: str = "default") -> Report:
    """What seals the database `using`; reads counts and a few samples only. A table that is not there yet, or
    a column, holds no secret. Raises nothing for an unreadable keyring: then every key is missing."""
    try:
        ring = keyring()
    except ImproperlyConfigured:
        ring = Keyring({})
    counts: Counter[str] = Counter()
    opened: Counter[str] = Counter()
    closed: dict[str, list[str]] = {}
    for field in present_fields(using):
        for key_id, count in _counts(field, using):
            counts[key_id] += count
            if key_id in ring.keys:
                failed = list(_closed_samples(field, key_id, using=using, ring=ring))
                opened[key_id] += min(count, SAMPLES) - len(failed)
                closed.setdefault(key_id, []).extend(failed)
    for key_id, name, is_open in _factors(using, ring):
        counts[key_id] += 1
        if key_id in ring.keys:
            opened[key_id] += is_open
            closed.setdefault(key_id, []).extend([] if is_open else [name])
    return Report(
        counts={key_id: counts[key_id] for key_id in sorted(counts)},
        missing=tuple(sorted(set(counts) - set(ring.keys))),
        wrong=tuple(sorted(key_id for key_id in closed if not opened[key_id])),
        damaged=tuple(name for key_id, names in closed.items() if opened[key_id] for name in names),
    )


def sealed_fields(model: type[models.Model]) -> list[SealedTextField]:
    """The sealed columns of `model`."""
    return [field for field in model._meta.concrete_fields if isinstance(field, SealedTextField)]


def sealed_models() -> list[type[models.Model]]:
    """Every model with a sealed column, whichever app it belongs to."""
    return [model for model in apps.get_models() if sealed_fields(model)]


def sealed_by(
    field: SealedTextField, key_ids: Collection[str], using: str = "default"
) -> models.QuerySet[Any]:
    """The rows whose `field` one of these keys seals."""
    return _keyed(field, using).filter(_key__in=key_ids)


def key_id_of(sealed: str) -> str:
    """The id of the key that seals a text; "" of what is sealed by none."""
    return f"{sealed}::".split(":", 2)[1]


def present_fields(using: str) -> Iterator[SealedTextField]:
    """The sealed columns that the database has: an earlier version, or a new one, may lack some."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for model in sealed_models():
            if model._meta.db_table not in tables:
                continue
            # Django's own introspection parses the table's SQL, which takes longer than all the rest.
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"SELECT * FROM {table} WHERE 1 = 0")  # noqa: S608 - a name of our own
            columns = {column[0] for column in cursor.description}
            yield from (field for field in sealed_fields(model) if field.column in columns)


def _factors(using: str, ring: Keyring) -> Iterator[tuple[str, str, bool]]:
    """Of each secret of a second factor: its key's id, its name, and whether it opens."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if Authenticator._meta.db_table not in connection.introspection.table_names(cursor):
            return
    for factor, member, text in factors.sealed(using):
        key_id = key_id_of(text)
        try:
            ring.open(text, context=factors.CONTEXT)
        except CannotOpen:
            yield key_id, f"{factors.CONTEXT}:{factor.pk}:{member}", False
        else:
            yield key_id, "", True


def _keyed(field: SealedTextField, using: str) -> models.QuerySet[models.Model]:
    """The rows that hold something in `field`, with the id of the key that seals it."""
    version = Substr(field.name, 1, _PREFIX)
    tail = Substr(field.name, _PREFIX + 1)
    # PostgreSQL refuses a negative length, which a value without a key id would give.
    length = Greatest(StrIndex(tail, models.Value(":")) - 1, 0)
    rows: models.QuerySet[models.Model] = field.model._base_manager.using(using).order_by()
    rows = rows.annotate(_version=version, _key=Substr(field.name, _PREFIX + 1, length))
    return rows.filter(_version=f"{VERSION}:").exclude(_key="")


def _counts(field: SealedTextField, using: str) -> list[tuple[str, int]]:
    return list(_keyed(field, using).values("_key").annotate(n=Count("pk")).values_list("_key", "n"))


def _closed_samples(field: SealedTextField, key_id: str, *, using: str, ring: Keyring) -> Iterator[str]:
    rows = _keyed(field, using).filter(_key=key_id).values_list("pk", field.attname)
    for pk, sealed in rows[:SAMPLES]:
        try:
            ring.open(sealed, context=field.context(pk))
        except CannotOpen:
            yield field.context(pk)
