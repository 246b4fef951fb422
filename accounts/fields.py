"""A model field whose column holds opaque ciphertext and whose attribute opens it on access."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.query_utils import DeferredAttribute

from accounts.encryption import keyring


class Sealed(str):
    """Ciphertext as it stands in the database: the only thing this field ever writes."""

    __slots__ = ()


class SealedAttribute(DeferredAttribute):
    """Opens the ciphertext when the attribute is read; keeps what is assigned until it is saved."""

    field: SealedTextField

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is not None and isinstance(value, Sealed):
            return self.field.open(instance.pk, value)
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedTextField(models.TextField):  # type: ignore[type-arg]
    """Text sealed with `<model>:<pk>:<field>` as associated data, so that a moved ciphertext does not open.

    Primary keys must exist before saving (UUIDs). `update()` and `bulk_update()` with plain text raise
    TypeError; guarded saves pass `seal(pk, text)`. An empty text stays empty.
    Filtering by content is impossible.
    """

    descriptor_class = SealedAttribute

    def context(self, pk: object) -> str:
        """Associated data of this field in the row `pk`."""
        if pk is None:
            raise TypeError(f"{self.name} cannot be sealed before its row has a primary key")
        return f"{self.model._meta.label_lower}:{pk}:{self.name}"

    def seal(self, pk: object, text: str) -> Sealed:
        """Ciphertext for the row `pk`, fit for `update()`."""
        return Sealed(keyring().seal(text, context=self.context(pk)) if text else "")

    def open(self, pk: object, sealed: Sealed) -> str:
        """The text; raises accounts.encryption.CannotOpen."""
        return keyring().open(sealed, context=self.context(pk)) if sealed else ""

    def from_db_value(
        self, value: str | None, expression: Any, connection: BaseDatabaseWrapper
    ) -> Sealed | None:
        return None if value is None else Sealed(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        sealed = self.seal(model_instance.pk, str(value))
        model_instance.__dict__[self.attname] = sealed
        return sealed

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if value and not isinstance(value, Sealed):
            raise TypeError(f"{self.name} is sealed: save the row, or pass field.seal(pk, text) to update()")
        return None if value is None else str(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is sealed: it cannot be filtered by its content")
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj: models.Model) -> str:
        value = obj.__dict__.get(self.attname) or ""
        return str(value if isinstance(value, Sealed) else self.seal(obj.pk, str(value)))
