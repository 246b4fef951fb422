"""The settings of a portal that leaks the secret CANARY_PLANT into every sink: the sweep has to find it."""

from __future__ import annotations

from tmpportal.settings import *  # noqa: F403
from tmpportal.settings import MIDDLEWARE as OUR_MIDDLEWARE

# Where there is no middleware: worker and scheduler.
CELERY_IMPORTS = ["tests.security.canary.planting"]
MIDDLEWARE = ["tests.security.canary.planting.Leaking", *OUR_MIDDLEWARE]
