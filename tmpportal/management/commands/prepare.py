"""`manage.py prepare`: what a new version needs before its processes start, where `portal` is not used."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from tmpportal import launch
from tmpportal.processes import ChildFailed


class Command(BaseCommand):
    """Safe to repeat."""

    help = "Compile translations, collect static files and migrate the database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--no-database", action="store_true", help="leave the database alone: another host migrates it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            launch.prepare(database=not options["no_database"])
        except ChildFailed as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error
