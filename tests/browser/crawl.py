"""Every page that links lead to, so that a new page is tested without being named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urldefrag, urlsplit

from playwright.sync_api import Page

# Signing out ends the walk; Django's admin is Django's.
LEFT_OUT = re.compile(r"^/(sign-in/logout|admin|static)/")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LINKS = "[...document.links].filter((a) => !a.hasAttribute('download')).map((a) => a.href)"
AT_MOST = 120


def walk(page: Page, starts: Iterable[str]) -> Iterator[str]:
    """Opens every page of `starts`, and one of each kind that links lead to; yields the open one's address.

    Pages are of one kind if their addresses differ in ids and in values of the query only. What is no HTML
    is not opened. Nothing but GET is asked.
    """
    waiting = list(starts)
    known = {_kind(url) for url in waiting}
    origin = urlsplit(waiting[0]).netloc
    opened = 0
    while waiting and opened < AT_MOST:
        url = waiting.pop(0)
        if not _is_html(page, url):
            continue
        page.goto(url)
        opened += 1
        yield url
        for link in page.evaluate(LINKS):
            parts = urlsplit(link)
            if parts.netloc == origin and not LEFT_OUT.match(parts.path) and _kind(link) not in known:
                known.add(_kind(link))
                waiting.append(urldefrag(link).url)


def _is_html(page: Page, url: str) -> bool:
    answer = page.request.head(url)
    assert answer.status < 500, f"{url} answered {answer.status}"
    return answer.status != 405 and answer.headers.get("content-type", "").startswith("text/html")


def _kind(url: str) -> str:
    parts = urlsplit(url)
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return f"{UUID.sub('<id>', parts.path)}?{'&'.join(names)}"
