"""A portal with keys that the test knows, taken through every station where one could escape."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import requests

from tests.demo_process import ROOT, clean_env, processes_of
from tests.sandbox_process import SandboxProcess
from tests.songs import clicks
from tmpportal.visitor import VisitFailed, Visitor

PASSWORD = "a long enough phrase"
PAGES_AT_MOST = 250
ENDED = {"DONE", "REFUSED", "UNSURE", "DRAFT", "COMPLETED", "ERROR", "GAVE_UP"}
OF_A_REPLY = {
    "tmpSecretId": "tmp_secret_id",
    "tmpSecretKey": "tmp_secret_key",
    "apiGateSecretId": "gateway_secret_id",
    "apiGateSecretKey": "gateway_secret_key",
}
OPENED = """
import json
from django.contrib.sessions.models import Session
from accounts.models import Account
names = ("bucket_secret_id", "bucket_secret_key", "tmp_secret_id", "tmp_secret_key",
         "gateway_secret_id", "gateway_secret_key")
rows = Account.objects.all()
keys = {f"{row.user_name} {name}": getattr(row, name) for row in rows for name in names}
print(json.dumps({"keys": keys, "sessions": [session.get_decoded() for session in Session.objects.all()]}))
"""


class SecretStory:
    """The portal over `folder`, and everything that came out of it: answers, queue, sessions, processes."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "portal"
        self.data.mkdir()
        self.answers: list[tuple[str, bytes]] = []
        self.revealed: list[tuple[str, bytes]] = []
        self.messages: dict[str, bytes] = {}
        self.states: list[str] = []
        self._is_revealing = False
        self.said = self.sessions = ""
        self.secrets: dict[str, str] = {}
        self.processes: list[str] = []
        self.sandbox = SandboxProcess(folder / "sandbox")
        self._process: subprocess.Popen[str] | None = None
        self._stopped = threading.Event()
        self._watch = threading.Thread(target=self._read_queue, daemon=True)

    def __enter__(self) -> SecretStory:
        try:
            self._tell()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *args: object) -> None:
        self._stop()

    def _tell(self) -> None:
        """Walk all stations."""
        self.sandbox.start()
        key = self.sandbox.key("data")
        self.typed = {"bucket_secret_id": key.secret_id, "bucket_secret_key": key.secret_key}
        self._watch.start()
        self._start_portal()
        self._register("canaryform", **self.typed)
        self._reveal()
        self._job()
        self.sandbox.fault("refuse", message=f"The key {self.typed['bucket_secret_key']} is not liked.")
        self._register("canaryrefused", **self.typed)
        self.sandbox.fault("lost_reply")
        self._register("canaryunsure", **self.typed)
        self.sandbox.fault("garbage")
        self._register("canarygarbage", **self.typed)
        self._paste()
        self._fail_in_every_way()
        for path in ("/", "/admin/", "/accounts/register/?new=1"):
            self._crawl(path)
        self._open()

    def _stop(self) -> None:
        """End portal and sandbox."""
        self._stopped.set()
        if self._process:
            self._process.send_signal(signal.SIGTERM)
            self._process.communicate(timeout=30)
        self.sandbox.stop()

    def _start_portal(self) -> None:
        names = ("gateway", "store", "bucket", "region", "secret_id", "secret_key")
        env = {f"TMPPORTAL_SANDBOX_{name.upper()}": getattr(self.sandbox, name) for name in names}
        env |= {"TMPPORTAL_LOG_LEVEL": "DEBUG", "TMPPORTAL_DEBUG": "true"}
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "portal", "--port", "8450"],
            cwd=ROOT,
            env={**clean_env(self.data), **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said += line
            if line.startswith("Ctrl-C"):
                break
        address = re.search(r"^open=(\S+)$", self.said, re.MULTILINE)
        owner = re.search(r"^owner=(\S+)$", self.said, re.MULTILINE)
        assert address and owner, self.said
        self.visitor = Visitor(address[1])
        self.visitor.session.hooks["response"].append(self._keep)
        login = {"username": "olga", "password1": PASSWORD, "password2": PASSWORD}
        self.visitor.submit(owner[1], having="username", fields=login)

    def _keep(self, answer: requests.Response, **kwargs: object) -> None:
        head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        kept = self.revealed if self._is_revealing else self.answers
        where = f"{answer.request.method} {answer.url} ({answer.status_code})"
        kept.append((where, f"{answer.url}\n{head}\n\n".encode() + answer.content))

    def _read_queue(self) -> None:
        while not self._stopped.wait(0.02):
            for path in (self.data / "broker").rglob("*"):
                if path.name not in self.messages and path.is_file():
                    with contextlib.suppress(OSError):
                        self.messages[path.name] = path.read_bytes()

    def _register(self, user_name: str, path: str = "/accounts/register/?sandbox=1", **more: str) -> None:
        """Fill in the form at `path` and follow the attempt to its end; what the page doubts is meant so."""
        fields = {"endpoint": "sandbox", "user_name": user_name, **more}
        try:
            page = self.visitor.submit(path, having="operate_uin", fields=fields)
        except VisitFailed:
            seen = re.findall(r'name="seen" value="([^"]+)"', self.answers[-1][1].decode())
            if not seen:
                raise
            page = self.visitor.submit(path, having="operate_uin", fields={**fields, "seen": seen[0]})
        self.states.append(self.visitor.wait_for_state(page.url, ended=ENDED, seconds=30))

    def _reveal(self) -> None:
        """Have the keys shown and downloaded, as only their owner may, and only after the password."""
        found = re.search(r'href="(/accounts/[0-9a-f-]{36}/)"', self.visitor.open("/accounts/").text)
        assert found
        keys = f"{found[1]}keys/"
        self._post(keys, {})
        self.visitor.submit(
            f"/sign-in/reauthenticate/?next={keys}", having="password", fields={"password": PASSWORD}
        )
        self._is_revealing = True
        for path in (keys, f"{keys}env"):
            self._post(path, {})
        self._is_revealing = False

    def _paste(self) -> None:
        """The guide's command, TMP's answer, and pieces of both, each of which holds keys."""
        known = {"bucket": self.sandbox.bucket, "region": self.sandbox.region}
        keys = {"secretId": self.typed["bucket_secret_id"], "secretKey": self.typed["bucket_secret_key"]}
        wish = {"operateUin": "100012345678", "userName": "canarypaste", "cosConfig": {**known, **keys}}
        body = {"requestId": "r", "action": "Register", "registerRequest": wish}
        self._read(f"curl -X POST {self.sandbox.gateway}/job -d '{json.dumps(body)}'")
        self._register("canarypaste", "/accounts/register/")
        opened = self._opened()["keys"]
        mine = {name: opened[f"canaryform {column}"] for name, column in OF_A_REPLY.items()}
        reply = {"requestId": "r", "registerInfo": {"tmpContentId": "c", "demoCosPath": "/d", **mine}}
        self._read(json.dumps(reply))
        self._register(
            "canaryreply", "/accounts/register/", operate_uin="100012345678", **known, **self.typed
        )
        for text in (json.dumps(reply)[:-40], *keys.values(), *(f"key={key}" for key in mine.values())):
            self._read(text)

    def _read(self, text: str) -> None:
        with contextlib.suppress(VisitFailed):
            self.visitor.submit(
                "/accounts/register/?new=1", having="pasted", fields={"pasted": text, "intent": "paste"}
            )

    def _fail_in_every_way(self) -> None:
        fields = {"endpoint": "sandbox", "user_name": "not a name!", "region": "guangzhou", **self.typed}
        swapped = dict(zip(self.typed, reversed(self.typed.values()), strict=True))
        for form in (
            fields,
            fields | swapped,
            fields | {name: f" {key}\n" for name, key in self.typed.items()},
        ):
            self._post("/accounts/register/", form)
        self._post("/accounts/register/", {**fields, "csrfmiddlewaretoken": "wrong"})
        self._post("/nowhere/", fields)
        with self._broken_table("accounts_registration"):
            self._post("/accounts/register/", fields)
        for method in ("GET", "PUT", "PATCH"):
            self.visitor.session.request(method, urljoin(self.visitor.address, "/nowhere"), timeout=30)

    @contextlib.contextmanager
    def _broken_table(self, name: str) -> Iterator[None]:
        """A database that fails in the middle of a request."""
        with contextlib.closing(sqlite3.connect(self.data / "portal.sqlite3", timeout=20)) as database:
            database.execute(f"ALTER TABLE {name} RENAME TO away")
            database.commit()
            try:
                yield
            finally:
                database.execute(f"ALTER TABLE away RENAME TO {name}")
                database.commit()

    def _post(self, path: str, fields: dict[str, str]) -> None:
        token = self.visitor.session.cookies.get("csrftoken", "")
        url = urljoin(self.visitor.address, path)
        self.visitor.session.post(url, data={"csrfmiddlewaretoken": token, **fields}, timeout=30)

    def _job(self) -> None:
        song = self.data.parent / "song.wav"
        song.write_bytes(clicks(6, 120))
        page = self.visitor.submit(
            "/jobs/new/musicBeat/", having="outputType", fields={}, file=("file", song, song.name)
        )
        self.states.append(self.visitor.wait_for_state(page.url, ended=ENDED, seconds=60))

    def _crawl(self, start: str) -> None:
        """Open whatever is linked from `start`, once each; a page that fails is kept like any other."""
        waiting, seen = [urljoin(self.visitor.address, start)], set[str]()
        while waiting and len(seen) < PAGES_AT_MOST:
            url = urldefrag(waiting.pop(0)).url
            parts = urlsplit(url)
            if url in seen or parts.netloc != urlsplit(self.visitor.address).netloc:
                continue
            if parts.path.startswith(("/static/", "/sign-in/logout", "/admin/logout")):
                continue
            seen.add(url)
            with contextlib.suppress(VisitFailed, requests.RequestException):
                page = self.visitor.open(url)
                if page.headers.get("Content-Type", "").startswith("text/html"):
                    waiting += [urljoin(url, link) for link in re.findall(r'href="([^"?#][^"]*)"', page.text)]

    def _open(self) -> None:
        """What only somebody with the field keys can read: the secrets to look for, and the sessions."""
        opened = self._opened()
        more = {"id": self.sandbox.secret_id, "key": self.sandbox.secret_key, "password": PASSWORD}
        names = {secret: name for name, secret in {**opened["keys"], **more}.items()}
        self.secrets = {name: secret for secret, name in names.items()}
        self.sessions = json.dumps(opened["sessions"])
        self.processes = processes_of(self.data)

    def _opened(self) -> dict[str, Any]:
        command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", OPENED]
        done = subprocess.run(
            command, cwd=ROOT, env=clean_env(self.data), capture_output=True, text=True, check=True
        )
        found: dict[str, Any] = json.loads(done.stdout)
        return found
