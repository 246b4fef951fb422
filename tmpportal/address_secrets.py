"""Keeps the secrets in addresses out of the logs: those of callbacks, and of links to results."""

from __future__ import annotations

import logging
import re

_ADDRESS = re.compile(r"(/(?:callbacks|s)/)[^/\s\"'?]+")


class Masked(logging.Filter):
    """Replaces the secret in the message of a record; lets every record pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """True; messages without such an address are left alone."""
        message = record.getMessage()
        masked = _ADDRESS.sub(r"\1***", message)
        if masked != message:
            record.msg, record.args = masked, ()
        return True
