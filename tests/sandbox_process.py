"""Runs the sandbox as a process of its own, as a person would: the island is reached over HTTP only."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30.0
STOP_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class SandboxKey:
    """A key pair of its own, and the bucket it opens."""

    bucket: str
    region: str
    secret_id: str
    secret_key: str = field(repr=False)


class SandboxProcess:
    """`python -m sandbox` over `data_dir`; after start() the attributes hold what it printed.

    `gateway` and `store` are base URLs; `bucket` exists already and belongs to the printed key pair. Starting
    again over the same folder keeps accounts, jobs and files (ports change). `options` are further command
    line words. With `ears` "quick" jobs end at once, and sandbox.quick.expected_times says what they find;
    `seed` makes ordered chances fall the same way again.
    """

    def __init__(
        self,
        data_dir: Path,
        pace: str = "instant",
        options: tuple[str, ...] = (),
        *,
        ears: str = "",
        seed: int | None = None,
    ) -> None:
        self.data_dir = data_dir
        self.pace = pace
        self.options = (
            *(("--ears", ears) if ears else ()),
            *(("--seed", str(seed)) if seed is not None else ()),
            *options,
        )
        self.gateway = self.store = self.bucket = self.region = self.secret_id = self.secret_key = ""
        self.printed: dict[str, str] = {}
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> SandboxProcess:
        """Starts it and waits until it listens. Raises RuntimeError when it does not within 30 seconds."""
        command = [sys.executable, "-m", "sandbox", "--data", str(self.data_dir), "--pace", self.pace]
        self._process = subprocess.Popen(
            [*command, "--port", "0", *self.options], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        impatience = threading.Timer(START_SECONDS, self._process.kill)
        impatience.start()
        try:
            self._read_lines()
        finally:
            impatience.cancel()
        return self

    def stop(self) -> None:
        """Ends the process, by force when it does not go by itself within 10 seconds."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()

    def kill(self) -> None:
        """Ends the process without warning, as a power cut would."""
        if self._process:
            self._process.kill()
        self.stop()

    def key(self, rights: str = "data", policy: dict[str, Any] | None = None, bucket: str = "") -> SandboxKey:
        """A new key with named rights ("full", "data", "tight", "read", "blind", "none") or a CAM policy.

        It opens the ready bucket, or another one, which is made without CORS rules when it is new.
        """
        chosen = {"policy": policy} if policy is not None else {"rights": rights}
        made = self._control("keys", **chosen, **({"bucket": bucket} if bucket else {}))
        return SandboxKey(
            bucket=made["bucket"],
            region=made["region"],
            secret_id=made["secretId"],
            secret_key=made["secretKey"],
        )

    def change_rights(self, secret_id: str, rights: str) -> None:
        """Lets a key do this from now on; named rights as for key()."""
        self._control("keys/rights", secretId=secret_id, rights=rights)

    def forget_key(self, secret_id: str) -> None:
        """Makes a key unknown, as if a person had deleted it."""
        self._control("keys/delete", secretId=secret_id)

    def share(self, bucket: str, acl: str) -> None:
        """Makes a bucket "private", "public-read" or "public-read-write"."""
        self._control("buckets", bucket=bucket, acl=acl)

    @property
    def pid(self) -> int:
        """The process's id. Raises RuntimeError when it does not run."""
        if self._process is None:
            raise RuntimeError("The sandbox does not run.")
        return self._process.pid

    def fault(self, fault: str, action: str = "Register", **more: object) -> None:
        """Spoils the next call of that action by one of sandbox.faults.KINDS.

        `more`: caller (`<uin>_<name>`), custom_id (the beginning of one), job_id, times, share, message, and
        what the kind needs: seconds, status, retry_after, location, body, barrier, at.
        """
        self._control("faults", fault=fault, action=action, **more)

    def hold(self, action: str, at: str, barrier: str, **match: object) -> None:
        """Holds the next call of that action at the barrier, "before" or "after" it is performed."""
        self.fault("hold", action, at=at, barrier=barrier, **match)

    def wait_at(self, barrier: str, count: int = 1, seconds: float = 10) -> int:
        """How many calls are held there, once there are `count`. Raises RuntimeError after `seconds`."""
        answer = self._control("barriers/wait", seconds + 10, name=barrier, count=count, seconds=seconds)
        waiting: int = answer["waiting"]
        return waiting

    def open(self, barrier: str) -> None:
        """Lets every call pass that is held at the barrier or comes later."""
        self._control("barriers/open", name=barrier)

    def outcome(self, outcome: str, **more: object) -> None:
        """Lets the next job that is created end in one of sandbox.outcomes.KINDS.

        `more`: custom_id (the beginning of one), caller, times, share, message, and for some seconds.
        """
        self._control("outcomes", outcome=outcome, **more)

    def store_fault(self, fault: str, action: str, **more: object) -> None:
        """Spoils the store's next COS action of that name (GetObject, UploadPart, ...) by http, slow, reset,
        close, half or wrong_etag.

        `more`: bucket, key_prefix, times, share, and what the kind needs: status, seconds, at.
        """
        self._control("store_faults", fault=fault, action=action, **more)

    def skew(self, seconds: float) -> None:
        """Sets the clock of gateway and store that much ahead of this machine's."""
        self._control("clock", skew_s=seconds)

    def limit(self, calls_per_second: float) -> None:
        """Refuses what a caller calls more often, with 429; 0 lifts the limit."""
        self._control("limit", calls_per_second=calls_per_second)

    def clear(self) -> None:
        """Forgets faults, outcomes, barriers (held calls go on), store faults, the skew and the limit."""
        self._control("clear")

    def ledger(self, kind: str = "", after: int = 0) -> list[dict[str, Any]]:
        """Every call that arrived, oldest first; of one kind, or after an entry's number."""
        found: list[dict[str, Any]] = self._get("/_ledger", kind=kind, after=after)
        return found

    def summary(self) -> dict[str, Any]:
        """Counts of the ledger: `kinds`, `answered` by kind, and `twice`, custom ids of several jobs."""
        found: dict[str, Any] = self._get("/_ledger", summary=1)
        return found

    def _get(self, path: str, **query: object) -> Any:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(f"{self.gateway}{path}", params=query, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def _control(self, door: str, patience: float = 10, /, **members: object) -> dict[str, Any]:
        with requests.Session() as session:
            session.trust_env = False  # a proxy named by the environment must not see the keys
            answer = session.post(f"{self.gateway}/_control/{door}", json=members, timeout=patience)
        found: dict[str, Any] = answer.json()
        if not answer.ok:
            raise RuntimeError(f"The sandbox's control door refused: {found['message']}")
        return found

    def __enter__(self) -> SandboxProcess:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _read_lines(self) -> None:
        wanted = ("gateway", "store", "bucket", "region", "secret_id", "secret_key")
        assert self._process and self._process.stdout
        # Of a start before this one: its addresses are gone.
        self.printed.clear()
        for line in self._process.stdout:
            name, _, value = line.strip().partition("=")
            self.printed[name] = value
            if all(name in self.printed for name in wanted):
                break
        else:
            self.stop()
            raise RuntimeError("The sandbox ended before it listened.")
        for name in wanted:
            setattr(self, name, self.printed[name])
