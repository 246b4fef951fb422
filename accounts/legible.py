"""Lays out JSON for a person's eyes, whatever is in it: a page must be able to show what a gateway said."""

from __future__ import annotations

import json
import re
from typing import Any

# Halves of characters, which JSON can spell and no page can hold.
_HALF = re.compile("[\ud800-\udfff]")


def laid_out(value: Any) -> str:
    """A JSON value on lines of its own; halves of characters as they were spelled, such as \\ud800."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _HALF.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def laid_out_text(text: str) -> str:
    """JSON laid out, anything else as it came."""
    try:
        return laid_out(json.loads(text))
    except (ValueError, RecursionError):
        return text
