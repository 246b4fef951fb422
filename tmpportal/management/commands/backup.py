"""`manage.py backup FILE`: a copy of the SQLite database while the portal runs."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tmpportal.backups import NoBackup, back_up


class Command(BaseCommand):
    """The field keys are not in it: keep them elsewhere."""

    help = "Copy the SQLite database to FILE, whole, beside the running portal. Of PostgreSQL make a pg_dump."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a new file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            size = back_up(options["file"])
        except NoBackup as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"backup={options['file']} bytes={size}")
        self.stdout.write("The field keys are not in it: keep a copy of them elsewhere (docs/field-keys.md).")
