"""Compiles each translation whose .po is newer than its .mo, so that no machine needs GNU gettext."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def is_stale(po: Path, mo: Path) -> bool:
    return not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime


def compile_stale(locale: Path) -> None:
    """Brings every catalogue below `locale` up to date; a folder that does not exist holds none."""
    for po in locale.glob("*/LC_MESSAGES/*.po"):
        mo = po.with_suffix(".mo")
        if not is_stale(po, mo):
            continue
        unfinished = mo.with_suffix(".mo.new")
        with po.open("rb") as source, unfinished.open("wb") as target:
            write_mo(target, read_po(source, abort_invalid=True))
        unfinished.replace(mo)


if __name__ == "__main__":
    compile_stale(LOCALE)
