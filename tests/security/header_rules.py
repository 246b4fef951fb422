"""What is asked of the headers of every answer, and what one lacks of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NO_SOURCE = {"'none'"}
# A browser takes nothing from anywhere else, no matter what stands in a page.
MOST_LIBERAL = {
    "default-src": NO_SOURCE,
    "script-src": {"'self'"},
    "style-src": {"'self'"},
    "object-src": NO_SOURCE,
    "base-uri": NO_SOURCE,
    "frame-ancestors": NO_SOURCE,
    "form-action": {"'self'"},
}
EXACT = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
TOO_BROAD = ("*", "http:", "https:", "ws:", "wss:", "filesystem:")
QUIET_REFERRERS = ("same-origin", "no-referrer")
POWERS_TO_LACK = ("camera", "microphone", "geolocation")


def policy_of(headers: Mapping[str, str]) -> dict[str, set[str]]:
    """The sources of each directive of the Content-Security-Policy."""
    parts = [part.split() for part in headers.get("Content-Security-Policy", "").split(";")]
    return {name: set(sources) for name, *sources in filter(None, parts)}


def faults_of(answer: Any, *, is_private: bool = True) -> list[str]:
    """Sentences about what an answer lacks; `is_private` for all but static files."""
    headers, policy = answer.headers, policy_of(answer.headers)
    faults = [f"{name} is {headers.get(name)}" for name, value in EXACT.items() if headers.get(name) != value]
    faults += [
        f"{directive} is {policy.get(directive)}"
        for directive, sources in MOST_LIBERAL.items()
        if not policy.get(directive, {"*"}) <= sources
    ]
    sources = set().union(*policy.values())
    faults += [f"{each} in the policy" for each in sources if each in TOO_BROAD or "unsafe" in each]
    if headers.get("Referrer-Policy") not in QUIET_REFERRERS:
        faults.append(f"Referrer-Policy is {headers.get('Referrer-Policy')}")
    powers = headers.get("Permissions-Policy", "")
    faults += [f"{power} is allowed" for power in POWERS_TO_LACK if f"{power}=()" not in powers]
    if is_private and "no-store" not in headers.get("Cache-Control", ""):
        faults.append(f"Cache-Control is {headers.get('Cache-Control')}")
    if "Access-Control-Allow-Origin" in headers:
        faults.append("pages of other origins may read it")
    return faults
