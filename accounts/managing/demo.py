"""The demo program that TMP left in the bucket: read with its keys masked, handed out raw, or deleted."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.contrib.auth.models import User

from accounts.auditing import note
from accounts.clients import bucket_for
from accounts.encryption import CannotOpen
from accounts.managing.keys import FIELDS, unknown_members
from accounts.models import Account, AuditEntry
from accounts.pasting import recognise
from tencent.bucket import Bucket, Entry
from tencent.scrubbing import MASK, Scrubber

LARGEST_SHOWN = 256 * 1024  # bytes
LARGEST_DOWNLOAD = 8 * 1024 * 1024  # bytes
MOST_FILES = 20

_KEY_WORDS = "secret|key|token|passw|pwd|credential|akid"
NAMES_A_KEY = re.compile(_KEY_WORDS, re.IGNORECASE)
# Lengths are bounded, so that a file made to be slow is not.
_NAMED = rf"""(?:{_KEY_WORDS})[\w.-]{{0,60}}["'\]]{{0,3}}[ \t]{{0,40}}[:=＝]{{1,3}}[ \t]{{0,40}}"""
_ASSIGNED = re.compile(
    rf"""(?P<start>{_NAMED}[rRbBuUfF]{{0,2}})(?:"""
    r"""(?P<triple>"{3}|'{3})(?s:.*?)(?:(?P=triple)|\Z)"""
    r"""|(?P<mark>["'])(?:\\.|(?!(?P=mark))[^\n\\])*(?:(?P=mark)|\\?$)"""
    r"""|[“”‘’＂＇][^“”‘’＂＇\n]*[“”‘’＂＇]?"""
    r"""|[\w+/=-]{12,}[ \t]*$)""",
    re.IGNORECASE | re.MULTILINE,
)
_CLOUD_KEY = re.compile(r"\bAKID\w{10,}")


@dataclass(frozen=True, kw_only=True)
class DemoFile:
    """One file of the demo: `size` in bytes, `text` without its secrets, None when it is too long to show."""

    path: str
    size: int
    text: str | None
    # Whether keys stand in it that the portal keeps, and none that it does not: nothing is lost with it.
    is_held: bool


def demo_paths(account: Account) -> set[str]:
    """Where the demo may be, a file or a folder (the guide says both), without slashes around them."""
    return {path for path in (account.demo_path.strip("/"), f"{account.operate_uin}_demo") if path.strip("_")}


def is_below(path: str, places: Iterable[str]) -> bool:
    """Whether `path` is one of `places` or lies in one."""
    path = path.strip("/")
    return any(path == place or path.startswith(f"{place}/") for place in places)


def read_demo(account: Account) -> list[DemoFile]:
    """Every file of the demo, masked. Raises BucketError and CannotOpen as the bucket's own doors do."""
    bucket = bucket_for(account)
    secrets = _secrets(account)
    return [_read(bucket, entry, secrets=secrets) for entry in _entries(bucket, account)]


def raw_file(account: Account, path: str, *, by: User) -> bytes:
    """One file as it lies there, noted in the audit log. Raises BucketError and CannotOpen."""
    content = bucket_for(account).read(path, LARGEST_DOWNLOAD)
    fields = [name for name, column in FIELDS.items() if getattr(account, column).encode() in content]
    note(AuditEntry.Deed.DOWNLOADED, account=account, user=by, file=path, fields=fields)
    return content


def delete_demo(account: Account, *, by: User) -> list[str]:
    """Delete the files whose keys are kept here; the paths that are gone. Raises BucketError, CannotOpen."""
    bucket = bucket_for(account)
    gone = [file.path for file in read_demo(account) if file.is_held]
    for path in gone:
        bucket.delete(path)
    if gone:
        note(AuditEntry.Deed.DEMO_DELETED, account=account, user=by, files=gone)
    return gone


def masked_text(text: str, secrets: Iterable[str]) -> str:
    """`text` without the known secrets and without every string whose name says that it is one."""
    text = _without_named(text)
    text = _ASSIGNED.sub(rf'\g<start>"{MASK}"', text)
    return _CLOUD_KEY.sub(MASK, Scrubber(secrets)(text, limit=LARGEST_SHOWN * 2))


def _entries(bucket: Bucket, account: Account) -> list[Entry]:
    places = demo_paths(account)
    found: dict[str, Entry] = {}
    for place in sorted(places):
        listing = bucket.list(place, delimiter="", limit=100)
        found |= {entry.key: entry for entry in listing.entries if is_below(entry.key, places)}
    return list(found.values())[:MOST_FILES]


def _read(bucket: Bucket, entry: Entry, *, secrets: set[str]) -> DemoFile:
    if entry.size > LARGEST_SHOWN:
        return DemoFile(path=entry.key, size=entry.size, text=None, is_held=False)
    text = bucket.read(entry.key, LARGEST_SHOWN).decode(errors="replace")
    return DemoFile(
        path=entry.key, size=entry.size, text=masked_text(text, secrets), is_held=_is_held(text, secrets)
    )


def _is_held(text: str, secrets: set[str]) -> bool:
    info = (recognise(text).reply or {}).get("registerInfo", {})
    told = {value for name, value in info.items() if NAMES_A_KEY.search(name) and value}
    return told <= secrets and any(secret in text for secret in secrets)


def _secrets(account: Account) -> set[str]:
    """The keys of every account over this bucket: a demo is overwritten by the next registration."""
    found: set[str] = set()
    for each in Account.objects.filter(endpoint=account.endpoint, bucket=account.bucket):
        for column in FIELDS.values():
            try:
                found.add(getattr(each, column))
            except CannotOpen:
                continue
        try:
            found |= set(unknown_members(each).values())
        except CannotOpen:
            continue
    return found - {""}


def _without_named(text: str) -> str:
    """Every string below a Python name, member or argument that says key, masked where it stands."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text
    spans = {
        (node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)
        for value in _named_values(tree)
        for node in ast.walk(value)
        if isinstance(node, ast.JoinedStr)
        or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))
    }
    return _blanked(text, spans)


def _named_values(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            if any(_says_key(target) for target in node.targets):
                yield node.value
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            if _says_key(node.target):
                yield node.value
        elif isinstance(node, ast.keyword):
            if NAMES_A_KEY.search(node.arg or ""):
                yield node.value
        elif isinstance(node, ast.Dict):
            yield from (
                value for name, value in zip(node.keys, node.values, strict=True) if name and _says_key(name)
            )
        elif isinstance(node, ast.arguments):
            names = [*node.posonlyargs, *node.args][-len(node.defaults) :] if node.defaults else []
            pairs = [
                *zip(names, node.defaults, strict=True),
                *zip(node.kwonlyargs, node.kw_defaults, strict=True),
            ]
            yield from (value for name, value in pairs if value is not None and NAMES_A_KEY.search(name.arg))


def _says_key(node: ast.expr) -> bool:
    """Whether a target or a member's name has a word for keys anywhere in it."""
    words = (
        getattr(part, "id", None) or getattr(part, "attr", None) or getattr(part, "value", "")
        for part in ast.walk(node)
    )
    return any(isinstance(word, str) and NAMES_A_KEY.search(word) for word in words)


def _blanked(text: str, spans: set[tuple[int, int, int, int]]) -> str:
    """`text` with `"***"` at each span; ast counts columns in bytes of UTF-8."""
    lines = text.encode().splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    content = b"".join(lines)
    places = sorted((starts[first - 1] + begin, starts[last - 1] + end) for first, begin, last, end in spans)
    pieces, at = [], 0
    for begin, end in places:
        if begin >= at:
            pieces += [content[at:begin], f'"{MASK}"'.encode()]
            at = end
    return b"".join([*pieces, content[at:]]).decode(errors="replace")
