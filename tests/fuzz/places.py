"""Names the line of our own code in which an example ended, so that one fault counts once."""

from __future__ import annotations

import re
import traceback

_NOT_OURS = re.compile("/.venv/|/tests/|/lib/python")


def place_of(error: BaseException) -> str:
    """Kind of the error, file and line; the last of ours, where there is one."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if not _NOT_OURS.search(frame.filename)]
    last = ours[-1] if ours else frames[-1]
    return f"{type(error).__name__} in {'/'.join(last.filename.rsplit('/', 3)[-2:])}:{last.lineno}"
