"""A gateway that costs as little as it can: TMP's wire for GetJob and CreateJob, and the truth about both.

`python -m tests.benchmarks.gateway` prints `port=` and serves until its input ends. Beside `/job` it answers
the runner: `/_seed` makes jobs, `/_books` tells what was asked, `/_truth` when each job finishes.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import sys
import time
import uuid
from base64 import b64encode
from collections import Counter
from dataclasses import dataclass, field
from email.utils import formatdate
from hashlib import sha1
from hmac import compare_digest, digest
from typing import Any

# A tenant's keys, as tests.factories seals them.
GATEWAY_ID, GATEWAY_KEY = "gatewaySECRETid0000005", "gatewaySECRETkey000006"
LATENCY_SECONDS, JITTER = 0.1, 0.2
PROCESSING, COMPLETED, FAILED, CANCELED = 2, 3, 4, 5
# Out of the way: the caps are off in a benchmark.
RATE_LIMIT = "1000000/1000000"
HEADS_KEPT = 1000
WORDS = {200: "OK", 401: "Unauthorized", 404: "Not Found"}


@dataclass(slots=True)
class Told:
    """One job: when it finishes, by the clock of this machine, and what is said before and after."""

    finished_at: float
    before: bytes
    after: bytes


@dataclass
class Books:
    """All jobs, and what was asked."""

    jobs: dict[str, Told] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    on_the_wire: int = 0
    most_on_the_wire: int = 0

    def add(self, job_id: str, *, low: float, high: float, ends: list[int]) -> None:
        """A job that finishes between `low` and `high` seconds from now, in one of the states `ends`."""
        self.jobs[job_id] = Told(
            finished_at=time.time() + random.uniform(low, high),
            before=_answer(job_id, PROCESSING),
            after=_answer(job_id, random.choice(ends)),
        )

    def cpu_seconds(self) -> float:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return used.ru_utime + used.ru_stime


def _answer(job_id: str, state: int) -> bytes:
    """The Job object as the sandbox shows it (source: tmp-protocol 3.4)."""
    output: dict[str, Any] = {"destination": f"/output/musicBeat/{job_id}-1/"}
    if state == COMPLETED:
        beats = [round(number * 0.5, 3) for number in range(1, 240)]
        output["smartContentResult"] = {"musicBeat": {"beats": beats, "bpm": 120.0}}
    job: dict[str, Any] = {
        "id": job_id,
        "state": state,
        "inputs": [{"source": {"contentId": str(uuid.UUID(int=7)), "path": "uploads/song.wav"}}],
        "outputs": [output],
        "customId": f"{job_id}-1",
    }
    if state == FAILED:
        job |= {"message": "10004 Engine Error", "errorResponse": {"message": "10004 Engine Error"}}
    return json.dumps({"getJobResponse": {"job": job}}).encode()


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a request says; heads of one second are alike, so each is read once."""

    path: str
    length: int
    is_signed: bool

    @classmethod
    def read(cls, head: bytes) -> Head:
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return cls(
            path=first.split(" ")[1],
            length=int(headers.get("content-length", "0")),
            is_signed=_is_signed(headers),
        )


def _is_signed(headers: dict[str, str]) -> bool:
    signed = f"date: {headers.get('date')}\nsource: {headers.get('source')}"
    signature = b64encode(digest(GATEWAY_KEY.encode(), signed.encode(), sha1)).decode()
    expected = (
        f'hmac id="{GATEWAY_ID}", algorithm="hmac-sha1", headers="date source", signature="{signature}"'
    )
    return compare_digest(expected, headers.get("authorization", ""))


class Wire(asyncio.Protocol):
    """One connection: requests in, answers out after the latency."""

    heads: dict[bytes, Head] = {}

    def __init__(self, books: Books, loop: asyncio.AbstractEventLoop) -> None:
        self._books, self._loop = books, loop
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._books.counts["connections"] += 1

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            head = self._head(self._held[:end])
            after = end + 4 + head.length
            if len(self._held) < after:
                return
            body, self._held = self._held[end + 4 : after], self._held[after:]
            self._hear(head, body)

    def _head(self, raw: bytes) -> Head:
        known = self.heads.get(raw)
        if known is None:
            if len(self.heads) >= HEADS_KEPT:
                self.heads.clear()
            known = self.heads[raw] = Head.read(raw)
        return known

    def _hear(self, head: Head, body: bytes) -> None:
        if head.path.startswith("/_"):
            self._transport.write(_http(200, json.dumps(_told(self._books, head.path, body)).encode()))
        elif not head.is_signed:
            self._books.counts["refused"] += 1
            self._later(_http(401, b'{"message": "HMAC signature does not match"}'))
        else:
            self._later(self._job(json.loads(body)))

    def _job(self, asked: dict[str, Any]) -> bytes:
        books, action = self._books, asked["action"]
        books.counts[action] += 1
        if action == "CreateJob":
            job_id = str(uuid.uuid4())
            books.add(job_id, low=60.0, high=600.0, ends=[FAILED, CANCELED])
            return _http(200, json.dumps({"createJobResponse": {"job": {"id": job_id, "state": 1}}}).encode())
        told = books.jobs.get(asked["getJobRequest"]["id"])
        if told is None:
            books.counts["unknown"] += 1
            return _http(200, b'{"errorResponse": {"message": "job not found"}}')
        # As the question arrives: an answer is as old as its way back.
        return _http(200, told.after if time.time() >= told.finished_at else told.before)

    def _later(self, answer: bytes) -> None:
        books = self._books
        books.on_the_wire += 1
        books.most_on_the_wire = max(books.most_on_the_wire, books.on_the_wire)
        self._loop.call_later(LATENCY_SECONDS * (1 + JITTER * (2 * random.random() - 1)), self._write, answer)

    def _write(self, answer: bytes) -> None:
        self._books.on_the_wire -= 1
        if not self._transport.is_closing():
            self._transport.write(answer)


def _told(books: Books, path: str, body: bytes) -> dict[str, Any]:
    """What the runner asks for."""
    if path == "/_seed":
        asked = json.loads(body)
        for job_id in asked["ids"]:
            books.add(job_id, low=asked["low"], high=asked["high"], ends=asked["ends"])
        return {}
    if path == "/_truth":
        return {job_id: told.finished_at for job_id, told in books.jobs.items()}
    most, books.most_on_the_wire = books.most_on_the_wire, books.on_the_wire
    return {**books.counts, "cpu_seconds": books.cpu_seconds(), "most_on_the_wire": most}


_dates: dict[int, str] = {}


def _http(state: int, body: bytes) -> bytes:
    now = int(time.time())
    if now not in _dates:
        _dates.clear()
        _dates[now] = formatdate(now, usegmt=True)
    head = (
        f"HTTP/1.1 {state} {WORDS[state]}\r\nContent-Type: application/json\r\nDate: {_dates[now]}\r\n"
        f"X-Api-RequestId: {random.getrandbits(128):032x}\r\nX-Service-RateLimit: {RATE_LIMIT}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def main() -> None:
    """Serves on a free port of loopback until standard input ends."""
    loop, books = asyncio.get_running_loop(), Books()
    server = await loop.create_server(lambda: Wire(books, loop), "127.0.0.1", 0, backlog=4096)
    print(f"port={server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
