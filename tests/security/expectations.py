"""Reads routes.txt: what each role gets at every address."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.security.resolver import Route
from tests.security.world import ROLES

TABLE = Path(__file__).with_name("routes.txt")
SIGN_IN, REFUSED = "sign-in", "405"
# Those of allauth's own views; it decides what they make of methods that no browser sends.
ALLAUTH = "sign-in/"


@dataclass
class Entry:
    """One address: by method, what each of ROLES gets."""

    lines: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether somebody who did not sign in is answered by the view itself."""
        return not any(line["anonymous"] == SIGN_IN for line in self.lines.values())

    def expects(self, method: str, role: str) -> str:
        """What `role` gets for `method`; REFUSED or SIGN_IN for a method that is not listed."""
        line = self.lines.get("GET" if method == "HEAD" else method)
        if line:
            return line[role]
        return SIGN_IN if role == "anonymous" and not self.is_open else REFUSED


def entries() -> dict[str, Entry]:
    """The table, by the spelling of the address."""
    found: dict[str, Entry] = {}
    for line in TABLE.read_text().splitlines():
        if line.startswith("/"):
            current = found[line.removeprefix("/")] = Entry()
        elif line.startswith(" "):
            method, *told = line.split()
            current.lines[method] = dict(zip(ROLES, told, strict=True))
    return found


def is_of_admin(route: Route) -> bool:
    """Pages of Django's admin, which have tests of their own."""
    return route.spelling.startswith("admin/")
