"""Sends songs through a real sandbox over HTTP, and weighs its process."""

from __future__ import annotations

import re
from pathlib import Path

from tests.bad_audio.fuzzing import Mutation
from tests.bad_audio.judging import is_sentence
from tests.sandbox.client import Bucket, Caller, register
from tests.sandbox_process import SandboxProcess

SHARE = 20


class Over:
    """A sandbox that performs some of the mutations as jobs."""

    def __init__(self, process: SandboxProcess) -> None:
        self._process = process
        self._bucket = Bucket(process.store, process.bucket, process.secret_id, process.secret_key)
        self._caller: Caller = register(process.gateway, self._bucket)
        self.jobs = self.unanswered = 0
        self.faults: dict[int, str] = {}

    def send(self, mutation: Mutation) -> None:
        """Every twentieth mutation as a job."""
        if mutation.number % SHARE:
            return
        self.jobs += 1
        state, message = self.finish(mutation.content, {mutation.capability: mutation.params})
        if state not in (3, 4):
            self.unanswered += 1
            self.faults[mutation.number] = f"the job stays in state {state}"
        elif state == 4 and not is_sentence(message):
            self.faults[mutation.number] = f"the job says {message}"

    def finish(self, song: bytes, descriptor: object, *, path: str = "song.mp3") -> tuple[int, str]:
        """State and message of a job's end."""
        self._bucket.ask("PUT", path, body=song)
        request = self._caller.job(path)
        request["outputs"] = [
            {
                "contentId": self._caller.info["tmpContentId"],
                "inputSelectors": [0],
                "smartContentDescriptor": descriptor,
            }
        ]
        made = self._caller.create(request)
        try:
            job = self._caller.finish(made, seconds=120)
        except AssertionError:
            job = self._caller.look(made)
        return job["state"], job.get("message", "")

    def memory(self) -> float:
        """What the sandbox holds, in MiB."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("the system does not say how much memory a process has")

    def stored(self) -> list[str]:
        """What lies in the bucket."""
        listed = self._bucket.ask("GET").body.decode()
        return re.findall(r"<Key>([^<]+)</Key>", listed)

    def read(self, key: str) -> bytes:
        """An object's content."""
        return self._bucket.ask("GET", key).body
