"""Mozilla's HTTP Observatory, offline: the points its published table gives for the headers of one page.

After the scoring of github.com/mdn/mdn-http-observatory (src/grader/charts.js, src/analyzer/tests), for what
can be told from answers alone. Whether a domain is on the browsers' own HSTS list (5 points) cannot.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from tests.security.header_rules import policy_of

BASE, EXTRA_FROM = 100, 90
HALF_A_YEAR = 15_768_000
GRADES = (
    *((100, "A+"), (90, "A"), (85, "A-"), (80, "B+"), (70, "B"), (65, "B-"), (60, "C+"), (50, "C")),
    *((45, "C-"), (40, "D+"), (30, "D"), (25, "D-"), (0, "F")),
)
BROAD = {"*", "http:", "https:", "ftp:", "http://*", "https://*", "http://*.*", "https://*.*"}
INLINE = {"'unsafe-inline'", "data:"}
PRIVATE_REFERRERS = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What a scanner sees: the headers and body of the first page over https, the cookies it sets, and where
    the same address over http leads."""

    headers: Mapping[str, str]
    body: str
    cookies: SimpleCookie
    http_leads_to: str
    host: str


def modifiers(scan: Scan) -> dict[str, int]:
    """Points by test."""
    return {
        "content-security-policy": _policy(policy_of(scan.headers)),
        "cookies": _cookies(scan),
        "cross-origin-resource-sharing": _sharing(scan.headers),
        "redirection": 0 if scan.http_leads_to.startswith(f"https://{scan.host}/") else -20,
        "referrer-policy": _referrer(scan.headers.get("Referrer-Policy")),
        "strict-transport-security": _transport(scan.headers.get("Strict-Transport-Security")),
        "subresource-integrity": _integrity(scan),
        "x-content-type-options": 0 if scan.headers.get("X-Content-Type-Options") == "nosniff" else -5,
        "x-frame-options": _framing(scan.headers),
        "cross-origin-resource-policy": _resource(scan.headers.get("Cross-Origin-Resource-Policy")),
    }


def score(scan: Scan) -> int:
    """Points in all: extra ones count only for who has 90 without them."""
    points = modifiers(scan).values()
    without = BASE + sum(value for value in points if value < 0)
    return max(0, without + sum(value for value in points if value > 0) if without >= EXTRA_FROM else without)


def grade(points: int) -> str:
    """The letter for so many points."""
    return next(letter for least, letter in GRADES if points >= least)


def _policy(policy: dict[str, set[str]]) -> int:
    if not policy:
        return -25
    default = policy.get("default-src", {"*"})
    scripts, styles, objects = (
        policy.get(name, default) for name in ("script-src", "style-src", "object-src")
    )
    sources = {name: each for name, each in policy.items() if name not in ("img-src", "media-src")}
    if scripts & (BROAD | INLINE) or objects & BROAD or any("http:" in each for each in sources.values()):
        return -20
    if "'unsafe-eval'" in scripts | styles:
        return -10
    if any("http:" in policy.get(name, default) for name in ("img-src", "media-src")):
        return -10
    if styles & (BROAD | INLINE):
        return 0
    return 10 if default == {"'none'"} else 5


def _cookies(scan: Scan) -> int:
    """The worst cookie counts; without one there is nothing to win."""
    is_strict = _transport(scan.headers.get("Strict-Transport-Security")) >= 0
    return min((_cookie(name, each, is_strict) for name, each in scan.cookies.items()), default=0)


def _cookie(name: str, cookie: Any, is_strict: bool) -> int:
    is_session, is_token = "sess" in name.lower(), "csrf" in name.lower()
    if not cookie["secure"]:
        return (-10 if is_strict else -40) if is_session else (-5 if is_strict else -20)
    if is_session and not cookie["httponly"]:
        return -30
    if cookie["samesite"] not in ("Lax", "Strict"):
        return -20 if is_token or cookie["samesite"] else 0
    return 5


def _sharing(headers: Mapping[str, str]) -> int:
    return -50 if headers.get("Access-Control-Allow-Credentials") == "true" else 0


def _referrer(value: str | None) -> int:
    if value is None:
        return 0
    return 5 if value in PRIVATE_REFERRERS else -5


def _transport(value: str | None) -> int:
    found = re.search(r"max-age=(\d+)", value or "")
    if not found:
        return -20
    return 0 if int(found[1]) >= HALF_A_YEAR else -10


def _integrity(scan: Scan) -> int:
    """Only of scripts: 5 where all have a digest, 0 where all are of the site itself."""
    scripts = re.findall(r"<script\b([^>]*\bsrc=[^>]*)>", scan.body)
    sources = [re.search(r'src="([^"]*)"', script) for script in scripts]
    is_own = all(found and found[1].startswith("/") and found[1][:2] != "//" for found in sources)
    if scripts and all("integrity=" in script for script in scripts):
        return 5
    return 0 if is_own else -5


def _framing(headers: Mapping[str, str]) -> int:
    ancestors = policy_of(headers).get("frame-ancestors")
    if ancestors is not None and not ancestors & BROAD:
        return 5
    return 0 if headers.get("X-Frame-Options") in ("DENY", "SAMEORIGIN") else -20


def _resource(value: str | None) -> int:
    return {None: 0, "cross-origin": 0, "same-site": 10, "same-origin": 10}.get(value, -5)
