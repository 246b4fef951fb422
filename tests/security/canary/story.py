"""A portal whose secrets the test knows, taken through every station where one could escape (T1, T5, T6)."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import secrets
import time
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import requests

from tests.portal_process import PASSWORD, PortalProcess
from tests.sandbox_process import SandboxProcess
from tests.security.canary.watching import Answer, Watch
from tests.songs import clicks
from tmpportal.visitor import VisitFailed

PAGES_AT_MOST = 250
ENDED = {"DONE", "REFUSED", "UNSURE", "DRAFT", "COMPLETED", "ERROR", "GAVE_UP"}
OF_A_REPLY = {
    "tmpSecretId": "tmp_secret_id",
    "tmpSecretKey": "tmp_secret_key",
    "apiGateSecretId": "gateway_secret_id",
    "apiGateSecretKey": "gateway_secret_key",
}


class SecretStory:
    """A portal over `folder` and all that came out of it, in `watch`; `secrets` are what must not have.

    `backend` has the URLs of servers of its own; with `plant` a portal that leaks that secret everywhere.
    """

    def __init__(
        self, folder: Path, *, port: int, backend: dict[str, str] | None = None, plant: str = ""
    ) -> None:
        self.data = folder / "portal"
        self.data.mkdir()
        self.states: list[str] = []
        # Told by the environment, so that no file of the data folder may hold them.
        self.field_key = base64.b64encode(secrets.token_bytes(32)).decode()
        self.django_key = secrets.token_urlsafe(50)
        self.plant, self.share_token = plant, ""
        env = {
            **{"TMPPORTAL_LOG_LEVEL": "DEBUG", "TMPPORTAL_DEBUG": "true"},
            **{"TMPPORTAL_FIELD_KEYS": f"canary:{self.field_key}", "TMPPORTAL_SECRET_KEY": self.django_key},
            # Its own, so that what is collected is looked into as well.
            "TMPPORTAL_STATIC": str(self.data / "static"),
            **(backend or {}),
        }
        if plant:
            env |= {"DJANGO_SETTINGS_MODULE": "tests.security.canary.planted_settings", "CANARY_PLANT": plant}
        self.sandbox = SandboxProcess(folder / "sandbox")
        self.portal = PortalProcess(self.data, port=port, sandbox=self.sandbox, **env)
        self.watch = Watch(self.portal)

    def __enter__(self) -> SecretStory:
        try:
            self._tell()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *args: object) -> None:
        self._stop()

    @property
    def answers(self) -> list[Answer]:
        """All that was answered, but for what an owner was shown on demand."""
        return [answer for answer in self.watch.answers if not answer.is_revealed]

    @property
    def revealed(self) -> list[Answer]:
        """Keys and a link, on the pages and in the file that are there to show them."""
        return [answer for answer in self.watch.answers if answer.is_revealed]

    def _tell(self) -> None:
        """Walk all stations."""
        self.sandbox.start()
        key = self.sandbox.key("data")
        self.typed = {"bucket_secret_id": key.secret_id, "bucket_secret_key": key.secret_key}
        self.portal.start()
        self.watch.begin()
        self.visitor = self.portal.own(self.watch.visitor())
        self._register("canaryform", **self.typed)
        self._reveal()
        self._share(self._job())
        self._job_with_faults()
        self.sandbox.fault("refuse", message=f"The key {self.typed['bucket_secret_key']} is not liked.")
        self._register("canaryrefused", **self.typed)
        self.sandbox.fault("lost_reply")
        self._register("canaryunsure", **self.typed)
        self.sandbox.fault("garbage")
        self._register("canarygarbage", **self.typed)
        self._break_a_task()
        self._paste()
        self._fail_in_every_way()
        for path in ("/", "/admin/", "/accounts/register/?new=1"):
            self._crawl(path)
        self._look_inside()

    def _stop(self) -> None:
        self.watch.end()
        self.portal.stop()
        self.sandbox.stop()

    def _register(self, user_name: str, path: str = "/accounts/register/?sandbox=1", **more: str) -> None:
        """Fill in the form at `path` and follow the attempt to its end."""
        page = self._send(user_name, path, **more)
        self.states.append(self.visitor.wait_for_state(page, ended=ENDED, seconds=30))

    def _send(self, user_name: str, path: str = "/accounts/register/?sandbox=1", **more: str) -> str:
        """Fill in the form at `path`; what the page doubts is meant so. Returns the address it leads to."""
        fields = {"endpoint": "sandbox", "user_name": user_name, **more}
        try:
            return self.visitor.submit(path, having="operate_uin", fields=fields).url
        except VisitFailed:
            seen = re.findall(r'name="seen" value="([^"]+)"', self.answers[-1].body.decode())
            if not seen:
                raise
            return self.visitor.submit(path, having="operate_uin", fields={**fields, "seen": seen[0]}).url

    def _reveal(self) -> None:
        """Have the keys shown and downloaded, as only their owner may, and only after the password."""
        found = re.search(r'href="(/accounts/[0-9a-f-]{36}/)"', self.visitor.open("/accounts/").text)
        assert found
        keys = f"{found[1]}keys/"
        self._post(keys, {})
        self.visitor.submit(
            f"/sign-in/reauthenticate/?next={keys}", having="password", fields={"password": PASSWORD}
        )
        with self.watch.revealing():
            for path in (keys, f"{keys}env"):
                self._post(path, {})

    def _paste(self) -> None:
        """The guide's command, TMP's answer, and pieces of both, each of which holds keys."""
        known = {"bucket": self.sandbox.bucket, "region": self.sandbox.region}
        keys = {"secretId": self.typed["bucket_secret_id"], "secretKey": self.typed["bucket_secret_key"]}
        wish = {"operateUin": "100012345678", "userName": "canarypaste", "cosConfig": {**known, **keys}}
        body = {"requestId": "r", "action": "Register", "registerRequest": wish}
        self._read(f"curl -X POST {self.sandbox.gateway}/job -d '{json.dumps(body)}'")
        self._register("canarypaste", "/accounts/register/")
        opened = self.watch.opened()["keys"]
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
        with self.watch.broken_table("accounts_registration"):
            self._post("/accounts/register/", fields)
        for method in ("GET", "PUT", "PATCH"):
            self.visitor.session.request(method, urljoin(self.visitor.address, "/nowhere"), timeout=30)

    def _post(self, path: str, fields: dict[str, str]) -> None:
        token = self.visitor.session.cookies.get("csrftoken", "")
        url = urljoin(self.visitor.address, path)
        self.visitor.session.post(url, data={"csrfmiddlewaretoken": token, **fields}, timeout=30)

    def _job(self) -> str:
        """Send a song; returns the address of its job once that has ended."""
        song = self.data.parent / "song.wav"
        song.write_bytes(clicks(6, 120))
        page = self.visitor.submit(
            "/jobs/new/musicBeat/", having="outputType", fields={}, file=("file", song, song.name)
        )
        self.states.append(self.visitor.wait_for_state(page.url, ended=ENDED, seconds=60))
        return page.url

    def _share(self, job: str) -> None:
        """Make a link to a result and follow it as a stranger, who may see the token that he brought."""
        with self.watch.revealing():
            self._post(f"{urlsplit(job).path}shares/", {"lasts": "1h", "with_exports": "on"})
        link = re.search(r"http://[^\s\"<]+/s/([^/\s\"<]+)/", self.revealed[-1].body.decode())
        assert link
        self.share_token = link[1]
        stranger = requests.Session()
        stranger.trust_env = False
        page = stranger.get(link[0], timeout=30)
        for path in re.findall(r'href="(/s/[^"]+)"', page.text):
            stranger.get(urljoin(self.portal.url, path), timeout=30)
        stranger.get(f"{link[0][:-4]}/nothing", timeout=30)

    def _job_with_faults(self) -> None:
        """TMP refuses, and repeats every key that it was sent; then it answers with what is no answer."""
        opened = self.watch.opened()["keys"]
        words = " ".join(opened[f"canaryform {column}"] for column in OF_A_REPLY.values())
        self.sandbox.fault("refuse", action="CreateJob", message=f"Not with {words}.")
        self._job()
        self.sandbox.fault("garbage", action="CreateJob")
        self._job()

    def _break_a_task(self) -> None:
        """An exception where the keys of a registration are in the hands of a worker."""
        before = self.watch.said("worker").count("Traceback")
        self.sandbox.hold("Register", "after", "canary")
        self._send("canarybroken", **self.typed)
        self.sandbox.wait_at("canary", seconds=30)
        with self.watch.broken_table("accounts_registration"):
            self.sandbox.open("canary")
            until = time.monotonic() + 30
            while self.watch.said("worker").count("Traceback") == before and time.monotonic() < until:
                time.sleep(0.1)
        assert self.watch.said("worker").count("Traceback") > before

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

    def _look_inside(self) -> None:
        """What only somebody with the field keys can read: the secrets to look for, and what tables hold."""
        opened = self.watch.look_inside({**self.typed, "password": PASSWORD})
        more = {
            "SecretId of the sandbox": self.sandbox.secret_id,
            "SecretKey of the sandbox": self.sandbox.secret_key,
            "password": PASSWORD,
            "field key": self.field_key,
            "key of Django": self.django_key,
            "token of a link": self.share_token,
            **({"planted": self.plant} if self.plant else {}),
        }
        # Pairs that were typed several times are looked for once.
        names = {secret: name for name, secret in {**opened["keys"], **more}.items()}
        self.secrets = {name: secret for secret, name in names.items()}
