"""A sandbox of one dialect in this process, and a portal that knows it."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from django.test import override_settings

from sandbox.assembly import Sandbox
from sandbox.dialects import Dialect
from sandbox.platform import stage as performing
from sandbox.platform.outcomes import Outcome
from sandbox.platform.pace import Pace

PERFORMER = (sys.executable, str(Path(__file__).with_name("performer.py")))
PUBLIC_URL = "https://portal.example"
# State 1 at the first look, 2 at the second, then the end.
LOOKS = Pace(name="looks", looks=1)


@dataclass(frozen=True, kw_only=True)
class Stand:
    """What SandboxProcess tells of a sandbox, of one in this process."""

    sandbox: Sandbox
    dialect: Dialect
    bucket: str
    region: str
    secret_id: str
    secret_key: str

    @property
    def gateway(self) -> str:
        """The gateway's address."""
        return self.sandbox.gateway.url

    def outcome(self, kind: str, message: str = "") -> None:
        """How the next job ends."""
        self.sandbox.trouble.outcomes.order(Outcome(kind=kind, message=message))

    def accepted(self) -> dict[str, int]:
        """How many jobs TMP made, by custom id."""
        counts: dict[str, int] = {}
        for job in self.sandbox.backend.jobs.latest(1000):
            counts[job.custom_id] = counts.get(job.custom_id, 0) + 1
        return counts


@contextmanager
def standing(dialect: Dialect) -> Iterator[Stand]:
    """Until the block ends."""
    with (
        tempfile.TemporaryDirectory(prefix="tmp-dialect-") as folder,
        patch.object(performing, "PERFORMERS", PERFORMER),
    ):
        sandbox = Sandbox(Path(folder), pace=LOOKS, dialect=dialect).start()
        [credential] = sandbox.credentials
        known = {
            "bucket": credential.bucket,
            "region": sandbox.region,
            "secret_id": credential.secret_id,
            "secret_key": credential.secret_key,
        }
        addresses = {"gateway": sandbox.gateway.url, "store": sandbox.store.url}
        try:
            with override_settings(
                SANDBOX={**known, **addresses}, PUBLIC_URL=PUBLIC_URL, POLL_SECONDS_SANDBOX=20.0
            ):
                yield Stand(sandbox=sandbox, dialect=dialect, **known)
        finally:
            sandbox.stop()
