"""Listens to what a browser complains of, so that a page with a silent error cannot pass a test, and to where
it goes (T5)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

LOCAL_SCHEMES = {"data", "blob", "about"}
HERE = ("127.0.0.1", "localhost")
# In an address these stay in histories, logs and Referer headers; only parts of uploads are put to such ones.
_OPENS = re.compile(
    r"(?:^|[?&])(?:q-signature|q-ak|x-cos-security-token|secret_?(?:key|id)|password|csrfmiddlewaretoken)=",
    re.IGNORECASE,
)

# htmx writes these two down when somebody goes on to another page while a request is under way. One that
# failed brings a line of its own besides.
_LEFT_BEHIND = ("htmx:sendAbort,", "htmx:afterRequest,")


class Complaints:
    """Script errors, console errors (broken CSP rules included), requests to other machines, and addresses
    that let in whoever reads them."""

    def __init__(self, context: BrowserContext) -> None:
        self._heard: list[str] = []
        self._excused: list[str] = []
        context.on("weberror", self._on_script_error)
        context.on("console", self._on_console)
        context.on("request", self._on_request)

    def excuse(self, text: str) -> None:
        """Expect complaints that contain `text`, such as "404" for a page that must not be found."""
        self._excused.append(text)

    def unexcused(self) -> list[str]:
        return [heard for heard in self._heard if not any(text in heard for text in self._excused)]

    def _on_script_error(self, error: WebError) -> None:
        self._heard.append(f"script error: {error.error}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_LEFT_BEHIND):
            self._heard.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in LOCAL_SCHEMES and address.hostname not in HERE:
            self._heard.append(f"request to another machine: {request.url}")
        if request.method not in ("PUT", "OPTIONS") and _OPENS.search(address.query):
            self._heard.append(f"an address that lets in whoever reads it: {request.url}")
        if _OPENS.search(request.headers.get("referer", "")):
            self._heard.append(f"a referer that lets in whoever reads it: {request.headers['referer']}")
