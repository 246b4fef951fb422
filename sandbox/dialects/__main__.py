"""The command `python -m sandbox.dialects`: prints the tables that stand in docs/dialects.md."""

from collections.abc import Iterable

from sandbox.assumptions import TABLE
from sandbox.dialects import SWITCHES


def tables() -> str:
    """Every switch and every assumption that is none, as two tables in Markdown."""
    switches = (
        (f"`{row.name}`", _settings(row.settings.items()), row.mark, row.question, row.sentence)
        for row in SWITCHES.values()
    )
    rest = ((row.name, _plain(row.value), row.mark, row.reason) for row in TABLE)
    return "\n".join(
        [
            *_table(
                ("Switch", "Settings, the first taken for granted", "Mark", "No.", "Question"),
                switches,
            ),
            "",
            *_table(("What", "Value", "Mark", "Why"), rest),
            "",
        ]
    )


def _settings(settings: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"`{name}` {text}" for name, text in settings)


def _plain(value: object) -> str:
    return ", ".join(sorted(map(str, value))) if isinstance(value, frozenset) else str(value)


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    lines = [list(heads)]
    lines += [["---"] * len(lines[0]), *map(list, rows)]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


if __name__ == "__main__":
    print(tables(), end="")
