"""Puts a person's song into an account's bucket, and remembers by what name they knew it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import BinaryIO

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from accounts import clients, sniffing
from accounts.endpoints import Text
from accounts.models import Account, Song


class SongRefused(Exception):
    """The file is not fit to be a source; `sentence` says why, to a person."""

    def __init__(self, sentence: Text) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def store_song(*, account: Account, user: User, file: UploadedFile[bytes], folder: str = "") -> Song:
    """Stream an upload into `folder` of the bucket, or where uploads go, under a name made by the server.

    Raises SongRefused before a byte is sent, and tencent.errors.BucketError when the store does not take it.
    """
    kind, seconds = judge(file, file.size or 0)  # type: ignore[arg-type]
    path = new_path(kind, folder)
    file.seek(0)
    clients.bucket_for(account).put(path, file, content_type=kind.content_type, length=file.size)
    name = sniffing.clean_name(file.name or "", fallback=f"song.{kind.extension}")
    return Song.objects.create(
        account=account, uploader=user, path=path, name=name, size=file.size or 0, seconds=seconds
    )


def refuse_oversized(size: int) -> None:
    """Raises SongRefused when `size` in bytes is beyond what the portal takes."""
    if size > settings.UPLOAD_MAX_BYTES:
        raise SongRefused(too_large_sentence())


def too_large_sentence() -> str:
    """Why a file was dropped that accounts.uploads.too_large() names."""
    limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
    return _("The file is too large: at most %(limit)s are taken.") % {"limit": limit}


def names_for(account: Account, paths: Iterable[str]) -> dict[str, str]:
    """The person's own names of those `paths` that were uploaded here."""
    found = Song.objects.filter(account=account, path__in=list(paths))
    return dict(found.values_list("path", "name"))


def display_name(account: Account, path: str) -> str:
    """What to call the object at `path`: the person's own name for it, else the last part of the path."""
    return names_for(account, [path]).get(path) or path.rstrip("/").rsplit("/", 1)[-1]


def usual_folder() -> str:
    """Where uploads go that no folder was named for: this month's."""
    return f"uploads/{datetime.now(UTC):%Y/%m}/"


def new_path(kind: sniffing.Kind, folder: str = "") -> str:
    """A key for a new song in `folder`, or in the usual one: made by the server and never by a browser."""
    return f"{folder or usual_folder()}{uuid.uuid4()}.{kind.extension}"


def judge_kind(file: BinaryIO, size: int) -> sniffing.Kind:
    """What a file of `size` bytes is, by its beginning; raises SongRefused."""
    if not size:
        raise SongRefused(_("The file is empty."))
    refuse_oversized(size)
    kind = sniffing.sniff(file)
    if kind is None:
        raise SongRefused(
            _("This is not an audio file that we know, whatever its name says. MP3 and WAV work best.")
        )
    return kind


def judge(file: BinaryIO, size: int) -> tuple[sniffing.Kind, float | None]:
    """What the file is and how long in seconds; raises SongRefused."""
    kind = judge_kind(file, size)
    seconds = sniffing.seconds_of(file)
    if seconds is None and kind.is_readable:
        raise SongRefused(_("The file is damaged: it begins like audio, but its header cannot be read."))
    if seconds == 0:
        raise SongRefused(_("There is no sound in the file."))
    return kind, seconds
