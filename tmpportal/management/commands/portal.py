"""`manage.py portal`: the portal for real use on one machine; web, worker and scheduler under one Ctrl-C."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from accounts.owner import make_owner_link
from tmpportal import backups, launch
from tmpportal.processes import ChildFailed, Children, Stopped, free_port


class Command(BaseCommand):
    """Prepares the database and serves until Ctrl-C."""

    help = "Start the portal on this machine: site, worker and scheduler."
    # After the keys, whose loss is told in one sentence.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port", type=int, default=8000, help="first port to try on 127.0.0.1 (default 8000)"
        )
        parser.add_argument(
            "--bind",
            default=launch.LOOPBACK,
            help="the address to listen on; 0.0.0.0 lets a phone in your network in (see docs/deploy.md)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            launch.keep_private()
            launch.require_keys()
            self.check()
            with Children(logs=settings.DATA_DIR / "logs") as children:
                launch.prepare()
                if backups.is_copy():
                    self.stdout.write(backups.begin_from_copy())
                address = launch.start_site(children, free_port(options["port"]), {}, bind=options["bind"])
                self._greet(address)
                children.wait()
        except Stopped:
            self.stdout.write("Stopped.")
        except ChildFailed as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from error

    def _greet(self, address: str) -> None:
        self.stdout.write(f"open={address}/")
        if link := make_owner_link():
            self.stdout.write("Nobody owns this portal yet. Open this link once to become its owner:")
            self.stdout.write(f"owner={address}{link}")
        self.stdout.write("Ctrl-C stops everything.")
        self.stdout.flush()
