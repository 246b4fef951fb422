"""A person's browser at the stage's web process, and what it was answered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin

import requests

from tests.faults.programs import Program
from tmpportal.launch import COMMANDS
from tmpportal.visitor import Visitor

FORM = "/jobs/new/musicBeat/"
KEPT = re.compile("text|json")


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One answer of the portal's pages."""

    method: str
    path: str
    code: int
    seconds: float
    headers: dict[str, str]
    text: str = field(repr=False)


class Web:
    """gunicorn at `port`. `visitor` is signed in after sign_in(); `answers` are all that it got."""

    def __init__(self, *, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.words = ["-m", *COMMANDS["web"], "--bind", f"127.0.0.1:{port}"]
        self.answers: list[Answered] = []
        self.visitor = self.new_visitor()

    def new_visitor(self) -> Visitor:
        """Another browser, which nobody has signed in with."""
        visitor = Visitor(self.address)
        visitor.session.hooks["response"].append(self._keep)
        return visitor

    def is_up(self, program: Program) -> bool:
        """Whether a page is answered."""
        session = requests.Session()
        session.trust_env = False
        try:
            with session:
                return session.get(f"{self.address}/healthz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def sign_in(self, name: str, password: str) -> None:
        """`visitor` is this person from now on."""
        fields = {"login": name, "password": password}
        self.visitor.submit("/sign-in/login/", having="password", fields=fields)

    def new_job(self, path: str, **fields: str) -> str:
        """Send the form for a song in the bucket; returns the job's id. Raises VisitFailed."""
        fields = {"source": "bucket", "path": path, **fields}
        page = self.visitor.submit(FORM, having="outputType", fields=fields)
        return page.url.rstrip("/").rpartition("/")[2]

    def get(self, path: str, seconds: float = 30) -> Answered:
        """One page, whatever it answers. Raises requests.RequestException when nothing does."""
        self.visitor.session.get(urljoin(self.address, path), timeout=seconds, allow_redirects=False)
        return self.answers[-1]

    def post(self, path: str, fields: dict[str, str], seconds: float = 30) -> Answered:
        """Send a form that was not opened."""
        token = self.visitor.session.cookies.get("csrftoken", "")
        url = urljoin(self.address, path)
        sent = {"csrfmiddlewaretoken": token, **fields}
        self.visitor.session.post(url, data=sent, timeout=seconds, allow_redirects=False)
        return self.answers[-1]

    def _keep(self, answer: requests.Response, **kwargs: object) -> None:
        self.answers.append(
            Answered(
                method=answer.request.method or "",
                path=answer.request.path_url,
                code=answer.status_code,
                seconds=answer.elapsed.total_seconds(),
                headers=dict(answer.headers),
                text=answer.text if KEPT.search(answer.headers.get("Content-Type", "")) else "",
            )
        )
