"""Where portals of the browser's tests listen, so that none meets another."""

from __future__ import annotations

import os

# Of one checkout; a second one that is tested at the same time takes others by BROWSER_PORT.
FIRST = 8600


def port(number: int) -> int:
    """Port `number` (0 to 9) of this process among those that share the tests."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return int(os.environ.get("BROWSER_PORT", FIRST)) + 10 * worker + number
