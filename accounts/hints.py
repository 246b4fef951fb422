"""Every hint of the portal: one line about what a newcomer may not find, shown until it is dismissed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True)
class Hint:
    """`place` is where a template has {% hint "place" %}; `about` is an id or another attribute that the page
    of that place has, written as in its source. `keys` is what a keyboard adds, and is left
    out where there is none."""

    key: str
    place: str
    about: str
    text: str | Promise
    keys: str | Promise = ""


HINTS = (
    Hint(
        key="search",
        place="dashboard",
        about='data-open="palette"',
        text=_("The magnifier at the top finds every page, job, batch and account."),
        keys=_("So does Ctrl K; the ? key lists the keys of a page."),
    ),
    Hint(
        key="clicks",
        place="result",
        about='data-player-do="toggleClicks"',
        text=_("Play the song and hear a click on every beat."),
        keys=_("The C key turns the clicks off and on."),
    ),
    Hint(
        key="export",
        place="result",
        about='id="exports"',
        text=_("The beats open in your editor: choose it under Export, which says how to import the file."),
    ),
    Hint(
        key="library",
        place="library",
        about='id="listing"',
        text=_("A file opens with the jobs that used it."),
        keys=_("In the list, arrow keys walk, Enter opens and Space plays."),
    ),
    Hint(
        key="batch",
        place="batch",
        about='id="batch"',
        text=_(
            "Songs in trouble come first in the list. Once songs have results, one zip takes them all along."
        ),
    ),
)


def next_hint(place: str, dismissed: Collection[str]) -> Hint | None:
    """The one hint to show at `place`, None when all of it were dismissed."""
    return next((hint for hint in HINTS if hint.place == place and hint.key not in dismissed), None)
