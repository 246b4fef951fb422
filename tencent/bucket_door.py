"""Between our Bucket and the COS SDK: the session it sends over, the bodies it is fed, the errors it
raises."""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from itertools import chain
from typing import Any, Protocol

import requests
from qcloud_cos.cos_exception import CosServiceError

from tencent.causes import cause_of
from tencent.deadlines import FollowingAdapter
from tencent.errors import BucketError, BucketMissing, BucketRefused, BucketUnreachable
from tencent.scrubbing import Scrubber
from tencent.transports import harden, outside

CHUNK_BYTES = 64 * 1024
WORDS_BYTES = 500
# Of an answer that is read whole: a page of 1000 keys of full length.
MOST_BYTES = 8 * 1024 * 1024

# The SDK logs request URLs and error bodies, and at DEBUG the signing key; every failure is reported by an
# exception of ours instead.
logging.getLogger("qcloud_cos").setLevel(logging.CRITICAL)


class Readable(Protocol):
    """A binary file, an uploaded one included."""

    def read(self, size: int = -1, /) -> bytes: ...


Body = bytes | Readable | Iterable[bytes]


class RedirectedError(requests.RequestException):
    """The store answered 3xx, which the SDK would take for success."""


class OversizedError(requests.RequestException):
    """The store's answer does not end."""


class Door(requests.Session):
    """The session all buckets of a process share; it remembers, per thread, how the store's clock differs."""

    def __init__(self) -> None:
        super().__init__()
        harden(self, FollowingAdapter(pool_connections=16, pool_maxsize=32))
        self.verify = outside("https://any.host")["verify"]
        self._last = threading.local()

    @property
    def skew(self) -> float | None:
        """The store's Date minus our clock in seconds at this thread's last answer."""
        return getattr(self._last, "skew", None)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """As the session's, but 3xx is an error, whoever asks, and so is an answer without end."""
        kwargs["allow_redirects"] = False
        self._last.skew = None
        is_download = kwargs.pop("stream", False)
        response = super().send(request, stream=True, **kwargs)
        try:
            date = parsedate_to_datetime(response.headers["Date"])
            self._last.skew = round((date - datetime.now(UTC)).total_seconds(), 1)
        except (KeyError, ValueError, TypeError):
            self._last.skew = None
        if 300 <= response.status_code < 400 and response.status_code != requests.codes.not_modified:
            response.close()
            raise RedirectedError
        if not is_download or response.status_code >= 400:
            _hold(response)
        return response


def _hold(response: requests.Response) -> None:
    """Read all of a short answer, as requests itself would without a limit."""
    content = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        content += chunk
        if len(content) > MOST_BYTES:
            response.close()
            raise OversizedError
    response._content = bytes(content)


def door() -> Door:
    """The process's own session: a forked child must not share its parent's sockets."""
    return _door_of(os.getpid())


@lru_cache(maxsize=1)
def _door_of(_pid: int) -> Door:
    return Door()


def sized(stream: Body, length: int | None) -> Any:
    """The body in a form that goes out with a Content-Length whenever the length can be known."""
    if isinstance(stream, bytes):
        return stream
    if length is None:
        length = _remaining(stream)
    if length == 0:
        return b""
    chunks = _chunks(stream)
    return chunks if length is None else _Sized(chunks, length)


class _Sized:
    """Exactly `length` bytes; a stream that ends before is an error, or the store would wait for the rest."""

    def __init__(self, chunks: Iterator[bytes], length: int) -> None:
        self._chunks = chunks
        self._left = length
        self._length = length
        self._rest = b""

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.read(CHUNK_BYTES), b"")

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        if not self._left:
            return b""
        if not self._rest:
            self._rest = next(self._chunks, b"")
            if not self._rest:
                raise ValueError("The stream is shorter than its length.")
        size = min(size if size >= 0 else CHUNK_BYTES, self._left)
        part, self._rest = self._rest[:size], self._rest[size:]
        self._left -= len(part)
        return part


def _chunks(stream: Readable | Iterable[bytes]) -> Iterator[bytes]:
    if hasattr(stream, "read"):
        return iter(lambda: stream.read(CHUNK_BYTES), b"")
    return filter(None, chain(stream))


def _remaining(stream: Any) -> int | None:
    try:
        here: int = stream.tell()
        stream.seek(0, os.SEEK_END)
        end: int = stream.tell()
        stream.seek(here)
    except (AttributeError, OSError):
        return None
    return end - here


@contextmanager
def errors_mapped(*secrets: str) -> Iterator[None]:
    """Turns whatever the SDK raises into a BucketError without URL and secrets."""
    try:
        yield
    except BucketError:
        raise
    except CosServiceError as error:
        raise _declined(error, Scrubber(secrets)) from None
    except Exception as error:
        raise _failed(error) from None


# Codes that 403 answers are seen to carry in either Code or Message (cos.md 6, doc: 436/40105).
_BY_MESSAGE = {
    "request has expired": "RequestExpired",
    "requesttimetooskewed": "RequestTimeTooSkewed",
    "signaturedoesnotmatch": "SignatureDoesNotMatch",
    "invalidaccesskeyid": "InvalidAccessKeyId",
    "pathstyledomainforbidden": "PathStyleDomainForbidden",
    "downloadforbidden": "DownloadForbidden",
}


def _declined(error: CosServiceError, scrub: Scrubber) -> BucketError:
    digest = error.get_digest_msg()
    digest = digest if isinstance(digest, Mapping) else {}
    http_state = int(error.get_status_code())
    code = scrub(str(digest.get("code") or f"Http{http_state}"), 100)
    message = scrub(re.sub(r"\w+://\S+", "", str(digest.get("message") or "")), WORDS_BYTES)
    if code in ("AccessDenied", f"Http{http_state}"):
        plain = message.replace(" ", "").lower()
        code = next((known for sign, known in _BY_MESSAGE.items() if sign.replace(" ", "") in plain), code)
    kind: type[BucketError] = BucketRefused
    if http_state >= 500:
        kind = BucketUnreachable
    elif code in ("NoSuchKey", "NoSuchBucket", "NoSuchResource", "Http404"):
        kind = BucketMissing
    return kind(message, code=code, http_state=http_state)


def _failed(error: Exception) -> BucketError:
    for kind, code in ((RedirectedError, "redirect"), (OversizedError, "oversized")):
        if isinstance(error, kind) or isinstance(error.__context__, kind):
            return BucketRefused(code=code)
    cause = cause_of(error)
    if cause in ("unfit", "undecodable"):
        return BucketRefused(code=cause)
    return BucketRefused(code="garbled") if cause == "unknown" else BucketUnreachable(code=cause)
