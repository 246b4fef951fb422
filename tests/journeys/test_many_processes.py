"""docker/compose.yaml without Docker: web, workers and schedulers apart, as if each had a host of its own."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from tests.composed import environment_of, make_secrets, words_of
from tests.demo_process import ROOT, clean_env, processes_of
from tests.faults.programs import Diary, Program
from tests.sandbox_process import SandboxProcess
from tests.servers import PostgresServer, RedisServer
from tests.servers.process import LOOPBACK, free_port
from tests.songs import clicks
from tmpportal.visitor import Visitor

USER, PASSWORD = "olga", "a long enough phrase"
PUBLIC = "https://localhost"
PATIENCE_SECONDS = 30.0
ENDED = {"DONE", "REFUSED", "UNSURE", "DRAFT", "COMPLETED", "ERROR", "GAVE_UP"}


class Proxy(HTTPAdapter):
    """What nginx does: takes https, and passes on to one web process after the other."""

    def __init__(self, ports: list[int], *, person: str = "203.0.113.7") -> None:
        super().__init__()
        self.ports, self.person = cycle(ports), person

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        """As HTTPAdapter."""
        public = str(request.url)
        request.headers.update(
            {"Host": "localhost", "X-Forwarded-Proto": "https", "X-Forwarded-For": self.person}
        )
        request.url = public.replace(PUBLIC, f"http://127.0.0.1:{next(self.ports)}")
        answer = super().send(request, **kwargs)
        request.url = answer.url = public
        return answer


class Hosts:
    """Two web hosts, two worker hosts and two schedulers over one PostgreSQL and one Redis."""

    def __init__(self, folder: Path, sandbox: SandboxProcess) -> None:
        self.folder, self.sandbox = folder, sandbox
        self.secrets = make_secrets(folder)
        self.stack = ExitStack()
        self.programs: dict[str, Program] = {}
        self.ports = [free_port([LOOPBACK]) for _ in range(2)]

    def __enter__(self) -> Hosts:
        with ExitStack() as stack:
            database = stack.enter_context(PostgresServer())
            queue = stack.enter_context(RedisServer(password=(self.secrets / "redis_password").read_text()))
            self._say("database_url", database.new_database("portal"))
            self._say("redis_url", queue.url)
            stack.callback(self._end)
            # The image does this when it is built.
            self._run("migrate", ["manage.py", "prepare", "--no-database"])
            subprocess.run(words_of("migrate"), cwd=ROOT, env=self._env("migrate"), check=True)
            self._run(
                "migrate", ["manage.py", "createsuperuser", "--no-input", "--email", "", "--username", USER]
            )
            for number, port in enumerate(self.ports):
                self._start("web", number, port)
                self._start("worker", number)
                self._start("scheduler", number)
            self.programs["web1"].wait()
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *args: object) -> None:
        self.stack.close()

    def visitor(self, **where: str) -> Visitor:
        """A browser at the public address, which another web host answers every time."""
        visitor = Visitor(PUBLIC)
        visitor.session.headers["Referer"] = f"{PUBLIC}/"
        visitor.session.mount(PUBLIC, Proxy(self.ports, **where))
        return visitor

    def ready(self, host: int = 0) -> requests.Response:
        """What a watcher is told there."""
        return requests.get(f"http://127.0.0.1:{self.ports[host]}/readyz", timeout=20)

    def _say(self, name: str, value: str) -> None:
        path = self.secrets / name
        path.unlink()
        path.write_text(f"{value}\n")

    def _env(self, service: str, number: int = 0) -> dict[str, str]:
        names = ("gateway", "store", "bucket", "region", "secret_id", "secret_key")
        return {
            **clean_env(self.folder / f"{service}{number}"),
            **environment_of(service, self.secrets),
            "TMPPORTAL_STATIC": str(self.folder / "static"),
            "TMPPORTAL_PUBLIC_URL": PUBLIC,
            # There is no sandbox in production, and no other TMP here.
            "TMPPORTAL_PRODUCTION": "false",
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
            **{f"TMPPORTAL_SANDBOX_{name.upper()}": getattr(self.sandbox, name) for name in names},
        }

    def _run(self, service: str, words: list[str]) -> None:
        python = words_of("scheduler")[0]
        subprocess.run([python, *words], cwd=ROOT, env=self._env(service), check=True)

    def _start(self, service: str, number: int, port: int = 0) -> None:
        name = f"{service}{number}"
        self.programs[name] = Program(
            name,
            # A Program brings its own Python.
            words_of(service, port=port)[1:],
            env=self._env(service, number),
            log=self.folder / f"{name}.log",
            diary=Diary(),
            is_up=lambda program: self._answers(port),
        ).start()

    def _answers(self, port: int) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=20).status_code == 200
        except requests.RequestException:
            return False

    def _end(self) -> None:
        for program in self.programs.values():
            program.stop()


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory, sandbox: SandboxProcess) -> Iterator[Hosts]:
    folder = tmp_path_factory.mktemp("hosts")
    with Hosts(folder, sandbox) as running:
        yield running
    assert [found for name in running.programs for found in processes_of(folder / name)] == []


def test_a_watcher_is_told_that_all_are_at_work(hosts: Hosts) -> None:
    # A crowded machine may keep one of them waiting for a while.
    latest = time.monotonic() + PATIENCE_SECONDS
    while not all(told := [_all_is_well(hosts.ready(host)) for host in (0, 1)]):
        assert time.monotonic() < latest, told
        time.sleep(0.2)


def _all_is_well(answer: requests.Response) -> bool:
    parts = answer.json()
    is_well = {part["state"] for part in parts.values()} == {"ok"}
    assert is_well == (answer.status_code == 200)
    return is_well and parts["engine"]["count"] == 2


def test_a_song_becomes_beats_though_every_page_may_come_from_another_host(hosts: Hosts) -> None:
    song = hosts.folder / "song.wav"
    song.write_bytes(clicks(6, 120))
    visitor = hosts.visitor()
    visitor.submit("/sign-in/login/", having="login", fields={"login": USER, "password": PASSWORD})
    cookies = list(visitor.session.cookies)
    assert cookies
    assert all(cookie.secure and cookie.name.startswith("__Host-") for cookie in cookies)
    fields = {"endpoint": "sandbox", "user_name": "manyhosts"}
    page = visitor.submit("/accounts/register/?sandbox=1", having="operate_uin", fields=fields)
    assert visitor.wait_for_state(page.url, ended=ENDED, seconds=60) == "DONE"
    file = ("file", song, song.name)
    job = visitor.submit("/jobs/new/musicBeat/", having="outputType", fields={}, file=file).url
    assert visitor.wait_for_state(job, ended=ENDED, seconds=60) == "COMPLETED"
    assert re.search(r"\b1[12]\d(\.\d+)?\b", visitor.open(job).text)


def test_a_stranger_at_the_proxy_cannot_choose_another_name_for_the_portal(hosts: Hosts) -> None:
    address = f"http://127.0.0.1:{hosts.ports[0]}/sign-in/login/"
    assert requests.get(address, headers={"Host": "evil.example"}, timeout=20).status_code == 400


def test_tries_of_a_password_are_counted_over_all_web_hosts(hosts: Hosts) -> None:
    """T29"""
    guesser, owner = hosts.visitor(person="198.51.100.1"), hosts.visitor(person="198.51.100.2")
    guesser.open("/sign-in/login/")
    token = guesser.session.cookies["__Host-csrftoken"]
    typed = {"login": USER, "password": "a guess", "csrfmiddlewaretoken": token}
    states = [guesser.session.post(f"{PUBLIC}/sign-in/login/", typed).status_code for _ in range(8)]
    assert states == [200] * 5 + [429] * 3
    assert owner.submit("/sign-in/login/", having="login", fields={"login": USER, "password": PASSWORD}).ok


def test_no_host_made_keys_of_its_own_and_no_secret_is_in_a_log(hosts: Hosts) -> None:
    assert not [path for name in ("secret.key", "field.keys") for path in hosts.folder.glob(f"*/{name}")]
    secrets = [path.read_text().strip() for path in hosts.secrets.iterdir()]
    for program in hosts.programs.values():
        assert not [secret for secret in secrets if secret in program.said()]
