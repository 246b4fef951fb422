"""Brings a job's song to a local file, from the sandbox's own store only: no way into other machines."""

import http.client
import os
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import SplitResult, unquote, urlsplit

from sandbox.platform.messages import Song
from sandbox.platform.stage import JobFailedError
from sandbox.store.app import BucketApp

SECONDS = 60
MOST_BYTES = 1 << 30
PIECE = 1 << 20
LONGEST_NAME = 255  # bytes, as file systems have it


def fetch(song: Song, *, store: BucketApp, store_port: int, bucket: str, folder: Path) -> Path:
    """The song as a file in `folder`, which is new, called as its owner calls it. Raises JobFailedError."""
    folder.mkdir()
    if song.url:
        return _from_url(song.url, store_port, folder)
    key = song.path.lstrip("/")
    target = folder / _name(key)
    for _ in range(2):
        stored = store.files.find(bucket, key)
        if stored is None:
            break
        try:
            os.link(stored.file, target)
        except FileNotFoundError:
            # Overwritten between look-up and link: the second look finds the new file.
            continue
        return target
    raise JobFailedError(f"input {song.path} does not exist in bucket {bucket}: NoSuchKey")


def _from_url(url: str, store_port: int, folder: Path) -> Path:
    parts = _split(url)
    stores = (f"127.0.0.1:{store_port}", f"localhost:{store_port}")
    if parts is None or parts.scheme != "http" or parts.netloc not in stores:
        raise JobFailedError("the sandbox fetches inputs[].url from its own store only")
    target = folder / _name(unquote(parts.path))
    request = parts.path + ("?" + parts.query if parts.query else "")
    with closing(http.client.HTTPConnection("127.0.0.1", store_port, timeout=SECONDS)) as connection:
        try:
            connection.request("GET", request, headers={"Host": parts.netloc})
            answer = connection.getresponse()
            if answer.status != 200:
                raise JobFailedError(f"the input's URL answered HTTP {answer.status}")
            with target.open("wb") as out:
                _copy(answer, out)
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise JobFailedError("the input's URL could not be read") from error
    return target


def _copy(answer: http.client.HTTPResponse, out: BinaryIO) -> None:
    left = MOST_BYTES
    while piece := answer.read(min(PIECE, left + 1)):
        left -= len(piece)
        if left < 0:
            raise JobFailedError(f"the input's URL gives more than {MOST_BYTES >> 20} MiB")
        out.write(piece)


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _name(key: str) -> str:
    """The last part of the key, which sentences about the song name; "song" for what is no file name."""
    name = PurePosixPath(key).name
    if not name.isprintable() or name in ("", "..") or len(name.encode()) > LONGEST_NAME:
        return "song"
    return name
