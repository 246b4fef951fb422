"""What the sandbox takes for granted about TMP, with what speaks for it, and the switches of its dialect."""

from html import escape

from sandbox.assumptions import TABLE
from sandbox.dialects import SWITCHES, Dialect
from sandbox.gateway.page.parts import Say, badge, code, folded, section, table

TONES = {"seed": "good", "doc": "good", "client": "busy", "assumed": "warn"}


def section_of(dialect: Dialect, say: Say) -> str:
    """Two tables, folded."""
    rows = [
        (escape(row.name), escape(_plain(row.value)), _mark(row.mark), escape(row.reason)) for row in TABLE
    ]
    switches = [
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
    facts = table([say(word) for word in ("What", "Value here", "Mark", "Why")], rows)
    heads = ("Switch", "Open question", "Setting", "Means", "Other settings", "Mark")
    open_questions = table([say(word) for word in heads], switches)
    marks = (
        ("seed", "the five-minute guide"),
        ("doc", "an official page"),
        ("client", "public code that talks to TMP"),
        ("assumed", "our own guess"),
    )
    legend = "".join(f"<li>{_mark(mark)} {say(words)}</li>" for mark, words in marks)
    intro = say("Little about TMP is published. Every fact that the sandbox relies on bears a mark:")
    switching = say("Where public material leaves a question open, a switch chooses: --dialect NAME=SETTING.")
    marked = [row.mark for row in TABLE] + [row.mark for row in SWITCHES.values()]
    body = (
        f'<p>{intro}</p><ul class="legend">{legend}</ul>'
        + folded(f"{say('Facts')} <span>{len(rows)}</span>", f'<div lang="en">{facts}</div>')
        + folded(
            f"{say('Dialect: open questions')} <span>{len(switches)}</span>",
            f'<p>{switching}</p><div lang="en">{open_questions}</div>',
        )
        + f'<p class="aside">{say("Rows that are guesses:")} {marked.count("assumed")}</p>'
    )
    return section("facts", say("What it takes for granted"), body)


def _mark(mark: str) -> str:
    return badge(TONES[mark], escape(mark))


def _plain(value: object) -> str:
    return ", ".join(sorted(map(str, value))) if isinstance(value, frozenset) else str(value)
