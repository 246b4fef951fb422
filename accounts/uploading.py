"""Leads a file from a browser into the bucket: judged before it leaves, taken up again where it stopped, and
a song only when the bucket holds all of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import sniffing
from accounts.clients import bucket_for
from accounts.glimpses import InBucket, Shown
from accounts.models import Account, Song, Upload
from accounts.models.upload import PATIENCE
from accounts.songs import SongRefused, judge, judge_kind, new_path
from tencent.bucket import Bucket
from tencent.bucket_door import Body
from tencent.bucket_uploads import MOST_PARTS, SMALLEST_PART_BYTES, Part
from tencent.errors import BucketError, BucketMissing

# A link is used at once; the clocks of browser, portal and bucket need not agree to the second.
LINK_SECONDS = 600


class ShowMore(Exception):
    """What the file is cannot be told yet: `at` is the place in it that has to be looked at."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class NotThere(Exception):
    """The bucket does not hold all of the file; `missing` are the numbers of the parts it lacks."""

    def __init__(self, missing: list[int]) -> None:
        super().__init__(missing)
        self.missing = missing


@dataclass(frozen=True, kw_only=True)
class File:
    """A file as a browser tells of it: `size` in bytes, `modified` in milliseconds, `pieces` of its content
    by their offsets."""

    name: str
    size: int
    modified: int
    pieces: Mapping[int, bytes]


def begin(*, account: Account, user: User, file: File, folder: str = "") -> Upload:
    """A new upload into `folder` of the bucket, or where uploads go; or the one that the same person began,
    or finished, with the same file, wherever it lies unless a folder is named.

    Raises SongRefused before a byte is sent, ShowMore when the pieces do not tell what the file is, and
    BucketError and CannotOpen.
    """
    shown = Shown(file.size, file.pieces)
    try:
        kind = judge_kind(cast(BinaryIO, shown), file.size)
    except SongRefused:
        if shown.missed is not None:
            raise ShowMore(shown.missed) from None
        raise
    name = sniffing.clean_name(file.name, fallback=f"song.{kind.extension}")
    digest = hashlib.sha256(b"".join(file.pieces[at] for at in sorted(file.pieces))).hexdigest()
    same = {"name": name, "size": file.size, "modified": file.modified, "digest": digest}
    known = Upload.objects.for_user(user).filter(account=account, **same).exclude(state=Upload.State.ENDING)
    bucket = bucket_for(account)
    for upload in known:
        if folder and upload.folder != folder:
            continue
        if _is_alive(bucket, upload):
            return upload
        upload.delete()
    path, in_parts = new_path(kind, folder), file.size > settings.MULTIPART_BYTES
    return Upload.objects.create(
        account=account,
        uploader=user,
        path=path,
        content_type=kind.content_type,
        store_id=bucket.uploads.begin(path, kind.content_type) if in_parts else "",
        part_bytes=_part_bytes(file.size) if in_parts else file.size,
        **same,
    )


def arrived(upload: Upload) -> list[int]:
    """Numbers of the parts that the bucket holds whole. Raises BucketError and CannotOpen."""
    if upload.state == Upload.State.FINISHED:
        return list(range(1, upload.count + 1))
    return [part.number for part in _parts(bucket_for(upload.account), upload)]


def link(upload: Upload, number: int, *, bucket: Bucket) -> str:
    """Where part `number` may be PUT for the next minutes, exactly so long: secret, never to be logged."""
    told = {"Content-Length": str(upload.length_of(number)), "Content-Type": upload.content_type}
    params = {"partNumber": str(number), "uploadId": upload.store_id} if upload.store_id else {}
    return bucket.signed_url(upload.path, "PUT", LINK_SECONDS, params, told)


def pass_on(upload: Upload, number: int, stream: Body) -> None:
    """Store part `number`, which came to the portal. Raises BucketError and CannotOpen."""
    bucket, length = bucket_for(upload.account), upload.length_of(number)
    if upload.store_id:
        bucket.uploads.put(upload.path, upload.store_id, number=number, stream=stream, length=length)
    else:
        bucket.put(upload.path, stream, content_type=upload.content_type, length=length)


def finish(upload: Upload) -> Song:
    """The song, once the bucket holds all of it and it is one; again and again the same.

    Raises NotThere, SongRefused (what arrived is deleted), BucketError and CannotOpen.
    """
    if upload.song is not None:
        return upload.song
    bucket = bucket_for(upload.account)
    if upload.store_id:
        _join(bucket, upload)
    try:
        size = bucket.head(upload.path).size
    except BucketMissing:
        raise NotThere(list(range(1, upload.count + 1))) from None
    try:
        seconds = _seconds(bucket, upload, size)
    except SongRefused:
        bucket.delete(upload.path)
        upload.delete()
        raise
    return _keep(upload, seconds)


def give_up(upload: Upload) -> None:
    """Have the bucket forget what arrived, then forget the upload; a finished one only loses its row.

    Raises BucketError and CannotOpen; the sweep tries again later.
    """
    rows = Upload.objects.filter(pk=upload.pk)
    running = rows.exclude(state=Upload.State.FINISHED)
    # nosemgrep: state-outside-move  (an upload, guarded by the exclusion above)
    if running.update(state=Upload.State.ENDING, due_at=timezone.now() + timedelta(hours=1)):
        bucket = bucket_for(upload.account)
        if upload.store_id:
            _drop_parts(bucket, upload)
        bucket.delete(upload.path)
    rows.delete()


def touch(upload: Upload) -> None:
    """Somebody is at work on it: the sweep waits for another day."""
    Upload.objects.filter(pk=upload.pk).update(due_at=timezone.now() + PATIENCE)


def _part_bytes(size: int) -> int:
    """Whole mebibytes, as many as keep the number of parts far below the bucket's limit."""
    least = max(int(settings.PART_BYTES), SMALLEST_PART_BYTES, -(-size // (MOST_PARTS // 10)))
    return -(-least // SMALLEST_PART_BYTES) * SMALLEST_PART_BYTES


def _is_alive(bucket: Bucket, upload: Upload) -> bool:
    """Whether it can go on: the bucket may have dropped its parts, or a person the file."""
    touch(upload)
    try:
        if upload.state == Upload.State.FINISHED:
            bucket.head(upload.path)
        elif upload.store_id:
            bucket.uploads.parts(upload.path, upload.store_id)
    except BucketError as error:
        if isinstance(error, BucketMissing) or error.code == "NoSuchUpload":
            return False
        raise
    return True


def _parts(bucket: Bucket, upload: Upload) -> list[Part]:
    """What has arrived whole; a part of another size would spoil the song."""
    if not upload.store_id:
        return []
    found = bucket.uploads.parts(upload.path, upload.store_id)
    return [
        part for part in found if part.number <= upload.count and part.size == upload.length_of(part.number)
    ]


def _join(bucket: Bucket, upload: Upload) -> None:
    """Make one object of the parts. An upload that the bucket does not know may be joined already."""
    try:
        parts = _parts(bucket, upload)
        missing = sorted(set(range(1, upload.count + 1)) - {part.number for part in parts})
        if missing:
            raise NotThere(missing)
        bucket.uploads.finish(upload.path, upload.store_id, parts)
    except BucketError as error:
        if error.code != "NoSuchUpload":
            raise


def _seconds(bucket: Bucket, upload: Upload, size: int) -> float | None:
    """How long the song is that arrived; raises SongRefused when it is none, or not what was announced."""
    if size != upload.size:
        raise SongRefused(
            _("Only %(here)s of %(all)s bytes arrived in the bucket. Send the file again.")
            % {"here": size, "all": upload.size}
        )
    file = InBucket(bucket, upload.path, size)
    try:
        kind, seconds = judge(cast(BinaryIO, file), size)
    except SongRefused:
        if file.error is not None:
            raise file.error from None
        if not file.is_spent:
            raise
        return None
    if file.error is not None:
        raise file.error
    if kind.content_type != upload.content_type:
        raise SongRefused(_("The file that arrived is not the one that was announced. Send it again."))
    return None if file.is_spent else seconds


def _keep(upload: Upload, seconds: float | None) -> Song:
    with transaction.atomic():
        song, _made = Song.objects.get_or_create(
            account=upload.account,
            path=upload.path,
            defaults={
                "uploader": upload.uploader,
                "name": upload.name,
                "size": upload.size,
                "seconds": seconds,
            },
        )
        # nosemgrep: state-outside-move  (an upload, whose row is locked)
        upload.state, upload.song = Upload.State.FINISHED, song
        upload.save(update_fields=["state", "song"])
    return song


def _drop_parts(bucket: Bucket, upload: Upload) -> None:
    try:
        bucket.uploads.give_up(upload.path, upload.store_id)
    except BucketError as error:
        if error.code != "NoSuchUpload":
            raise
