"""Opens an object of a bucket: for everybody once it was looked at, with keys in it for their owner alone."""

from __future__ import annotations

from contextlib import ExitStack

from django.contrib.auth.models import User

from accounts.auditing import note
from accounts.clients import bucket_for
from accounts.guarding.places import places_with_keys
from accounts.guarding.stored import are_owned, stored_over
from accounts.guarding.verdicts import judge, secrets_in
from accounts.managing.demo import is_below
from accounts.models import Account, AuditEntry, Verdict
from tencent.bucket import Opened
from tencent.errors import BucketRefused

CHANGED = "PreconditionFailed"


class KeysInside(Exception):
    """The object is not given out: it holds keys, or may (`holds`); at `is_demo` because of where it lies."""

    def __init__(self, path: str, *, holds: str, is_demo: bool = False) -> None:
        super().__init__(path)
        self.path = path
        self.holds = holds
        self.is_demo = is_demo


class NotTheOwner(Exception):
    """There are keys in the object that are not the person's."""


def open_checked(account: Account, path: str, range_header: str = "") -> Opened:
    """Starts a download of what surely holds no key. The one way to bytes that are shown, sent or shared.

    Raises KeysInside, tencent.errors.BucketError, and accounts.encryption.CannotOpen for text that cannot be
    judged since a secret does not open.
    """
    if is_below(path, places_with_keys(account)):
        raise KeysInside(path, holds=Verdict.Holds.KEYS, is_demo=True)
    bucket = bucket_for(account)
    with ExitStack() as stack:
        opened = stack.enter_context(bucket.open(path, range_header))
        etag = opened.headers.get("etag", "").strip('"')
        verdict = judge(account, bucket, path, etag)
        if verdict.etag != etag:
            raise BucketRefused(code=CHANGED)
        if verdict.is_closed:
            raise KeysInside(path, holds=verdict.holds)
        stack.pop_all()
    return opened


def open_for_owner(account: Account, path: str, *, by: User) -> Opened:
    """Starts a download of what may hold keys, all of them the person's, noted in the audit log.

    The caller has asked for the password again. Raises NotTheOwner, BucketError and CannotOpen.
    """
    bucket = bucket_for(account)
    with ExitStack() as stack:
        opened = stack.enter_context(bucket.open(path))
        etag = opened.headers.get("etag", "").strip('"')
        verdict = judge(account, bucket, path, etag)
        if verdict.etag != etag:
            raise BucketRefused(code=CHANGED)
        secrets = stored_over(account)
        if verdict.holds == Verdict.Holds.KEYS:
            content = b"".join(opened.chunks)
            secrets = secrets_in(content, secrets)
            opened.chunks = iter([content])
        if not are_owned(secrets, by):
            raise NotTheOwner
        if verdict.holds == Verdict.Holds.KEYS:
            fields = sorted({each.name for each in secrets})
            note(AuditEntry.Deed.DOWNLOADED, account=account, user=by, file=path, fields=fields)
        elif verdict.holds == Verdict.Holds.UNREAD:
            note(AuditEntry.Deed.TAKEN, account=account, user=by, file=path)
        stack.pop_all()
    return opened
