"""The document of dialects says what the code says."""

import re
from pathlib import Path

from sandbox.dialects import SWITCHES
from sandbox.dialects.__main__ import tables

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"


def test_the_document_has_every_switch_and_every_assumption() -> None:
    """Renew the part between the marks with `python -m sandbox.dialects`."""
    text = (DOCS / "dialects.md").read_text(encoding="utf-8")
    printed = text.partition("test_documents.py -->\n")[2].partition("<!-- /dialects -->")[0]
    assert printed == tables()


def test_every_open_question_names_its_switches() -> None:
    questions = (DOCS / "tmp-protocol.md").read_text(encoding="utf-8").partition("## Open questions")[2]
    rows = re.findall(r"^\| (\d+) \| [^|]+ \| ([^|]*) \|", questions, re.MULTILINE)
    named = {(number, name) for number, names in rows for name in re.findall(r"`([^`]+)`", names)}
    assert named == {(switch.question, name) for name, switch in SWITCHES.items()}


def test_every_switch_has_at_least_two_settings_and_says_what_each_means() -> None:
    for switch in SWITCHES.values():
        assert len(switch.settings) >= 2, switch.name
        assert all(switch.settings.values()), switch.name
        assert switch.mark in ("seed", "doc", "client", "assumed"), switch.name
