"""Keeps the secrets in addresses out of the logs: callbacks, shared results, invitations, signed links."""

from __future__ import annotations

import logging
import re

_IN_PATH = re.compile(r"(/(?:callbacks|s|first-owner|invitation)/)[^/\s\"'?]+")
# What makes a link to the bucket work for whoever has it.
_IN_QUERY = re.compile(r"([?&](?:q-signature|sign|x-cos-security-token)=)[^&\s\"'<>]+", re.IGNORECASE)


def masked(text: str) -> str:
    """`text` with *** in place of each such secret."""
    return _IN_QUERY.sub(r"\1***", _IN_PATH.sub(r"\1***", text))


class Masked(logging.Filter):
    """Replaces the secret in the message of a record; lets every record pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """True; messages without such an address are left alone."""
        message = record.getMessage()
        if (clean := masked(message)) != message:
            record.msg, record.args = clean, ()
        return True
