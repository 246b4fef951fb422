"""Separates the files that an answer names from everything else it says."""

from __future__ import annotations

import re
from typing import Any

from jobs.results import OutputFile, kind_of

# A member called so holds the name of an object under the destination (client: lab-site; generalised).
_NAMES_A_FILE = re.compile(r"(Name|Names|FileName|FileNames|fileName|fileNames|file_name|file_names)$")
_DEEPEST = 60
_MOST_FILES = 500


def files_in(found: Any) -> tuple[dict[str, Any], tuple[OutputFile, ...]]:
    """All members of `found` but the file names, and the files; paths are as TMP wrote them."""
    files: list[OutputFile] = []
    rest = _without_files(found, "", files, _DEEPEST)
    if rest is None:
        rest = {}
    values = rest if isinstance(rest, dict) else {"answer": rest}
    return values, tuple(files[:_MOST_FILES])


def _without_files(value: Any, name: str, files: list[OutputFile], depth: int) -> Any:
    if depth == 0:
        return value
    if isinstance(value, dict):
        kept = {}
        for inner_name, inner in value.items():
            if _takes_all(str(inner_name), inner, files):
                continue
            kept[inner_name] = _without_files(inner, str(inner_name), files, depth - 1)
        return kept
    if isinstance(value, list):
        return [_without_files(item, name, files, depth - 1) for item in value]
    return value


def _takes_all(name: str, value: Any, files: list[OutputFile]) -> bool:
    """Whether the member is nothing but names of files, which then are in `files`."""
    if not _NAMES_A_FILE.search(name):
        return False
    named = value if isinstance(value, list) else [value]
    if not named or not all(isinstance(item, str) and item.strip() for item in named):
        return False
    known = {file.path for file in files}
    for path in dict.fromkeys(named):
        if path not in known:
            files.append(OutputFile(name=name, path=path, kind=kind_of(path)))
    return True
