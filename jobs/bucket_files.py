"""What the form of a new job shows of a bucket: a folder's audio files, or what begins with some letters."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from accounts.clients import bucket_for
from accounts.guarding.places import places_with_keys
from accounts.guarding.verdicts import known
from accounts.managing.demo import is_below
from accounts.models import Account, Song
from jobs.models import Job
from jobs.results import kind_of
from tencent.bucket_answers import Entry
from tencent.formats import check_key

PAGE_LENGTH = 100
# Calls that one page may take where nearly nothing in a folder is audio.
MOST_CALLS = 5
# Jobs that are looked through for what was used lately.
MOST_JOBS = 100


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One file that a person may take: `seconds` and `size` where they are known."""

    path: str
    name: str
    seconds: float | None = None
    size: int | None = None

    @property
    def is_audio(self) -> bool:
        return kind_of(self.path) == "audio"


@dataclass(frozen=True, kw_only=True)
class Folder:
    """One page of a folder; `folders` are pairs of prefix and name, `hidden` counts files that are no
    audio."""

    folders: list[tuple[str, str]] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    hidden: int = 0
    next_marker: str = ""


def lately_used(account: Account, *, limit: int = 8) -> list[Choice]:
    """Songs of the bucket that jobs were made of or that were uploaded, the last first."""
    jobs = Job.objects.filter(account=account, source_kind=Job.SourceKind.BUCKET).order_by("-created_at")
    used = jobs.values_list("created_at", "source_path", "source_name", "source_seconds")[:MOST_JOBS]
    brought = account.songs.values_list("created_at", "path", "name", "seconds")[:limit]
    found: dict[str, Choice] = {}
    for _when, path, name, seconds in sorted([*used, *brought], key=lambda row: row[0], reverse=True):
        found.setdefault(path, Choice(path=path, name=name, seconds=seconds))
    return list(found.values())[:limit]


def look_into(
    account: Account, prefix: str, *, begins: str = "", marker: str = "", everything: bool = False
) -> Folder:
    """One page of what lies directly in the folder `prefix` and whose name begins with `begins`; audio only,
    unless `everything` is wanted. Raises BucketError and CannotOpen.

    Left out are files with keys in them, and names that cannot be sent.
    """
    bucket, guarded = bucket_for(account), places_with_keys(account)
    folders, entries, hidden = list[str](), list[Entry](), 0
    for _call in range(MOST_CALLS):
        page = bucket.list(prefix + begins, marker, limit=PAGE_LENGTH)
        folders += page.folders
        fit = _fit(account, page.entries, guarded)
        shown = [each for each in fit if everything or kind_of(each.key) == "audio"]
        hidden += len(fit) - len(shown)
        entries += shown
        marker = page.next_marker
        if not marker or len(entries) + len(folders) >= PAGE_LENGTH // 2:
            break
    return Folder(
        folders=[(each, each[len(prefix) :].strip("/")) for each in folders if not is_below(each, guarded)],
        choices=list(_choices(account, entries)),
        hidden=hidden,
        next_marker=marker,
    )


def _fit(account: Account, entries: Sequence[Entry], guarded: set[str]) -> list[Entry]:
    """Those that may be sent and hold no keys, as far as that is known."""
    marked = {path for path, verdict in known(account, entries).items() if verdict.is_closed}
    return [
        each
        for each in entries
        if not check_key(each.key) and not is_below(each.key, guarded) and each.key not in marked
    ]


def _choices(account: Account, entries: list[Entry]) -> Iterable[Choice]:
    songs = {
        song.path: song
        for song in Song.objects.filter(account=account, path__in=[entry.key for entry in entries])
    }
    for entry in entries:
        song = songs.get(entry.key)
        yield Choice(
            path=entry.key,
            name=song.name if song else posixpath.basename(entry.key) or entry.key,
            seconds=song.seconds if song else None,
            size=entry.size,
        )
