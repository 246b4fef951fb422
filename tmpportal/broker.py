"""What the queue does differently here: messages in files appear whole, and a lost Redis is found again soon.

kombu writes a message in place and locks it after opening: a worker that looks between the two reads an empty
file and ends with a JSON error. Seen about once in 15 minutes of a demo (kombu 5.7.0).
"""

from __future__ import annotations

import uuid
from contextlib import suppress
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

import kombu
from celery.app.amqp import AMQP
from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads

SCHEME = "files"
# Celery's own name for its queue, its exchange and its routing key.
TASKS = "celery"
# Seconds between two looks of a worker for a queue that is away; kombu would let them grow to 30.
LOOK_AGAIN_SECONDS = 3.0


class Channel(filesystem.Channel):
    """Writes each message aside and renames it into the queue; whoever removes it has it.

    A folder that is gone is made anew, and one that is no use is an empty queue: a worker that ended over it
    would take its engine along.
    """

    def get_table(self, exchange: str) -> list[Any]:
        """The queue of the tasks is known without a file that a dying process may leave half-written."""
        if exchange == TASKS:
            return [filesystem.exchange_queue_t(TASKS, "", TASKS)]
        return list(super().get_table(exchange))

    def _queue_bind(self, exchange: str, *args: Any) -> None:
        if exchange != TASKS:
            super()._queue_bind(exchange, *args)

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}"
        folder = Path(self.data_folder_out)
        # A name that no queue looks for, until the message is complete.
        aside = folder / f"{name}.part"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                aside.write_text(dumps(payload), encoding="utf-8")
                aside.rename(folder / f"{name}.{queue}.msg")
            finally:
                aside.unlink(missing_ok=True)
        except OSError as error:
            raise ChannelError(f"The message cannot be written: {error.strerror}") from error

    def _get(self, queue: str) -> Any:  # type: ignore[override]
        for path in self._waiting(queue):
            # Another worker may be quicker.
            with suppress(OSError):
                text = path.read_text(encoding="utf-8", errors="replace")
                path.unlink()
                return loads(text)
        raise Empty

    def _size(self, queue: str) -> int:
        return len(self._waiting(queue))

    def _waiting(self, queue: str) -> list[Path]:
        """The messages of a queue, the oldest first."""
        try:
            files = list(Path(self.data_folder_in).iterdir())
        except OSError:
            return []
        return sorted(file for file in files if file.name.endswith(f".{queue}.msg"))


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
