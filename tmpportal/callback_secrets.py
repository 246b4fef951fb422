"""Keeps the secrets in callback addresses out of the logs: Django notes every address that it refuses."""

from __future__ import annotations

import logging
import re

_ADDRESS = re.compile(r"(/callbacks/)[^/\s\"']+")


class Masked(logging.Filter):
    """Replaces the secret in the message of a record; lets every record pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """True; messages without such an address are left alone."""
        message = record.getMessage()
        if "/callbacks/" in message:
            record.msg, record.args = _ADDRESS.sub(r"\1***", message), ()
        return True
