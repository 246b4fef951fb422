"""Passes the bytes of bucket objects on to the browser, piece by piece, without keeping them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from tencent.bucket import Opened

AUDIO_TYPES = {
    ".aac": "audio/aac",
    ".aif": "audio/aiff",
    ".aiff": "audio/aiff",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".mp4": "audio/mp4",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".weba": "audio/webm",
}
_RANGE = re.compile(r"bytes=(\d{1,15}-\d{0,15}|-\d{1,15})")
_PASSED_ON = ("content-length", "content-range", "accept-ranges", "etag", "last-modified")


def audio_type(path: str) -> str:
    """The media type of a path that may be played in the page, "" for every other."""
    return AUDIO_TYPES.get(ending_of(path), "")


def ending_of(path: str) -> str:
    """The ending of a file's name in small letters with its dot; a name such as ".env" is all ending."""
    name = posixpath.basename(path).lower()
    return name if name.startswith(".") and "." not in name[1:] else posixpath.splitext(name)[1]


def clean_range(header: str) -> str:
    """A Range header of one plain range, "" for anything else: then the whole file is the right answer."""
    return header if _RANGE.fullmatch(header) else ""


def pass_on(opened: Opened, *, name: str, media_type: str = "") -> StreamingHttpResponse:
    """Inline where `media_type` is known to be harmless, otherwise as a download called `name`."""
    response = StreamingHttpResponse(
        _Chunks(opened), status=opened.http_state, content_type=media_type or "application/octet-stream"
    )
    for header in _PASSED_ON:
        if value := opened.headers.get(header):
            response[header] = value
    response["Content-Disposition"] = content_disposition_header(not media_type, name) or "inline"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


class _Chunks:
    """An iterator that gives the connection to the bucket back, even if nobody ever reads from it."""

    def __init__(self, opened: Opened) -> None:
        self._chunks = opened.chunks
        self.close = opened.close

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks
