"""`manage.py messages`: brings the catalogue of zh-Hans up to the code."""

from typing import Any

from django.core.management.base import BaseCommand

from tmpportal.translations import CATALOGUE, untranslated, update_catalogue


class Command(BaseCommand):
    """For developers: run it after changing a sentence, then translate what it names."""

    help = "Update locale/zh_Hans from the code and name what is not translated."

    def handle(self, *args: Any, **options: Any) -> None:
        catalog = update_catalogue()
        missing = untranslated(catalog)
        for message in missing:
            self.stdout.write(message)
        self.stdout.write(
            f"{len(catalog)} messages, {len(missing)} without a translation, in {CATALOGUE.name}"
        )
