"""Puts the sandbox together over one data folder: store, gateway and worker, started and stopped as one."""

import fcntl
from pathlib import Path
from typing import Self

from sandbox.backend import Backend
from sandbox.bucket import BucketApp
from sandbox.control import Control
from sandbox.faults import Faults
from sandbox.gateway import GatewayApp
from sandbox.pace import Pace
from sandbox.rights import FULL
from sandbox.server import Server
from sandbox.store_files import Files
from sandbox.worker import Worker

REGION = "ap-guangzhou"
APP_ID = "1250000000"


class BusyError(Exception):
    """Another sandbox works in this data folder."""


class Sandbox:
    """A running sandbox; `credentials` are its ready buckets' keys, kept in the data folder; those made at
    this start have `key_rights`.

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
    ) -> None:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        data = data.resolve()
        self._lock = (data / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise BusyError(f"another sandbox works in {data}") from error
        self.gateway, self.store = Server(port), Server(store_port)
        self.files = Files(data / "store")
        names = [f"sandbox{number if number > 1 else ''}-{APP_ID}" for number in range(1, buckets + 1)]
        self.credentials = [self.files.keys.ready(name, rights=key_rights) for name in names]
        self.region = REGION
        app = BucketApp(self.files, region=REGION)
        self.backend = Backend(data / "gateway.db", store=app, pace=pace)
        self._worker = Worker(self.backend, store_port=self.store.server_port, folder=data / "work")
        self.store.app = app
        faults = Faults()
        control = Control(
            self.files.keys, faults, region=REGION, url=self.gateway.url, ready=f"sandbox-{APP_ID}"
        )
        self.gateway.app = GatewayApp(
            self.backend,
            url=self.gateway.url,
            stores=frozenset(f"{host}:{self.store.server_port}" for host in ("127.0.0.1", "localhost")),
            stopping=self._worker.stopping,
            control=control,
            faults=faults,
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
