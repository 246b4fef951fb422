"""`manage.py restored`: the database was put back from a backup."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tmpportal.backups import begin_from_copy, forget_copy


class Command(BaseCommand):
    """To be run before any other process of the portal starts on it."""

    help = "Have nothing sent by itself that may have been sent since the backup was made."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--nothing-was-sent-since",
            action="store_true",
            help="the portal had been stopped before the backup was made: all goes on as it stood",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["nothing_was_sent_since"]:
            forget_copy()
            self.stdout.write("All goes on as it stood in the backup.")
        else:
            self.stdout.write(begin_from_copy())
