"""Finds every sentence, keeps the catalogue of zh-Hans and compiles it, with Babel alone: no gettext."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from tmpportal.env import BASE_DIR

PACKAGES = ("accounts", "jobs", "library", "tmpportal")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
CATALOGUE = BASE_DIR / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def sources() -> Iterator[Path]:
    """Every Python file and template that may hold a sentence."""
    for package in PACKAGES:
        yield from (
            path for path in sorted((BASE_DIR / package).rglob("*.py")) if "migrations" not in path.parts
        )
    yield from sorted((BASE_DIR / "templates").rglob("*.html"))
    yield from sorted((BASE_DIR / "templates").rglob("*.txt"))


def find_messages() -> Catalog:
    """A catalogue of all messages in the code, untranslated, with where they stand (files only)."""
    catalog = Catalog(domain="django", fuzzy=False)
    for path in sources():
        text = path.read_text(encoding="utf-8")
        method = "python"
        if path.suffix != ".py":
            # Templates become calls between filler that is no Python: a lexer of JavaScript does not mind.
            text, method = templatize(text), "javascript"
        name = path.relative_to(BASE_DIR).as_posix()
        for _line, message, comments, context in extract(
            method, io.BytesIO(text.encode()), keywords=KEYWORDS, comment_tags=("Translators:",)
        ):
            catalog.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return catalog


def kept_catalogue() -> Catalog:
    """The catalogue of zh-Hans as it stands in the repository."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_Hans", domain="django")


def update_catalogue() -> Catalog:
    """Add new messages (untranslated), drop those that are gone, keep every translation; no fuzzy guesses."""
    catalog = (
        kept_catalogue() if CATALOGUE.exists() else Catalog(locale="zh_Hans", domain="django", fuzzy=False)
    )
    catalog.update(find_messages(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalog, width=100, omit_header=False, sort_output=True, include_lineno=False)
    return catalog


def untranslated(catalog: Catalog) -> list[str]:
    """Ids of messages without a translation."""
    found = []
    for message in catalog:
        words = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        if message.id and not all(words):
            found.append(str(message.id))
    return found


def compile_translations() -> None:
    """Write the .mo beside each .po that is newer; Babel does it, so nobody needs gettext installed."""
    for source in BASE_DIR.glob("locale/*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as readable:
            catalog = read_po(readable, locale=source.parent.parent.name)
        # Written aside and renamed: two starts at once must never read half a catalogue.
        aside = target.with_name(f"{target.name}.{os.getpid()}")
        with aside.open("wb") as writable:
            write_mo(writable, catalog)
        # Unlike what else a start writes, it lies beside the programs, for whoever starts them next.
        aside.chmod(0o644)
        aside.replace(target)
