"""Beats as a table, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io

from django.utils.translation import gettext_lazy as _

from jobs.exports.base import Export
from jobs.results import Marker, Result

HEADER = ("index", "time_s", "label", "strength", "downbeat")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class BeatsCsv(Export):
    """One row per marker: `time_s` in seconds with six decimals, `downbeat` 1 or 0; no strength, no cell."""

    key = "csv"
    title = _("CSV table")
    extension = "csv"
    content_type = "text/csv; charset=utf-8"
    how_to = _("Opens in any spreadsheet; times are seconds from the start of the song.")

    def write(self, result: Result, *, name: str) -> bytes:
        # Excel takes a file without a byte order mark for the system's own encoding.
        text = io.StringIO("\ufeff", newline="")
        text.seek(0, io.SEEK_END)
        writer = csv.writer(text)
        writer.writerow(HEADER)
        writer.writerows(_row(index, marker) for index, marker in enumerate(result.markers, start=1))
        return text.getvalue().encode()


def _row(index: int, marker: Marker) -> tuple[int | str, ...]:
    strength = "" if marker.strength is None else f"{marker.strength:.4f}"
    return index, f"{marker.time:.6f}", inert(marker.label), strength, int(marker.downbeat)


def inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: labels come from outside."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
