"""Moments by the database's clock, since workers' own clocks may differ."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models.functions import Now


def in_seconds(seconds: float) -> Any:
    """So many seconds from now, for queries and updates."""
    return Now() + timedelta(seconds=seconds)
