"""Turns what a person handed over as songs into the sources of jobs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.clients import bucket_for
from accounts.encryption import CannotOpen
from accounts.models import Account, Song
from accounts.sentences import explain_bucket, explain_format, explain_gateway
from accounts.songs import SongRefused, store_song
from jobs.addresses import is_in_own_store
from jobs.models import Job
from jobs.results import kind_of
from jobs.services import Source
from tencent.errors import BucketError
from tencent.formats import check_destination, check_key, check_output_prefix

CHECKS = {"path": check_key, "destination": check_destination, "output_prefix": check_output_prefix}
LONGEST_URL = 2048
# The folder of one attempt (jobs.engine.wire): what lies in it was written by TMP.
OUTPUT_FOLDER = re.compile(r"(?:^|/)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-\d+/")
_is_url = URLValidator(schemes=["https", "http"])


class SourceRefused(Exception):
    """No source came of it; `sentence` says why, to a person."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def fault_of(field: str, value: str) -> str | Promise:
    """What is wrong with a value of CHECKS before it is sent, "" when nothing is."""
    code = CHECKS[field](value)
    return explain_format(code) if code else ""


def fault_of_closed(path: str, closed: Collection[str]) -> str | Promise:
    """Why an object is not sent that is among the `closed` ones (accounts.guarding), "" when it is not."""
    if path not in closed:
        return ""
    return _("This file contains keys, or cannot be searched for them: it is not sent to TMP.")


def fit_place(account: Account, text: str) -> str:
    """The path in the account's bucket or the https address that `text` is; raises SourceRefused."""
    return fit_url(account, text) if "://" in text else fit_path(text)


def fit_path(text: str) -> str:
    """An object's key, without the slash in front; raises SourceRefused."""
    path = text.removeprefix("/")
    if fault := fault_of("path", path):
        raise SourceRefused(fault)
    if path.endswith("/"):
        raise SourceRefused(_("This is a folder, not a song."))
    return path


def fit_url(account: Account, text: str) -> str:
    """An address that TMP may be given, or the portal may copy; raises SourceRefused."""
    if not text.startswith("https://") and not is_in_own_store(account, text):
        raise SourceRefused(_("Only addresses that begin with https:// are sent."))
    try:
        _is_url(text)
    except ValidationError as error:
        raise SourceRefused(_("This is no complete web address.")) from error
    if len(text) > LONGEST_URL:
        raise SourceRefused(explain_format("too_long"))
    return text


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


def below(account: Account, folder: str, *, most: int) -> tuple[list[str], int]:
    """Keys of the audio files below `folder` of the bucket, at most `most` + 1 of them; and how many were
    left out, since their names cannot be sent. Asks the bucket; raises SourceRefused.

    `folder` ends with a slash; the whole bucket is "/". What TMP wrote for a job is no song.
    """
    found, left_out = list[str](), 0
    try:
        for key in _keys(account, "" if folder == "/" else folder):
            if kind_of(key) != "audio" or OUTPUT_FOLDER.search(key):
                continue
            if CHECKS["path"](key):
                left_out += 1
            else:
                found.append(key)
            if len(found) > most:
                break
    except BucketError as error:
        raise SourceRefused(explain_bucket(error)) from error
    except CannotOpen as error:
        raise SourceRefused(explain_gateway("CannotOpen")) from error
    if not found:
        raise SourceRefused(_("There is no audio file below this folder."))
    return found, left_out


def sources_of(
    account: Account, places: Iterable[str], *, copied: Collection[str] = (), as_audio: Collection[str] = ()
) -> list[Source]:
    """The sources that `places` (see fit_place) are, names and lengths in one query where there are known.

    Those in `copied` are copied into the bucket first; of those in `as_audio` the sound is sent where TMP may
    not read the file itself.
    """
    places = list(places)
    paths = [place for place in places if "://" not in place]
    songs = (
        {song.path: song for song in Song.objects.filter(account=account, path__in=paths)} if paths else {}
    )
    found = [from_url(place) if "://" in place else _from_path(place, songs.get(place)) for place in places]
    copied, as_audio = set(copied), set(as_audio)
    if not copied and not as_audio:
        return found
    return [
        replace(source, copies=place in copied, as_audio=place in as_audio)
        for place, source in zip(places, found, strict=True)
    ]


def from_url(url: str) -> Source:
    """A file that TMP fetches itself."""
    parts = urlsplit(url)
    last = unquote(parts.path).rstrip("/").rsplit("/", 1)[-1]
    return Source(kind=Job.SourceKind.URL, url=url, name=(last or parts.netloc)[:255])


def _from_path(path: str, song: Song | None) -> Source:
    """An object of the account's own bucket, with its name and length where the portal knows them."""
    return Source(
        kind=Job.SourceKind.BUCKET,
        path=path,
        name=song.name if song else path.rsplit("/", 1)[-1],
        seconds=song.seconds if song else None,
    )


def _keys(account: Account, prefix: str) -> Iterator[str]:
    bucket, marker = bucket_for(account), ""
    while True:
        listing = bucket.list(prefix, marker, delimiter="", limit=1000)
        yield from (entry.key for entry in listing.entries)
        if not (marker := listing.next_marker):
            return
