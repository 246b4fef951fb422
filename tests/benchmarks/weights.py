"""What pages weigh on the wire: their scripts and sheets, as gzip sends them."""

from __future__ import annotations

import gzip

from playwright.sync_api import Page, Response

from tests.demo_process import ROOT

SHEETS = ROOT / "static/css"
KILOBYTE = 1000


def kilobytes(content: bytes) -> float:
    """Its size after gzip."""
    return len(gzip.compress(content, 9)) / KILOBYTE


def all_sheets() -> float:
    """Every sheet of the portal, whether a page loads it or not."""
    return sum(kilobytes(path.read_bytes()) for path in SHEETS.glob("*.css"))


class Scripts:
    """Collects the scripts that `page` loads, each once; modules that other modules import among them."""

    def __init__(self, page: Page) -> None:
        self._found: dict[str, Response] = {}
        page.on("response", self._keep)

    def _keep(self, response: Response) -> None:
        if response.request.resource_type == "script":
            self._found.setdefault(response.url, response)

    @property
    def kilobytes(self) -> float:
        """All of them after gzip, each by itself."""
        return sum(kilobytes(response.body()) for response in self._found.values())
