"""Every sentence speaks Chinese too."""

from __future__ import annotations

import re

from tmpportal.translations import find_messages, kept_catalogue, untranslated

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def keys(catalog):
    return {(message.context, message.id) for message in catalog if message.id}


def test_the_search_sees_python_and_templates():
    places = {name for message in find_messages() for name, _ in message.locations}
    assert "accounts/models/account.py" in places
    assert "templates/base.html" in places


def test_the_catalogue_holds_exactly_the_messages_of_the_code():
    code, kept = keys(find_messages()), keys(kept_catalogue())
    assert code - kept == set(), "run `manage.py messages` and translate"
    assert kept - code == set(), "run `manage.py messages`"


def test_every_message_is_translated():
    assert untranslated(kept_catalogue()) == []


def test_every_translation_keeps_the_placeholders():
    broken = []
    for message in kept_catalogue():
        ids = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
        words = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        wanted = set(PLACEHOLDER.findall(ids[-1]))
        broken += [message.id for text in words if message.id and set(PLACEHOLDER.findall(text)) != wanted]
    assert broken == []


def test_a_reader_of_chinese_is_addressed_in_one_way_and_answers_have_one_name():
    """As docs/glossary.md says: never 你 for 您, never 答复 for 应答."""
    words = [str(message.string) for message in kept_catalogue() if message.id]
    assert [text for text in words if "你" in text or "答复" in text] == []
