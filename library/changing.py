"""Changes files of a bucket so that nothing is lost on the way: rename, delete, a new folder."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.auditing import note
from accounts.clients import bucket_for
from accounts.guarding.places import places_with_keys
from accounts.guarding.verdicts import forget
from accounts.managing.demo import is_below
from accounts.models import Account, AuditEntry, Song
from accounts.sentences import explain_bucket
from tencent.bucket import Bucket, Entry
from tencent.bucket_moves import LARGEST_COPY, MOST_DELETED
from tencent.errors import BucketError, BucketMissing, BucketRefused

# Files that one form may name.
MOST_AT_ONCE = 1000
# Paths that one entry of the audit log names.
MOST_NOTED = 100
IN_DEMO = _(
    "This belongs to TMP's demo, which has keys in it. It is looked after on the account's page of keys."
)


class ChangeRefused(Exception):
    """Nothing was changed, or only as far as `sentence` says."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def move(account: Account, source: str, target: str, *, by: User) -> None:
    """Give the object at `source` the path `target`: copied in the store, compared, deleted.

    Raises ChangeRefused and BucketError: then it is under its old path, and perhaps under the new one too.
    """
    guarded = places_with_keys(account)
    if is_below(source, guarded) or is_below(target, guarded):
        raise ChangeRefused(IN_DEMO)
    bucket = bucket_for(account)
    before = bucket.head(source)
    if before.size > LARGEST_COPY:
        limit = filesizeformat(LARGEST_COPY)
        raise ChangeRefused(
            _("The store copies files of at most %(limit)s in one go; this one is larger.") % {"limit": limit}
        )
    # Buckets that ever kept versions ignore the copy's own refusal to write over something.
    if _exists(bucket, target):
        raise ChangeRefused(_("There is a file of this name already; nothing was written over."))
    bucket.copy(source, target, etag=before.etag)
    if not (_is_copy(before, bucket.head(target)) and bucket.head(source).etag == before.etag):
        raise ChangeRefused(
            _("The copy is not like the original, so nothing was deleted: both are in the bucket now.")
        )
    try:
        bucket.delete(source)
    except BucketError as error:
        raise ChangeRefused(
            _("The file is under its new name, but the old one could not be deleted: %(why)s")
            % {"why": explain_bucket(error)}
        ) from error
    _follow(account, source, target)
    note(AuditEntry.Deed.FILE_MOVED, account=account, user=by, before=source, after=target)


def delete(account: Account, paths: Sequence[str], *, by: User) -> dict[str, str | Promise]:
    """Delete objects, noted in the audit log; why, for each that is still there.

    Raises BucketError when nobody knows what became of them.
    """
    guarded = places_with_keys(account)
    left: dict[str, str | Promise] = {path: IN_DEMO for path in paths if is_below(path, guarded)}
    fit = [path for path in paths if path not in left]
    bucket = bucket_for(account)
    for start in range(0, len(fit), MOST_DELETED):
        part = fit[start : start + MOST_DELETED]
        codes = bucket.delete_many(part)
        left |= {path: explain_bucket(BucketRefused(code=code)) for path, code in codes.items()}
        gone = [path for path in part if path not in codes]
        if gone:
            Song.objects.filter(account=account, path__in=gone).delete()
            forget(account, gone)
            note(
                AuditEntry.Deed.FILES_DELETED,
                account=account,
                user=by,
                files=gone[:MOST_NOTED],
                count=len(gone),
            )
    return left


def make_folder(account: Account, path: str) -> None:
    """An empty object whose name ends in a slash, as COS's own console makes one: a folder that stays without
    files. Raises ChangeRefused where something is in it already, and BucketError."""
    bucket = bucket_for(account)
    if is_below(path, places_with_keys(account)):
        raise ChangeRefused(IN_DEMO)
    if bucket.list(path, delimiter="", limit=1).entries or _exists(bucket, path):
        raise ChangeRefused(_("There is a folder of this name already."))
    bucket.put(path, b"", content_type="application/x-directory")


def is_empty_folder(account: Account, path: str) -> bool:
    """Whether nothing lies in the folder `path`. Raises BucketError."""
    listing = bucket_for(account).list(path, limit=2)
    return not (listing.entries or listing.folders)


def _exists(bucket: Bucket, path: str) -> bool:
    try:
        bucket.head(path)
    except BucketMissing:
        return False
    return True


def _is_copy(one: Entry, other: Entry) -> bool:
    """By the checksum where both have one; the ETag of what was uploaded in parts is not that of its copy."""
    same = one.crc == other.crc if one.crc and other.crc else one.etag == other.etag
    return one.size == other.size and same


def _follow(account: Account, source: str, target: str) -> None:
    """Take the person's own name along. A name that is left from an object which is gone makes room."""
    songs = Song.objects.filter(account=account)
    if songs.filter(path=source).exists():
        songs.filter(path=target).delete()
        songs.filter(path=source).update(path=target)
    forget(account, [source])
