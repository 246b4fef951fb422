"""Reads the sandbox's status page as a person does: by its headings, and the rows below them."""

from collections.abc import Callable
from html.parser import HTMLParser

from tests.sandbox.client import send


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, list[list[str]]] = {}
        self.copied: list[str] = []
        self._section = ""
        self._write: Callable[[str], None] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "section":
            self._section = dict(attrs)["id"] or ""
            self.rows[self._section] = []
        elif tag == "tr":
            self.rows[self._section].append([])
        elif tag == "td":
            row = self.rows[self._section][-1]
            row.append("")
            self._write = lambda text: row.__setitem__(-1, row[-1] + text)
        elif tag == "pre":
            self.copied.append("")
            self._write = lambda text: self.copied.__setitem__(-1, self.copied[-1] + text)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "pre"):
            self._write = None

    def handle_data(self, data: str) -> None:
        if self._write:
            self._write(data)


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    return reader


def rows_of(gateway: str, section: str) -> list[list[str]]:
    """The texts of the cells, row by row, of a section's table, without its head."""
    found = _read(send("GET", gateway).body.decode()).rows[section]
    return [row for row in found if row]


def lines_to_paste(gateway: str) -> list[str]:
    """What the page offers to be copied, box by box."""
    return _read(send("GET", gateway).body.decode()).copied
