"""Tables that people open in a spreadsheet: no cell of them is ever a formula, whoever wrote it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

# What begins a formula, or is thrown away before one is looked for; the wide signs too, in East Asian Excel.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BYTE_ORDER_MARK = "\ufeff"


class Table:
    """CSV that grows row by row; every text in it is `inert`.

    With `marked`, as Excel needs it: it takes a file without a byte order mark for the system's own encoding.
    """

    def __init__(self, rows: Iterable[Iterable[Any]] = (), *, marked: bool = True, end: str = "\r\n") -> None:
        self._text = io.StringIO(newline="")
        self._text.write(_BYTE_ORDER_MARK if marked else "")
        self._writer = csv.writer(self._text, lineterminator=end)
        for row in rows:
            self.add(row)

    def add(self, row: Iterable[Any]) -> None:
        self._writer.writerow([inert(cell) if isinstance(cell, str) else cell for cell in row])

    def content(self) -> bytes:
        """All of it, in UTF-8."""
        return self._text.getvalue().encode()


def inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: one that would begin like it gets a ' in front."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
