"""The page at the gateway's root: what the sandbox is and holds, how to point things at it, and no secret."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import parse_qsl
from wsgiref.types import WSGIEnvironment

from sandbox.gateway.page import facts, pointing, records, troubles
from sandbox.gateway.page.parts import (
    CHINESE_TAG,
    ENGLISH,
    Say,
    code,
    filled,
    language_of,
    section,
    speaker,
)
from sandbox.gateway.page.place import Place
from sandbox.gateway.trouble import Trouble
from sandbox.gateway.turned_away import TurnedAway
from sandbox.platform.backend import Backend

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}
MOST_CHANGED = 3  # switches of a dialect that are named at a glance
_FOLDER = Path(__file__).parent
_TEMPLATE = (_FOLDER / "page.html").read_text(encoding="utf-8")
FILES = {
    f"/_page.{kind}": ({"Content-Type": f"{type_}; charset=utf-8"}, (_FOLDER / f"page.{kind}").read_bytes())
    for kind, type_ in (("css", "text/css"), ("js", "text/javascript"))
}
"""Headers and content of what the page loads, by path."""


def status_page(
    backend: Backend,
    trouble: Trouble,
    *,
    place: Place,
    turned_away: Sequence[TurnedAway],
    environ: WSGIEnvironment,
) -> bytes:
    """The page as UTF-8 HTML, in the language that its address asks for (`?lang=zh`), or else the browser."""
    asked = dict(parse_qsl(environ["QUERY_STRING"])).get("lang", "")
    language = language_of(asked, environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    say = speaker(language)
    other = {ENGLISH: ("zh", "中文", CHINESE_TAG), CHINESE_TAG: ("en", "English", ENGLISH)}[language]
    return filled(
        _TEMPLATE,
        language=language,
        title=say("TMP sandbox"),
        lead=say("Tencent's smart music platform, on this machine"),
        promise=say(
            "A stand-in for TMP and its COS bucket: it answers as they do, costs nothing, and fails on order."
        ),
        warning=say("It is not the real service."),
        refreshes=say("Brought up to date every two seconds"),
        copy=say("Copy"),
        copied=say("Copied"),
        other_query=other[0],
        other_name=other[1],
        other_tag=other[2],
        ledger=say("Ledger"),
        glance=_glance(backend, trouble, place, say),
        sections=_sections(backend, trouble, place, turned_away, say),
    ).encode()


def _sections(backend: Backend, trouble: Trouble, place: Place, calls: Sequence[TurnedAway], say: Say) -> str:
    parts = (
        pointing.section_of(place, say, opened=not backend.accounts.all()),
        records.accounts(backend, say),
        records.jobs(backend, say),
        records.requests(backend, say),
        records.turned_away(calls, say),
        troubles.section_of(trouble, place, say),
        records.buckets(backend, say),
        facts.section_of(backend.dialect, say),
    )
    return "".join(parts)


def _glance(backend: Backend, trouble: Trouble, place: Place, say: Say) -> str:
    changed = [f"{name}={setting}" for name, setting in backend.dialect.unusual.items()]
    limits = [f"{escape(who) or say('everybody')}: {most:g}" for who, most in trouble.limit.all().items()]
    pairs = (
        (say("Gateway"), code(place.gateway)),
        (say("Store"), code(place.store)),
        (say("Region"), code(place.region)),
        (say("Pace"), say(backend.pace.name)),
        (say("Ears"), say("quick" if backend.quick else "listen")),
        (say("Dialect"), _dialect(changed, say)),
        (say("Clock"), f"{trouble.clock.skew:+g} s" if trouble.clock.skew else say("this machine's")),
        (say("Calls a second"), ", ".join(limits) if limits else say("no limit")),
    )
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in pairs)
    return section("glance", say("At a glance"), f"<dl>{rows}</dl>", live=True)


def _dialect(changed: list[str], say: Say) -> str:
    if not changed:
        return say("as taken for granted")
    more = f' <a href="#facts">+{len(changed) - MOST_CHANGED}</a>' if len(changed) > MOST_CHANGED else ""
    return " ".join(map(code, changed[:MOST_CHANGED])) + more
