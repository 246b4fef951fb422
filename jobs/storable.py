"""Makes JSON from outside fit for every database: PostgreSQL would refuse a row with one NUL for ever."""

from __future__ import annotations

import json
import math
from typing import Any

from tencent.scrubbing import clean

# As much as tencent.transports reads of an answer.
MOST_BYTES = 4 * 1024 * 1024
DEEPEST = 60


def storable(value: Any, depth: int = DEEPEST) -> Any:
    """The same value without NUL, lone surrogates, NaN, infinities, absurd integers, bottomless nesting."""
    if isinstance(value, str):
        return clean(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 10**18 else str(value)[:40]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth == 0:
        return None
    if isinstance(value, dict):
        return {clean(str(name)): storable(item, depth - 1) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item, depth - 1) for item in value]
    return clean(str(value))


def storable_object(value: dict[str, Any], limit: int = MOST_BYTES) -> dict[str, Any]:
    """As `storable`; an object of more than `limit` bytes shrinks to what names it and says `too_large`."""
    cleaned: dict[str, Any] = storable(value)
    size = len(json.dumps(cleaned, ensure_ascii=False, separators=(",", ":")).encode())
    if size <= limit:
        return cleaned
    small: dict[str, Any] = {name: cleaned[name] for name in ("id", "state", "customId") if name in cleaned}
    return {**small, "too_large": size}
