"""Turns what a person handed over as the song into the source of a job."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise

from accounts.encryption import CannotOpen
from accounts.models import Account, Song
from accounts.sentences import explain_bucket, explain_format, explain_gateway
from accounts.songs import SongRefused, display_name, store_song
from jobs.models import Job
from jobs.services import Source
from tencent.errors import BucketError
from tencent.formats import check_destination, check_key, check_output_prefix

CHECKS = {"path": check_key, "destination": check_destination, "output_prefix": check_output_prefix}


class SourceRefused(Exception):
    """No source came of it; `sentence` says why, to a person."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def fault_of(field: str, value: str) -> str | Promise:
    """What is wrong with a value of CHECKS before it is sent, "" when nothing is."""
    code = CHECKS[field](value)
    return explain_format(code) if code else ""


def keep_upload(*, account: Account, user: Any, file: UploadedFile[Any]) -> Song:
    """Put `file` into the bucket, so that it need not travel again; raises SourceRefused."""
    try:
        return store_song(account=account, user=user, file=file)
    except SongRefused as error:
        raise SourceRefused(error.sentence) from error
    except BucketError as error:
        raise SourceRefused(explain_bucket(error)) from error
    except CannotOpen as error:
        raise SourceRefused(explain_gateway("CannotOpen")) from error


def recent_songs(account: Account, *, limit: int = 8) -> list[Song]:
    """The last songs that were uploaded to the account's bucket through the portal."""
    return list(account.songs.all()[:limit])


def from_path(account: Account, path: str) -> Source:
    """An object of the account's own bucket, with its name and length where the portal knows them."""
    song = Song.objects.filter(account=account, path=path).first()
    return Source(
        kind=Job.SourceKind.BUCKET,
        path=path,
        name=song.name if song else display_name(account, path),
        seconds=song.seconds if song else None,
    )


def from_url(url: str) -> Source:
    """A file that TMP fetches itself; the portal never opens the address."""
    parts = urlsplit(url)
    last = unquote(parts.path).rstrip("/").rsplit("/", 1)[-1]
    return Source(kind=Job.SourceKind.URL, url=url, name=(last or parts.netloc)[:255])
