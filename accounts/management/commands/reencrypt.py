"""`manage.py reencrypt`: after a key rotation, seals every secret with the newest key."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models, transaction

from accounts.encryption import VERSION, CannotOpen, keyring
from accounts.fields import Sealed, SealedTextField


class Command(BaseCommand):
    """Safe beside a running portal, and to be run again after an interruption: what is done is skipped."""

    help = "Seal every secret with the first field key. When it says so, older keys may be removed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=200, help="rows in one transaction (default 200)")

    def handle(self, *args: Any, **options: Any) -> None:
        changed, lost = 0, 0
        for model in apps.get_models():
            fields = [field for field in model._meta.get_fields() if isinstance(field, SealedTextField)]
            if fields:
                done, failed = self._reencrypt(model, fields, options["batch"])
                changed, lost = changed + done, lost + failed
        self.stdout.write(f"{changed} rows sealed anew.")
        if lost:
            self.stderr.write(f"{lost} secrets do not open and were left alone: keep the older keys.")
            sys.exit(1)

    def _reencrypt(
        self, model: type[models.Model], fields: list[SealedTextField], batch: int
    ) -> tuple[int, int]:
        rows = model._default_manager.order_by("pk")
        changed, lost, last = 0, 0, None
        while True:
            waiting = rows.filter(pk__gt=last) if last is not None else rows
            with transaction.atomic():
                found = list(waiting.select_for_update()[:batch])
                for row in found:
                    columns, failed = self._sealed_anew(row, fields)
                    lost += failed
                    changed += model._default_manager.filter(pk=row.pk).update(**columns) if columns else 0
            if not found:
                return changed, lost
            last = found[-1].pk

    def _sealed_anew(self, row: models.Model, fields: list[SealedTextField]) -> tuple[dict[str, Sealed], int]:
        """The columns of `row` under an older key, sealed with the first one; and how many do not open."""
        newest = f"{VERSION}:{next(iter(keyring().keys))}:"
        columns, failed = {}, 0
        for field in fields:
            sealed = row.__dict__[field.attname]
            if not sealed:
                continue
            try:
                text = field.open(row.pk, sealed)
            except CannotOpen as error:
                self.stderr.write(str(error))
                failed += 1
                continue
            if not sealed.startswith(newest):
                columns[field.attname] = field.seal(row.pk, text)
        return columns, failed
