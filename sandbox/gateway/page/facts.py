"""What the sandbox takes for granted about TMP, with what speaks for it, and the switches of its dialect."""

from html import escape

from sandbox.assumptions import TABLE
from sandbox.dialects import SWITCHES, Dialect
from sandbox.gateway.page.parts import Say, badge, code, folded, section, table

TONES = {"seed": "good", "doc": "good", "client": "busy", "assumed": "warn"}


def section_of(dialect: Dialect, say: Say) -> str:
    """Two tables, folded."""
    intro = say("Little about TMP is published. Every fact that the sandbox relies on bears a mark:")
    marked = [row.mark for row in TABLE] + [row.mark for row in SWITCHES.values()]
    body = (
        f"<p>{intro}</p>"
        + _legend(say)
        + folded(f"{say('Facts')} <span>{len(TABLE)}</span>", _facts(say))
        + folded(f"{say('Dialect: open questions')} <span>{len(SWITCHES)}</span>", _switches(dialect, say))
        + f'<p class="aside">{say("Rows that are guesses:")} {marked.count("assumed")}</p>'
    )
    return section("facts", say("What it takes for granted"), body)


def _legend(say: Say) -> str:
    marks = (
        ("seed", say("the five-minute guide")),
        ("doc", say("an official page")),
        ("client", say("public code that talks to TMP")),
        ("assumed", say("our own guess")),
    )
    rows = "".join(f"<li>{_mark(mark)} {words}</li>" for mark, words in marks)
    return f'<ul class="legend">{rows}</ul>'


def _facts(say: Say) -> str:
    rows = [
        (escape(row.name), escape(_plain(row.value)), _mark(row.mark), escape(row.reason)) for row in TABLE
    ]
    heads = ("What", "Value here", "Mark", "Why")
    return f'<div lang="en">{table([say(word) for word in heads], rows)}</div>'


def _switches(dialect: Dialect, say: Say) -> str:
    rows = [
        (
            code(row.name),
            escape(row.sentence),
            badge("ordered" if row.name in dialect.unusual else "idle", escape(dialect[row.name])),
            escape(row.settings[dialect[row.name]]),
            ", ".join(code(each) for each in row.settings if each != dialect[row.name]),
            _mark(row.mark),
        )
        for row in SWITCHES.values()
    ]
    heads = ("Switch", "Open question", "Setting", "Means", "Other settings", "Mark")
    intro = say("Where public material leaves a question open, a switch chooses: --dialect NAME=SETTING.")
    return f'<p>{intro}</p><div lang="en">{table([say(word) for word in heads], rows)}</div>'


def _mark(mark: str) -> str:
    return badge(TONES[mark], escape(mark))


def _plain(value: object) -> str:
    return ", ".join(sorted(map(str, value))) if isinstance(value, frozenset) else str(value)
