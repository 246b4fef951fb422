"""T32: slow clients wait outside of gunicorn's threads, and every request arrives as it was sent."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from tests.browser.ports import port
from tests.demo_process import ROOT
from tmpportal.launch import COMMANDS
from tmpportal.processes import free_port

THREADS = 2
PATIENCE_SECONDS = 20.0
GET = b"GET / HTTP/1.1\r\nHost: here\r\n"


class Site:
    """gunicorn as the portal starts it, but one process of THREADS threads and the small site, at `port`."""

    def __init__(self, folder: Path, *words: str, **env: str) -> None:
        self.port = free_port(port(5))
        command = list(COMMANDS["web"])
        command[command.index("tmpportal.wsgi")] = "tests.tmpportal.patient_app"
        for word, number in (("--workers", 1), ("--threads", THREADS)):
            command[command.index(word) + 1] = str(number)
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *command, "--bind", f"127.0.0.1:{self.port}", *words],
                cwd=ROOT,
                env=os.environ | env,
                stdout=log,
                stderr=log,
            )
        self.wait_until_it_answers()

    def wait_until_it_answers(self) -> None:
        latest = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                assert self.ask() == said(b"")
            except requests.ConnectionError:
                assert time.monotonic() < latest
                time.sleep(0.05)
            else:
                return

    def ask(self, path: str = "/", body: bytes | Iterator[bytes] | None = None) -> str:
        """What it says, on a connection of its own."""
        with requests.Session() as session:
            session.trust_env = False
            method = "GET" if body is None else "POST"
            url = f"http://127.0.0.1:{self.port}{path}"
            return session.request(method, url, data=body, timeout=PATIENCE_SECONDS).text

    def connect(self, first: bytes = b"") -> socket.socket:
        """A connection on which `first` was said."""
        sock = socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS)
        sock.sendall(first)
        return sock

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(PATIENCE_SECONDS)


@contextmanager
def running(folder: Path, *words: str, **env: str) -> Iterator[Site]:
    site = Site(folder, *words, **env)
    try:
        yield site
    finally:
        site.process.kill()
        site.process.wait()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def slow() -> Iterator[ExitStack]:
    """Keeps connections until the test is over."""
    with ExitStack() as stack:
        yield stack


def said(body: bytes) -> str:
    return f"{len(body)} {hashlib.sha256(body).hexdigest()}"


def post(length: int, *more: str) -> bytes:
    words = "".join(f"{each}\r\n" for each in more)
    return f"POST / HTTP/1.1\r\nHost: here\r\n{words}Content-Length: {length}\r\n\r\n".encode()


def answer(sock: socket.socket) -> str:
    """One whole answer."""
    head, body = b"", b""
    while b"\r\n\r\n" not in head:
        head += _more(sock)
    head, _, body = head.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += _more(sock)
    assert len(body) == length
    return body.decode()


def _more(sock: socket.socket) -> bytes:
    piece = sock.recv(1)
    assert piece, "closed"
    return piece


@pytest.mark.parametrize(
    "first",
    [b"", b"G", GET, GET + b"X-Slow: ", post(1000) + b"half", post(900_000) + b"x" * 800_000],
    ids=["silent", "one byte", "half a head", "half a line", "half a body", "most of a body"],
)
def test_half_a_request_holds_no_thread(site: Site, slow: ExitStack, first: bytes) -> None:
    for _ in range(5 * THREADS):
        slow.enter_context(site.connect(first))
    assert site.ask() == said(b"")


def test_half_of_a_second_request_on_a_connection_holds_no_thread(site: Site, slow: ExitStack) -> None:
    for _ in range(5 * THREADS):
        sock = slow.enter_context(site.connect(GET + b"\r\n"))
        assert answer(sock) == said(b"")
        sock.sendall(GET)
    assert site.ask() == said(b"")


def test_large_bodies_leave_half_of_the_threads_to_others(site: Site, slow: ExitStack) -> None:
    for _ in range(5 * THREADS):
        slow.enter_context(site.connect(post(5_000_000) + b"x" * 100_000))
    assert site.ask() == said(b"")


@pytest.mark.parametrize("answers", [1, 20])
def test_who_does_not_read_what_was_asked_for_holds_no_thread(
    site: Site, slow: ExitStack, answers: int
) -> None:
    for _ in range(5 * THREADS):
        sock = slow.enter_context(socket.socket())
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        sock.connect(("127.0.0.1", site.port))
        sock.sendall(b"GET /big HTTP/1.1\r\nHost: here\r\n\r\n" * answers)
    assert site.ask() == said(b"")


def test_who_reads_many_answers_late_gets_all_of_them(site: Site) -> None:
    with site.connect(b"GET /big HTTP/1.1\r\nHost: here\r\n\r\n" * 5 + GET + b"\r\n") as sock:
        time.sleep(0.5)
        got = b""
        while not got.endswith(said(b"").encode()):
            got += sock.recv(65536)
    assert got.count(b"x" * 300_000) == 5


def test_who_does_not_close_after_the_answer_holds_nobody_up(site: Site, slow: ExitStack) -> None:
    began = time.monotonic()
    for _ in range(10 * THREADS):
        sock = slow.enter_context(site.connect(b"GET /close HTTP/1.1\r\nHost: here\r\n\r\n"))
        assert answer(sock) == said(b"")
    # gunicorn by itself stands still for two seconds each.
    assert time.monotonic() - began < 10 * THREADS * 2.0 / 2


@pytest.mark.parametrize("length", [0, 1, 70_000, 1_048_576, 1_048_577, 3_000_000])
def test_a_body_arrives_as_it_was_sent(site: Site, length: int) -> None:
    body = os.urandom(length)
    assert site.ask(body=body) == said(body)
    sock = site.connect()
    with sock:
        for piece in (post(length)[:9], post(length)[9:], body[: length // 2], body[length // 2 :]):
            sock.sendall(piece)
        assert answer(sock) == said(body)


def test_a_body_of_unknown_length_arrives_and_so_does_one_that_waits_to_be_asked_for(site: Site) -> None:
    assert site.ask(body=iter([b"one", b"two" * 50_000])) == said(b"one" + b"two" * 50_000)
    with site.connect(post(4, "Expect: 100-continue")) as sock:
        asked = b""
        while not asked.endswith(b"\r\n\r\n"):
            asked += _more(sock)
        assert b" 100 " in asked
        sock.sendall(b"body")
        assert answer(sock) == said(b"body")


def test_requests_that_come_at_once_are_answered_in_their_order(site: Site) -> None:
    bodies = [b"a", b"", b"c" * 100_000, b"d"]
    with site.connect(b"".join(post(len(body)) + body for body in bodies)) as sock:
        assert [answer(sock) for _ in bodies] == [said(body) for body in bodies]


@pytest.mark.parametrize("first", [b"GET\r\n\r\n", b"\x16\x03\x01 no http \r\n\r\n", b"x" * 40_000, post(-1)])
def test_what_is_no_request_is_declined_at_once(site: Site, first: bytes) -> None:
    with site.connect(first) as sock:
        assert sock.recv(10) == b"HTTP/1.1 4"
    assert site.ask() == said(b"")


def test_what_comes_too_late_is_closed(tmp_path: Path, slow: ExitStack) -> None:
    with running(tmp_path, ARRIVAL_SECONDS="0.2") as site:
        late = [slow.enter_context(site.connect(first)) for first in (b"", GET, post(100), post(2_000_000))]
        for sock in late[:3]:
            assert sock.recv(1) == b""
        for _ in range(3):
            time.sleep(0.2)
            late[3].sendall(b"x")
        # The site was reading it and says so; what it says does not matter.
        assert late[3].recv(1) in (b"", b"H")


def test_when_there_is_no_room_the_longest_waiting_goes(tmp_path: Path, slow: ExitStack) -> None:
    with running(tmp_path, "--worker-connections", "10") as site:
        waiting = [slow.enter_context(site.connect(GET)) for _ in range(40)]
        assert site.ask() == said(b"")
        assert waiting[0].recv(1) == b""
        waiting[-1].sendall(b"\r\n")
        assert answer(waiting[-1]) == said(b"")


def test_half_a_request_does_not_keep_the_site_from_stopping(tmp_path: Path, slow: ExitStack) -> None:
    with running(tmp_path) as site:
        for first in (b"", GET, post(100)):
            slow.enter_context(site.connect(first))
        assert site.ask() == said(b"")
        began = time.monotonic()
        assert site.stop() == 0
        # gunicorn's own patience with what is under way is thirty seconds.
        assert time.monotonic() - began < 15
