"""The portal's settings, and in its code the defect of tests.chaos.defects that the environment names."""

from __future__ import annotations

from tmpportal.settings import *  # noqa: F403
from tmpportal.settings import INSTALLED_APPS as OUR_APPS

# Last: what it plants replaces what the others have loaded.
INSTALLED_APPS = [*OUR_APPS, "tests.chaos.planting.Planting"]
