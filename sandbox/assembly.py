"""Puts the sandbox together over one data folder: store, gateway and worker, started and stopped as one."""

import fcntl
import threading
from pathlib import Path
from typing import IO, Self

from sandbox.dialects import STANDARD, Dialect
from sandbox.gateway.app import GatewayApp
from sandbox.gateway.control import Control
from sandbox.gateway.service import Service
from sandbox.gateway.trouble import Trouble
from sandbox.platform.backend import Backend
from sandbox.platform.pace import Pace
from sandbox.platform.quick import LISTEN
from sandbox.platform.worker import Worker
from sandbox.server import Server
from sandbox.store.app import BucketApp
from sandbox.store.files import Files
from sandbox.store.rights import FULL

REGION = "ap-guangzhou"
APP_ID = "1250000000"


class BusyError(Exception):
    """Another sandbox works in this data folder."""


def _locked(data: Path) -> IO[str]:
    lock = (data / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise BusyError(f"another sandbox works in {data}") from error
    return lock


class Sandbox:
    """A running sandbox; `credentials` are its ready buckets' keys, kept in the data folder; those made at
    this start have `key_rights`. `ears` are one of quick.EARS, `seed` and `skew` as in Trouble;
    `dialect` is how it speaks where nobody knows it.

    Raises BusyError, and OSError for a port that is taken.
    """

    def __init__(
        self,
        data: Path,
        *,
        pace: Pace,
        port: int = 0,
        store_port: int = 0,
        buckets: int = 1,
        key_rights: str = FULL,
        ears: str = LISTEN,
        seed: int | None = None,
        skew: float = 0,
        dialect: Dialect = STANDARD,
    ) -> None:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        data = data.resolve()
        self._lock = _locked(data)
        self.gateway, self.store = Server(port), Server(store_port)
        self.files = Files(data / "store")
        names = [f"sandbox{number if number > 1 else ''}-{APP_ID}" for number in range(1, buckets + 1)]
        self.credentials = [self.files.keys.ready(name, rights=key_rights) for name in names]
        self.region = REGION
        self.trouble, stopping = Trouble(seed=seed, skew=skew), threading.Event()
        app = BucketApp(
            self.files,
            region=REGION,
            clock=self.trouble.clock,
            faults=self.trouble.store_faults,
            stopping=stopping,
        )
        self.backend = Backend(
            data / "gateway.db",
            store=app,
            pace=pace,
            ears=ears,
            outcomes=self.trouble.outcomes,
            dialect=dialect,
        )
        port = self.store.server_port
        self._worker = Worker(self.backend, store_port=port, folder=data / "work", stopping=stopping)
        self.store.app, self.gateway.app = app, self._gateway_app(stopping)

    def _gateway_app(self, stopping: threading.Event) -> GatewayApp:
        stores = frozenset(f"{host}:{self.store.server_port}" for host in ("127.0.0.1", "localhost"))
        control = Control(
            self.files.keys,
            self.trouble,
            region=REGION,
            url=self.gateway.url,
            ready=f"sandbox-{APP_ID}",
            stopping=stopping,
        )
        return GatewayApp(
            self.backend,
            url=self.gateway.url,
            service=Service(self.backend, stores=stores, trouble=self.trouble, stopping=stopping),
            control=control,
            trouble=self.trouble,
            stopping=stopping,
        )

    def start(self) -> Self:
        """Serve in the background."""
        for part in (self.store, self.gateway, self._worker):
            part.start()
        return self

    def stop(self) -> None:
        """Serve no more; a job that was being performed starts over at the next start. Twice is fine."""
        if self._lock.closed:
            return
        self._worker.stop()
        self.gateway.stop()
        self.store.stop()
        self.backend.close()
        self.files.close()
        self._lock.close()
