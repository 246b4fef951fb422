"""What the queue does differently here: messages in files appear whole, and a lost Redis is found again soon.

kombu writes a message in place and locks it after opening: a worker that looks between the two reads an empty
file and ends with a JSON error. Seen about once in 15 minutes of a demo (kombu 5.7.0).
"""

from __future__ import annotations

import uuid
from pathlib import Path
from time import monotonic
from typing import Any

import kombu
from celery.app.amqp import AMQP
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

SCHEME = "files"
# Seconds between two looks of a worker for a queue that is away; kombu would let them grow to 30.
LOOK_AGAIN_SECONDS = 3.0


class Channel(filesystem.Channel):
    """Writes each message aside and renames it into the queue."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}"
        folder = Path(self.data_folder_out)
        # A name that no queue looks for, until the message is complete.
        aside = folder / f"{name}.part"
        aside.write_text(dumps(payload), encoding="utf-8")
        aside.rename(folder / f"{name}.{queue}.msg")


class Transport(filesystem.Transport):
    """The embedded default: no server, one machine, local disk."""

    Channel = Channel


class Connection(kombu.Connection):
    """A way to the queue that is looked for in even steps, so that work goes on soon after it is back."""

    def ensure_connection(self, *args: Any, **kwargs: Any) -> Any:
        steps = {"interval_start": 1.0, "interval_step": 1.0, "interval_max": LOOK_AGAIN_SECONDS}
        return super().ensure_connection(*args, **{**steps, **kwargs})


class Amqp(AMQP):
    """Celery's door to kombu, with our connections."""

    Connection = Connection


def register() -> None:
    """Let Celery know the scheme `files://`."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
