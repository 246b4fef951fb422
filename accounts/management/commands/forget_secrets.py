"""`manage.py forget_secrets`: the way on when a field key is lost for good."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import factors, sealing
from accounts.fields import Sealed


class Command(BaseCommand):
    """Whatever still opens stays; nothing else of the rows is touched."""

    help = "Give up the secrets that no field key opens, so that the portal starts and keys are entered anew."

    # The first of them would refuse for the very reason.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--yes", action="store_true", help="do it: without the lost key nothing else helps"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = sealing.report()
        lost = {*found.missing, *found.wrong}
        number = sum(found.counts[key_id] for key_id in lost)
        if not lost:
            self.stdout.write("Every secret opens: there is nothing to forget.")
            return
        if not options["yes"]:
            raise CommandError(
                f"{number} secrets under {' and '.join(sorted(lost))} would be given up for ever. If no copy "
                "of that field key is left, repeat this with --yes."
            )
        with transaction.atomic():
            people = self._forget(lost)
        self.stdout.write(f"{number} secrets given up, and {people} second steps of sign-ins with them.")
        self.stdout.write(
            "Start the portal and register each account with new keys (docs/field-keys.md). Jobs at TMP "
            "in the old account's name cannot be asked about any more."
        )

    def _forget(self, lost: set[str]) -> int:
        """Says of how many people a second step is gone."""
        for field in sealing.present_fields("default"):
            sealing.sealed_by(field, lost).update(**{field.name: Sealed("")})
        gone = {factor for factor, _, text in factors.sealed() if sealing.key_id_of(text) in lost}
        for factor in gone:
            factor.delete()
        return len({factor.user_id for factor in gone})
