"""Puts the sandbox together over one data folder: store, gateway and worker, started and stopped as one."""

import json
import threading
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sandbox.dialects import STANDARD, Dialect
from sandbox.dialects import read as read_dialect
from sandbox.folder import BusyError, open_folder, open_servers
from sandbox.gateway.app import GatewayApp
from sandbox.gateway.control import Control
from sandbox.gateway.orders import read_fault, read_outcome, read_store_fault
from sandbox.gateway.page.place import Place
from sandbox.gateway.service import Service
from sandbox.gateway.trouble import Trouble
from sandbox.gateway.words import store_fault_of
from sandbox.platform.accounts import Account
from sandbox.platform.backend import Backend
from sandbox.platform.call import read_call
from sandbox.platform.ledger import OK
from sandbox.platform.messages import read_registration
from sandbox.platform.pace import PACES, Pace
from sandbox.platform.quick import EARS, LISTEN
from sandbox.platform.refusing import Members
from sandbox.platform.worker import Worker
from sandbox.store.app import BucketApp
from sandbox.store.files import Files
from sandbox.store.keys import Credential
from sandbox.store.rights import FULL, granted
from sandbox.trouble.limit import ANYBODY

__all__ = ["APP_ID", "REGION", "UIN", "BusyError", "Sandbox"]

REGION = "ap-guangzhou"
APP_ID = "1250000000"
UIN = "100000000001"


class Sandbox:
    """A running sandbox, for tests: `with Sandbox(tmp_path) as sandbox:`.

    `gateway.url` and `store.url` are where it listens, `region` and `credentials` (one for each of its
    `buckets`) what a Register needs; keys that are made at this start have `key_rights` (as rights.granted
    takes them). Without `data` it keeps nothing. `pace` is one of pace.PACES, by name or as it is, `ears` one
    of quick.EARS, `seed` and `skew` as in Trouble; `dialect` is how it speaks where nobody knows it, also in
    words as in "random:7 states=1". Buckets `since_2024` refuse path style and force downloads; the
    store takes `most_bytes` (None: what the disk holds). A port that is None is that of the folder's last
    start where that is free; 0 means any.

    Raises ValueError for words and numbers that cannot be (PolicyError for rights), BusyError, OSError for a
    port that is taken or a folder that cannot be used, and sqlite3.DatabaseError where what the folder holds
    is damaged.
    """

    def __init__(
        self,
        data: Path | str | None = None,
        *,
        pace: Pace | str = "instant",
        port: int | None = 0,
        store_port: int | None = 0,
        buckets: int = 1,
        key_rights: str = FULL,
        ears: str = LISTEN,
        seed: int | None = None,
        skew: float = 0,
        since_2024: bool = False,
        most_bytes: int | None = None,
        dialect: Dialect | str = STANDARD,
    ) -> None:
        pace = _pace(pace)
        dialect = read_dialect(dialect.split()) if isinstance(dialect, str) else dialect
        if ears not in EARS:
            raise ValueError(f"ears is one of {', '.join(EARS)}, not {ears}")
        if buckets < 1:
            raise ValueError("a sandbox has at least one bucket")
        self.region, self.trouble = REGION, Trouble(seed=seed, skew=skew)
        self._stopping = threading.Event()
        with ExitStack() as closing:
            self.data = open_folder(data, closing)
            self.files = Files(self.data / "store", region=REGION, most=most_bytes)
            closing.callback(self.files.close)
            names = [f"sandbox{number if number > 1 else ''}-{APP_ID}" for number in range(1, buckets + 1)]
            self.credentials = [self._ready(name, key_rights) for name in names]
            app = self._store_app(since_2024)
            self.backend = Backend(
                self.data / "gateway.db",
                store=app,
                pace=pace,
                ears=ears,
                outcomes=self.trouble.outcomes,
                dialect=dialect,
            )
            closing.callback(self.backend.close)
            self.gateway, self.store = open_servers(self.data / "ports", (port, store_port), closing)
            self._worker = Worker(
                self.backend,
                store_port=self.store.server_port,
                folder=self.data / "work",
                stopping=self._stopping,
            )
            self.store.app, self.gateway.app = app, self._gateway_app()
            self._closing = closing.pop_all()

    def register(self, user_name: str = "demo", *, uin: str = UIN, bucket: int = 0) -> Account:
        """A registered account for the bucket of that number, at once and without a call. Raises
        RefusedError."""
        credential = self.credentials[bucket]
        config = {
            "secretId": credential.secret_id,
            "secretKey": credential.secret_key,
            "bucket": credential.bucket,
            "region": self.region,
        }
        request = {"operateUin": uin, "userName": user_name, "cosConfig": config}
        body: Members = {"action": "Register", "registerRequest": request}
        call, job_url = read_call("register", body, source=""), f"{self.gateway.url}/job"
        self.backend.register(read_registration(body), job_url=job_url, call=call, answered=OK)
        return next(each for each in reversed(self.backend.accounts.all()) if each.caller == call.source)

    @property
    def ledger(self) -> list[dict[str, Any]]:
        """Every call that arrived with a good signature, oldest first, as GET /_ledger tells it."""
        found: list[dict[str, Any]] = json.loads(self.backend.ledger.document())
        return found

    def fault(self, kind: str, **more: object) -> None:
        """Spoil the next call that fits by one of faults.KINDS; `more` as at the control door. Raises
        RefusedError."""
        self.trouble.faults.order(read_fault({"fault": kind, **more}))

    def outcome(self, kind: str, **more: object) -> None:
        """Let the next job that fits end in one of outcomes.KINDS. Raises RefusedError."""
        self.trouble.outcomes.order(read_outcome({"outcome": kind, **more}))

    def store_fault(self, kind: str, **more: object) -> None:
        """Spoil the next request to the store that fits. Raises RefusedError."""
        self.trouble.store_faults.order(read_store_fault({"fault": kind, **more}))

    def key(self, rights: str, *, bucket: int = 0) -> Credential:
        """A further key for the bucket of that number. Raises PolicyError."""
        name = self.credentials[bucket].bucket
        return self.files.keys.make(name, rights=granted(rights, bucket=name, region=self.region))

    def change_rights(self, secret_id: str, rights: str) -> None:
        """Let a key do this from now on. Raises KeyError, PolicyError."""
        known = self.files.keys.find(secret_id)
        if known is None:
            raise KeyError(secret_id)
        self.files.keys.change(secret_id, granted(rights, bucket=known.bucket, region=self.region))

    def limit(self, calls_per_second: float, caller: str = ANYBODY) -> None:
        """Refuse what callers, or this one, call more often, with 429; 0 lifts the limit."""
        self.trouble.limit.set(calls_per_second, caller)

    def clear(self) -> None:
        """Forget all trouble that was ordered, and let held calls go."""
        self.trouble.forget()

    def start(self) -> Self:
        """Serve in the background."""
        for part in (self.store, self.gateway, self._worker):
            part.start()
        self._closing.callback(self._worker.stop)
        return self

    def stop(self) -> None:
        """Serve no more; a job that was being performed starts over at the next start. Twice is fine."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _ready(self, bucket: str, rights: str) -> Credential:
        return self.files.keys.ready(bucket, rights=granted(rights, bucket=bucket, region=self.region))

    def _store_app(self, modern: bool) -> BucketApp:
        return BucketApp(
            self.files,
            clock=self.trouble.clock,
            faults=self.trouble.store_faults,
            own_fault=store_fault_of,
            stopping=self._stopping,
            modern=modern,
        )

    def _gateway_app(self) -> GatewayApp:
        stores = frozenset(f"{host}:{self.store.server_port}" for host in ("127.0.0.1", "localhost"))
        control = Control(
            self.files.keys,
            self.trouble,
            region=REGION,
            url=self.gateway.url,
            ready=f"sandbox-{APP_ID}",
            stopping=self._stopping,
        )
        return GatewayApp(
            self.backend,
            place=Place(gateway=self.gateway.url, store=self.store.url, region=REGION),
            service=Service(self.backend, stores=stores, trouble=self.trouble, stopping=self._stopping),
            control=control,
            trouble=self.trouble,
            stopping=self._stopping,
        )


def _pace(pace: Pace | str) -> Pace:
    if isinstance(pace, Pace):
        return pace
    if pace not in PACES:
        raise ValueError(f"pace is one of {', '.join(PACES)}, not {pace}")
    return PACES[pace]
