"""Keys and passwords in tracked files: found by detect-secrets, and Tencent's own kind by us.

Words that only look like keys are accepted in accepted_keys.json, by file and digest, after a person has
looked at them: `python -m tests.audit.keys` writes it anew. Tests are full of made-up keys, so there only the
shapes of real services are looked for.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.audit.code import BIN, Finding
from tests.demo_process import ROOT

ACCEPTED = Path(__file__).with_name("accepted_keys.json")
# Hashes of packages and pictures look like keys and are none.
_PASSED_OVER = re.compile(
    r"(requirements[\w-]*\.txt|package-lock\.json|static_files\.sha256|accepted_keys\.json"
    r"|\.(npz|png|jpg|ico|woff2|wav|mp3|flac|ogg|m4a))$"
)
_GUESSES = ("HexHighEntropyString", "Base64HighEntropyString", "KeywordDetector", "BasicAuthDetector")
# SecretId of Tencent's access keys: they come with a SecretKey.
_TENCENT = re.compile(r"\bAKID[A-Za-z0-9]{32}\b")


def found() -> list[Finding]:
    """What looks like a key and was not accepted."""
    known = {(path, digest) for path, digests in accepted().items() for digest in digests}
    return [finding for finding, digest in _scan(_tracked()) if (finding.path, digest) not in known]


def accepted() -> dict[str, list[str]]:
    """SHA-1 digests of accepted words by path."""
    kept: dict[str, list[str]] = json.loads(ACCEPTED.read_text())
    return kept


def accept() -> None:
    """Accept everything that is found now."""
    kept: dict[str, set[str]] = {}
    for finding, digest in _scan(_tracked()):
        kept.setdefault(finding.path, set()).add(digest)
    told = {path: sorted(digests) for path, digests in sorted(kept.items())}
    ACCEPTED.write_text(json.dumps(told, indent=1) + "\n")


def in_text(path: str, text: str) -> Iterator[tuple[Finding, str]]:
    """Tencent's key ids in a text, each with its digest."""
    for number, line in enumerate(text.splitlines(), start=1):
        for key in _TENCENT.findall(line):
            said = Finding(
                path=path, line=number, rule="tencent-secret-id", text="a SecretId of Tencent Cloud"
            )
            yield said, hashlib.sha1(key.encode(), usedforsecurity=False).hexdigest()


def _tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    names = [name.decode() for name in listed.split(b"\0") if name]
    return [name for name in names if not _PASSED_OVER.search(name) and (ROOT / name).is_file()]


def _scan(names: Iterable[str]) -> Iterator[tuple[Finding, str]]:
    names = list(names)
    yield from _by_tool([name for name in names if not name.startswith("tests/")], without=())
    yield from _by_tool([name for name in names if name.startswith("tests/")], without=_GUESSES)
    for name in names:
        yield from in_text(name, (ROOT / name).read_text(encoding="utf-8", errors="replace"))


def _by_tool(names: Iterable[str], *, without: Iterable[str]) -> Iterator[tuple[Finding, str]]:
    left_out = [word for plugin in without for word in ("--disable-plugin", plugin)]
    words = [BIN / "detect-secrets", "scan", "--no-verify", *left_out, *names]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    for path, results in json.loads(done.stdout)["results"].items():
        for one in results:
            said = Finding(path=path, line=one["line_number"], rule=one["type"], text="looks like a key")
            yield said, one["hashed_secret"]


if __name__ == "__main__":
    accept()
