"""Values for every column of a model that nobody would come by, as a form would send them."""

from __future__ import annotations

from typing import Any

from django.db import models

MOMENT = "1999-01-02T03:04:05+00:00"
NUMBER = 1_234_567
WORD = "odd-0dd"
ID = "0dd00000-0000-4000-8000-000000000000"


def odd_value(field: models.Field[Any, Any], now: Any, foreign: dict[str, Any]) -> str:
    """Another value than `now` that the column could hold; `foreign` has a key of each table."""
    if isinstance(field, models.ForeignKey):
        return str(foreign.get(field.related_model._meta.db_table, NUMBER))
    if field.choices:
        return next(
            str(value) for value, _name in reversed(list(field.flatchoices)) if value not in ("", now)
        )
    if isinstance(field, models.BooleanField):
        return "" if now else "on"
    if isinstance(field, models.DateTimeField | models.DateField):
        return MOMENT if isinstance(field, models.DateTimeField) else MOMENT[:10]
    if isinstance(field, models.UUIDField):
        return ID
    if isinstance(field, models.IntegerField | models.FloatField | models.DecimalField):
        return str(NUMBER)
    return '["odd-0dd"]' if isinstance(field, models.JSONField) else WORD
