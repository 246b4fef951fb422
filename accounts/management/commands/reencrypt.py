"""`manage.py reencrypt`: after a key rotation, seals every secret with the newest key."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand
from django.db import models, transaction

from accounts import factors, sealing
from accounts.encryption import VERSION, CannotOpen, keyring
from accounts.fields import Sealed


class Command(BaseCommand):
    """Safe beside a running portal, and to be run again after an interruption: what is done is skipped."""

    help = "Seal every secret with the first field key, and say whether older keys are still needed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=200, help="rows in one transaction (default 200)")

    def handle(self, *args: Any, **options: Any) -> None:
        changed, lost = 0, 0
        for model in sealing.sealed_models():
            done, failed = self._reencrypt(model, options["batch"])
            changed, lost = changed + done, lost + failed
        done, failed = self._reencrypt_factors()
        changed, lost = changed + done, lost + failed
        self._say(f"{changed} rows sealed anew.")
        if lost:
            self.stderr.write(f"{lost} secrets do not open and were left alone: keep the older keys.")
            sys.exit(1)
        self._tell_of_older_keys()

    def _reencrypt(self, model: type[models.Model], batch: int) -> tuple[int, int]:
        rows = model._base_manager.order_by("pk")
        total, seen, changed, lost, last = rows.count(), 0, 0, 0, None
        while True:
            waiting = rows.filter(pk__gt=last) if last is not None else rows
            # Reading and writing in one transaction: what a running portal saves meanwhile waits, or is read.
            with transaction.atomic():
                found = list(waiting.select_for_update()[:batch])
                for row in found:
                    columns, failed = self._sealed_anew(row)
                    lost += failed
                    changed += rows.filter(pk=row.pk).update(**columns) if columns else 0
            if not found:
                return changed, lost
            seen, last = seen + len(found), found[-1].pk
            if total > batch:
                self._say(f"{model._meta.label}: {seen} of {max(total, seen)} rows")

    def _sealed_anew(self, row: models.Model) -> tuple[dict[str, Sealed], int]:
        """The columns of `row` under an older key, sealed with the first one; and how many do not open."""
        newest = f"{VERSION}:{_newest_key()}:"
        columns, failed = {}, 0
        for field in sealing.sealed_fields(type(row)):
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

    def _reencrypt_factors(self) -> tuple[int, int]:
        """Second factors one by one: there are few, and one that is used meanwhile is not overwritten."""
        newest, changed, lost = f"{VERSION}:{_newest_key()}:", 0, 0
        for factor, member, _text in factors.sealed():
            with transaction.atomic():
                row = Authenticator.objects.select_for_update().filter(pk=factor.pk).first()
                if row is None or row.data.get(member, newest).startswith(newest):
                    continue
                try:
                    text = keyring().open(row.data[member], context=factors.CONTEXT)
                except CannotOpen as error:
                    self.stderr.write(str(error))
                    lost += 1
                    continue
                row.data[member] = keyring().seal(text, context=factors.CONTEXT)
                row.save(update_fields=["data"])
                changed += 1
        return changed, lost

    def _tell_of_older_keys(self) -> None:
        """Say whether the database still needs an older key; exit 1 if so.

        A process that began before the new key was there may have sealed with an older one behind our back.
        """
        newest = _newest_key()
        older = {key: count for key, count in sealing.report().counts.items() if key != newest}
        if older:
            for key, count in older.items():
                self.stderr.write(f"{count} secrets are still sealed with {key}: keep it.")
            self.stderr.write("Restart the portal so that it knows the newest key, and run this again.")
            sys.exit(1)
        self._say(f"Everything is sealed with {newest}: only backups need older keys.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        # A person, or a script, watches a long run.
        self.stdout.flush()


def _newest_key() -> str:
    return next(iter(keyring().keys))
