"""What the status page is made of: tables, badges, boxes to copy from, texts that find their language."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from html import escape
from string import Template

from sandbox.gateway.page.chinese import CHINESE

ENGLISH, CHINESE_TAG = "en", "zh-Hans"
Say = Callable[[str], str]
"""English words of the page in its language, escaped."""


def speaker(language: str) -> Say:
    """The words of a page in English or Chinese."""
    known = CHINESE if language == CHINESE_TAG else {}
    return lambda words: escape(known.get(words, words))


def language_of(asked: str, accepted: str) -> str:
    """The language of a visit: what its address asks for (`zh` or `en`), else what the browser prefers."""
    wanted = asked or accepted
    return CHINESE_TAG if wanted.strip().lower().startswith("zh") else ENGLISH


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str = "", kind: str = "") -> str:
    """Rows of cells that are HTML already, or a sentence when there are none; a narrow screen names each cell
    by its head, or runs them on where the `kind` is log."""
    lines = [
        "<tr>"
        + "".join(
            f'<td data-label="{head}">{cell}</td>' if cell else "<td></td>"
            for head, cell in zip(heads, row, strict=True)
        )
        + "</tr>"
        for row in rows
    ]
    if not lines and empty:
        return f'<p class="empty">{empty}</p>'
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    named = f' class="{kind}"' if kind else ""
    return f"<table{named}><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def code(text: str, *, kind: str = "") -> str:
    """A word of a program; of the `kind` id it is not broken."""
    named = f' class="{kind}"' if kind else ""
    return f"<code{named}>{escape(text)}</code>" if text else ""


def badge(tone: str, text: str) -> str:
    """A state; `text` is HTML."""
    return f'<span class="badge {tone}">{text}</span>'


def copyable(text: str) -> str:
    """Lines for a shell or a file; the page's script puts a button beside them."""
    return f'<div class="copy"><pre tabindex="0"><code>{escape(text)}</code></pre></div>'


def folded(summary: str, body: str, *, group: str = "", opened: bool = False) -> str:
    """What a visitor unfolds; of one group only one is open."""
    named = f' name="{group}"' if group else ""
    return (
        f"<details{named}{' open' if opened else ''}><summary>{summary}</summary><div>{body}</div></details>"
    )


def section(anchor: str, title: str, body: str, *, live: bool = False) -> str:
    """A part of the page under a heading; `live` ones are brought up to date while one looks."""
    mark = " data-live" if live else ""
    return f'<section id="{anchor}"{mark}><h2>{title}</h2>{body}</section>'


def moment(seconds: float) -> str:
    """A time of this machine's own clock: today's without the day."""
    then = datetime.fromtimestamp(seconds).astimezone()
    today = then.date() == datetime.now().astimezone().date()
    shown = then.strftime("%H:%M:%S" if today else "%Y-%m-%d %H:%M")
    return f'<time datetime="{then.isoformat(timespec="seconds")}">{shown}</time>'


def filled(template: str, **values: str) -> str:
    """A text whose `$names` are filled; everything that looks like a shell's own stays as it is."""
    return Template(template).safe_substitute(values)
