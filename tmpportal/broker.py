"""What the queue does differently here: messages in files appear whole, a lost Redis is found again soon, and
what is no message ends no worker.

kombu writes a message in place and locks it after opening: a worker that looks between the two reads an empty
file and ends with a JSON error. Seen about once in 15 minutes of a demo (kombu 5.7.0).
"""

from __future__ import annotations

import base64
import logging
import uuid
from contextlib import suppress
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

import kombu
from celery.app.amqp import AMQP
from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem, redis, virtual
from kombu.utils.json import dumps, loads

log = logging.getLogger(__name__)

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
                return _read(text)
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


def _read(text: str) -> Any:
    try:
        return loads(text)
    except (ValueError, RecursionError):
        return None


def is_message(found: Any) -> bool:
    """Whether `found` has the form in which Celery writes messages. What is in it, Celery judges."""
    if not isinstance(found, dict):
        return False
    properties, headers, body = (found.get(name) for name in ("properties", "headers", "body"))
    if not (isinstance(properties, dict) and isinstance(headers, dict) and isinstance(body, str)):
        return False
    is_addressed = isinstance(properties.get("delivery_tag"), str)
    return (
        is_addressed and isinstance(properties.get("delivery_info"), dict) and _is_readable(body, properties)
    )


def _is_readable(body: str, properties: dict[str, Any]) -> bool:
    if properties.get("body_encoding") != "base64":
        return "body_encoding" not in properties
    try:
        base64.b64decode(body, validate=True)
    except ValueError:
        return False
    return True


class Sieve(virtual.Transport):
    """Drops what is no message: kombu would end the worker over it, and its engine with it."""

    def _deliver(self, message: Any, queue: str | None) -> None:
        if is_message(message):
            super()._deliver(message, queue)
        else:
            log.warning("something in the queue was no message, and is dropped")


class Transport(Sieve, filesystem.Transport):
    """The embedded default: no server, one machine, local disk."""

    Channel = Channel


class RedisChannel(redis.Channel):
    """Likewise for what is no JSON."""

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[misc]
        except (ValueError, RecursionError) as error:
            log.warning("something in the queue could not be read, and is dropped: %s", type(error).__name__)
            raise Empty from error


class RedisTransport(Sieve, redis.Transport):
    """Redis, where others may have written."""

    Channel = RedisChannel


class Connection(kombu.Connection):
    """A way to the queue that is looked for in even steps, so that work goes on soon after it is back."""

    def ensure_connection(self, *args: Any, **kwargs: Any) -> Any:
        steps = {"interval_start": 1.0, "interval_step": 1.0, "interval_max": LOOK_AGAIN_SECONDS}
        return super().ensure_connection(*args, **{**steps, **kwargs})


class Amqp(AMQP):
    """Celery's door to kombu, with our connections."""

    Connection = Connection


def register() -> None:
    """Let Celery know the scheme `files://`, and our Redis in the place of its own."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
    TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = f"{__name__}:RedisTransport"
