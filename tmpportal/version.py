"""The one version of the project: the first heading of the changelog."""

import re
from pathlib import Path


def read_version() -> str:
    """Version such as `0.1.0`, read from the first `## ` heading of CHANGELOG.md."""
    changelog = Path(__file__).resolve().parent.parent / "CHANGELOG.md"
    found = re.search(r"^## \[?v?(\d+\.\d+\.\d+)", changelog.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise RuntimeError("CHANGELOG.md has no heading such as '## 0.1.0'")
    return found[1]
