"""A person at the portal's pages, in code: opens a page, fills in its form, sends it, over HTTP."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import requests

REQUEST_SECONDS = 120


class VisitFailed(Exception):
    """The portal did not do what a person would expect; the message is one sentence."""


class _Forms(HTMLParser):
    """Collects the forms of a page with the values a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.actions: list[str] = []
        self._select = ""
        self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
            self.actions.append(found.get("action", ""))
        if not self.forms:
            return
        name = found.get("name", "")
        if tag == "input" and name and found.get("type") not in ("file", "submit", "button"):
            if found.get("type") in ("radio", "checkbox") and "checked" not in found:
                return
            self.forms[-1][name] = found.get("value", "on" if found.get("type") == "checkbox" else "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in found or self._select not in self.forms[-1]):
            self.forms[-1][self._select] = found.get("value", "")
        elif tag == "textarea":
            self.forms[-1].setdefault(name, "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


class Visitor:
    """A signed-in session at `address`."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Accept-Language"] = "en"

    def open(self, path: str) -> requests.Response:
        """GET a page; raises VisitFailed unless it answers 200."""
        # nosemgrep: redirect-followed  (a browser of our own portal, on loopback)
        answer = self.session.get(urljoin(self.address, path), timeout=REQUEST_SECONDS)
        if answer.status_code != 200:
            raise VisitFailed(f"The page {path} answered {answer.status_code}.")
        return answer

    def submit(
        self, path: str, *, having: str, fields: dict[str, str], file: tuple[str, Path, str] | None = None
    ) -> requests.Response:
        """Open `path`, fill in the form with a field called `having`, send it, and follow to the next page.

        `file` is (field, path on disk, the name to send). Raises VisitFailed with the page's own words if the
        form comes back.
        """
        page = self.open(path)
        parsed = _Forms()
        parsed.feed(page.text)
        for form, action in zip(parsed.forms, parsed.actions, strict=True):
            if having in form:
                return self._send(urljoin(page.url, action), {**form, **fields}, file)
        raise VisitFailed(f"The page {path} has no form with the field {having}.")

    def press(self, path: str, *, ending: str) -> bool:
        """Press the button whose form goes to an address with this ending; False when the page has none."""
        page = self.open(path)
        parsed = _Forms()
        parsed.feed(page.text)
        for form, action in zip(parsed.forms, parsed.actions, strict=True):
            if action.endswith(ending):
                self._send(urljoin(page.url, action), form, None)
                return True
        return False

    def _send(
        self, url: str, fields: dict[str, str], file: tuple[str, Path, str] | None
    ) -> requests.Response:
        if file is None:
            # nosemgrep: redirect-followed  (as a browser does)
            answer = self.session.post(url, data=fields, timeout=REQUEST_SECONDS)
        else:
            field, source, name = file
            with source.open("rb") as readable:
                # nosemgrep: redirect-followed  (as a browser does)
                answer = self.session.post(
                    url, data=fields, files={field: (name, readable)}, timeout=REQUEST_SECONDS
                )
        if not answer.ok or not answer.history:
            raise VisitFailed(
                f"The form at {url} was not accepted ({answer.status_code}): {_complaint(answer.text)}"
            )
        return answer

    def wait_for_state(self, url: str, *, ended: set[str], seconds: float) -> str:
        """Look at the page every 0.3 s until its `data-state` is one of `ended`; returns that state."""
        deadline = time.monotonic() + seconds
        state = ""
        while time.monotonic() < deadline:
            found = re.search(r'data-state="([A-Z_]+)"', self.open(url).text)
            state = found[1] if found else ""
            if state in ended:
                return state
            time.sleep(0.3)
        raise VisitFailed(f"The page {url} still says {state or 'nothing'} after {seconds:.0f} s.")


def _complaint(page: str) -> str:
    """The first error sentence that the page shows."""
    found = re.search(r'class="[^"]*\berror[^"]*"[^>]*>(.*?)</(?:p|li|div|ul|span)>', page, re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", found[1]).strip() if found else "no reason was shown"
