"""What a folder of a bucket shows: its lines in the order asked for, and what a search finds in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.encryption import CannotOpen
from accounts.guarding.places import places_with_keys
from accounts.guarding.stored import stored_over
from accounts.guarding.verdicts import known
from accounts.managing.demo import is_below
from accounts.models import Account, Song, Verdict
from accounts.songs import names_for
from library.paths import file_name, is_fit, kind_of
from tencent.bucket import Bucket, Entry
from tencent.errors import BucketMissing

PAGE_LENGTH = 100
# Of a search: keys that are looked through, in how large pieces, and lines that are shown.
MOST_SEARCHED, SEARCH_PAGE = 5000, 1000
MOST_FOUND = 200
# Files beyond those that were looked through, known by the name their person gave them.
MOST_NAMED = 20

KINDS: dict[str, str | Promise] = {
    "folder": _("Folder"),
    "audio": _("Audio"),
    "video": _("Video"),
    "picture": _("Picture"),
    "text": _("Text"),
    "other": _("Other"),
}
_ORDERS: dict[str, Callable[[Item], Any]] = {
    "name": lambda item: item.name.casefold(),
    "kind": lambda item: (item.kind, item.name.casefold()),
    "size": lambda item: item.size,
    "changed": lambda item: item.modified,
}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One file of a listing: `size` in bytes, `name` as the person knows it.

    `is_fit`: whether its key has an address here; another program may have stored it under one that has none.
    `holds`: one of Verdict.Holds, "" while nobody looked.
    """

    path: str
    name: str
    size: int
    modified: datetime
    holds: str
    is_demo: bool
    is_fit: bool

    @property
    def kind(self) -> str:
        return kind_of(self.path)

    @property
    def kind_label(self) -> str | Promise:
        return KINDS[self.kind]

    @property
    def has_own_name(self) -> bool:
        """Whether the person knows it by another name than the bucket does."""
        return self.name != file_name(self.path)

    @property
    def is_marked(self) -> bool:
        """Whether it is given to nobody but its keys' owner."""
        return self.holds in Verdict.CLOSED

    @property
    def is_playable(self) -> bool:
        return self.kind == "audio" and self.is_fit and not self.is_marked


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One page of a folder, or what a search found below it.

    `searched`: how many keys a search looked through, None where nothing was searched for; `is_whole`:
    whether that were all there are.
    """

    folders: list[tuple[str, str]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    next_marker: str = ""
    searched: int | None = None
    is_whole: bool = True


def folder_of(account: Account, bucket: Bucket, prefix: str, marker: str) -> Shown:
    """One page of the folder `prefix`. Raises BucketError."""
    listing = bucket.list(prefix, marker, limit=PAGE_LENGTH)
    folders = [(folder, folder.rstrip("/").rpartition("/")[2]) for folder in listing.folders]
    return Shown(
        folders=folders,
        items=items_of(account, listing.entries),
        next_marker=listing.next_marker,
    )


def search(account: Account, bucket: Bucket, prefix: str, wanted: str) -> Shown:
    """Files below `prefix` whose key below it, or whose person's own name, holds `wanted`, whatever its case.

    What begins with `wanted` is found wherever it is; for the rest the first MOST_SEARCHED keys are looked
    through. Raises BucketError.
    """
    needle = wanted.casefold()
    own = Song.objects.filter(account=account, path__startswith=prefix, name__icontains=wanted)
    named = set(own.values_list("path", flat=True)[:MOST_SEARCHED])
    found = {
        entry.key: entry for entry in bucket.list(prefix + wanted, delimiter="", limit=MOST_FOUND).entries
    }
    seen, searched, marker = set[str](), 0, ""
    while searched < MOST_SEARCHED:
        page = bucket.list(prefix, marker, delimiter="", limit=SEARCH_PAGE)
        for entry in page.entries:
            seen.add(entry.key)
            if needle in entry.key[len(prefix) :].casefold() or entry.key in named:
                found[entry.key] = entry
        searched, marker = searched + len(page.entries), page.next_marker
        if not marker:
            break
    found |= _heads(bucket, sorted(named - seen)[:MOST_NAMED])
    entries = [entry for entry in found.values() if not entry.key.endswith("/")]
    is_whole = not marker and len(entries) <= MOST_FOUND
    return Shown(items=items_of(account, entries[:MOST_FOUND]), searched=searched, is_whole=is_whole)


def ordered(items: list[Item], order: str) -> list[Item]:
    """The items by "name", "kind", "size" or "changed", with a dash in front downwards, else as they are.

    Only of this page: a bucket lists by key and nothing else.
    """
    by = _ORDERS.get(order.removeprefix("-"))
    return sorted(items, key=by, reverse=order.startswith("-")) if by else items


def items_of(account: Account, entries: Iterable[Entry]) -> list[Item]:
    """A line for each entry, with what is known of it."""
    entries = list(entries)
    names = names_for(account, [entry.key for entry in entries])
    guarded = places_with_keys(account)
    verdicts = known(account, entries)
    items = []
    for entry in entries:
        is_demo = is_below(entry.key, guarded)
        verdict = verdicts.get(entry.key)
        holds = Verdict.Holds.KEYS if is_demo else verdict.holds if verdict else ""
        items.append(
            Item(
                path=entry.key,
                name=names.get(entry.key) or file_name(entry.key),
                size=entry.size,
                modified=entry.modified,
                holds=holds,
                is_demo=is_demo,
                is_fit=is_fit(entry.key),
            )
        )
    return items


def can_judge(account: Account) -> bool:
    """Whether every secret opens that text is searched for; while one does not, no text is given out."""
    try:
        stored_over(account)
    except CannotOpen:
        return False
    return True


def _heads(bucket: Bucket, paths: Iterable[str]) -> dict[str, Entry]:
    found = {}
    for path in paths:
        try:
            found[path] = bucket.head(path)
        except BucketMissing:
            continue
    return found
