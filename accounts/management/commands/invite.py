"""`manage.py invite`: an invitation from the command line, as the page of invitations makes them."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from accounts import inviting

MOST_DAYS = 90


class Command(BaseCommand):
    """Prints `invitation=<address>`; without TMPPORTAL_PUBLIC_URL the address lacks its beginning."""

    help = "Make a link by which one person may make a login."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--for", dest="for_whom", default="", help="whom it is for, for the list")
        parser.add_argument(
            "--days", type=int, default=inviting.USUAL.days, help="it expires then (default 7)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["days"] <= MOST_DAYS:
            raise CommandError(f"An invitation lasts from 1 to {MOST_DAYS} days.")
        lasts = timedelta(days=options["days"])
        try:
            _invitation, token = inviting.make(lasts=lasts, for_whom=options["for_whom"][:80])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write("Whoever opens this link first may make a login. It is not shown again:")
        self.stdout.write(f"invitation={settings.PUBLIC_URL}{reverse('invitation', args=[token])}")
