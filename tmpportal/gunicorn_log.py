"""gunicorn's own lines in the portal's format: its first process writes them before Django is loaded."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger as Gunicorn

from tmpportal.env import log_format
from tmpportal.logs import FORMATTERS


class Logger(Gunicorn):  # type: ignore[misc]
    """Named by the command of web (tmpportal.launch)."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(FORMATTERS[log_format()]())
