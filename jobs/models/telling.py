"""One line of the log for each job that came to another state, once that is committed."""

from __future__ import annotations

import logging
from contextvars import copy_context
from functools import partial
from typing import Any

from django.db import transaction

log = logging.getLogger("jobs.moves")


def tell(job_id: Any, account_id: Any, from_: str, to: str, note: str, tmp_request_id: str = "") -> None:
    """The line is about what the caller's lines are about, whenever the transaction ends."""
    if log.isEnabledFor(logging.INFO):
        ids = {"job_id": job_id, "account_id": account_id}
        more = {"tmp_request_id": tmp_request_id} if tmp_request_id else {}
        line = partial(
            log.info, "Job %s: %s to %s (%s)", job_id, from_, to, note or "-", extra={**ids, **more}
        )
        transaction.on_commit(partial(copy_context().run, line), robust=True)
