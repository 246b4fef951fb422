"""The portal's settings with one defect of tests.chaos.defects in its code, named by TMPPORTAL_TESTS_DEFECT."""

from __future__ import annotations

from tmpportal.settings import *  # noqa: F403
from tmpportal.settings import INSTALLED_APPS as OUR_APPS

# Last: what it plants replaces what the others have loaded.
INSTALLED_APPS = [*OUR_APPS, "tests.chaos.planting.Planting"]
