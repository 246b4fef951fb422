"""Takes out of what an error says the keys that this process knows and what the person had typed with it."""

from __future__ import annotations

import re
from typing import Any

from accounts import opened
from tencent.scrubbing import Scrubber

# Fields of forms in which a secret may stand.
_FIELDS = re.compile("secret|passw|pasted|token|code", re.IGNORECASE)
# A pasted text is long, and of it errors quote a piece.
_PIECES = re.compile(r"[\w+/=-]{12,512}")
MOST = 400


def without(text: str, request: Any) -> str:
    """`text` as it may be told; `request` may be anything, or None."""
    # Only what was read already: to read a form now might wait for a browser.
    form = getattr(request, "_post", None)
    text = opened.without(text)
    if not text or not form:
        return text
    typed = [value for name in form if _FIELDS.search(name) for value in form.getlist(name)]
    pieces = {piece for value in typed for piece in (value, *_PIECES.findall(value)) if len(piece) <= 512}
    return Scrubber(sorted(pieces, key=len, reverse=True)[:MOST]).whole(text)
