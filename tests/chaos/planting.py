"""Plants a defect into a program that is told to have one; only the settings of the self-test know of it."""

from __future__ import annotations

import os

from django.apps import AppConfig

DEFECT = "TMPPORTAL_TESTS_DEFECT"
SETTINGS = "tests.chaos.planted_settings"


class Planting(AppConfig):
    """The last app to be ready."""

    name = "tests.chaos.planting"
    label = "planting"

    def ready(self) -> None:
        if name := os.environ.get(DEFECT, ""):
            from tests.chaos.defects import DEFECTS

            DEFECTS[name]()
