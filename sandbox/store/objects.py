"""PUT, GET, HEAD, DELETE and copy of one object, as COS answers them."""

import re
from contextlib import closing
from email.utils import formatdate, parsedate_to_datetime
from urllib.parse import unquote

from sandbox.store import xml as store_xml
from sandbox.store.errors import StoreError
from sandbox.store.files import Files, Pieces, Stored
from sandbox.store.request import Answer, StoreRequest

KEPT_HEADERS = (
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
)
MAX_META = 2048  # bytes of x-cos-meta-* names and values


def put(files: Files, request: StoreRequest) -> Answer:
    """Store the body under the key; with x-cos-copy-source, store a copy of another object."""
    if request.key[0] in "/\\":
        raise StoreError("InvalidArgument", "A key cannot start with a slash or a backslash.")
    headers = kept_headers(request)
    if "x-cos-copy-source" in request.headers:
        return _copy(files, request, headers)
    _check_free(files, request)
    spooled = files.spool(request.chunks(), check=request.check_md5)
    stored = files.keep(request.bucket, request.key, spooled, headers=headers)
    return Answer(headers=_evidence(stored))


def get(files: Files, request: StoreRequest) -> Answer:
    """The object or a part of it, its headers overridden by response-* parameters."""
    stored = files.find(request.bucket, request.key)
    if stored is None:
        raise StoreError("NoSuchKey", "The specified key does not exist.")
    headers = _described(stored) | _renamed(request)
    _check_preconditions(request, stored)
    if _unchanged(request, stored):
        return Answer(status=304, headers=headers)
    status, start, size = _range(request, stored)
    headers["Content-Length"] = str(size)
    if status == 206:
        headers["Content-Range"] = f"bytes {start}-{start + size - 1}/{stored.size}"
    if request.method == "HEAD":
        return Answer(status=status, headers=headers)
    try:
        body = Pieces(stored.file, start, size)
    except FileNotFoundError:
        # A writer replaced the object between the look-up and the open: the new row has the new file.
        return get(files, request)
    return Answer(status=status, headers=headers, body=body)


def delete(files: Files, request: StoreRequest) -> Answer:
    """Delete the object; 204 also when there was none."""
    files.drop(request.bucket, request.key)
    return Answer(status=204)


def kept_headers(request: StoreRequest) -> dict[str, str]:
    """The request's headers that are stored with an object. Raises StoreError KeyTooLong."""
    meta = {name: value for name, value in request.headers.items() if name.startswith("x-cos-meta-")}
    if sum(len(name) + len(value) for name, value in meta.items()) > MAX_META:
        raise StoreError("KeyTooLong", "Your metadata headers exceed the maximum allowed metadata size.")
    return {name: request.headers[name] for name in KEPT_HEADERS if name in request.headers} | meta


def copy_source(files: Files, request: StoreRequest) -> Stored:
    """The object named by x-cos-copy-source, in the caller's own bucket only. Raises StoreError."""
    bucket, key = source_of(request)
    if bucket != request.bucket:
        raise StoreError("AccessDenied", "Access Denied.")
    stored = files.find(request.bucket, key)
    if stored is None:
        raise StoreError("NoSuchKey", "The specified key does not exist.")
    return stored


def source_of(request: StoreRequest) -> tuple[str, str]:
    """Bucket and key that x-cos-copy-source names."""
    host, _, key = unquote(request.headers["x-cos-copy-source"].partition("?")[0]).partition("/")
    return host.partition(".")[0], key


def _copy(files: Files, request: StoreRequest, headers: dict[str, str]) -> Answer:
    source = copy_source(files, request)
    match = request.headers.get("x-cos-copy-source-if-match")
    if match and not _names(match, source):
        raise StoreError("PreconditionFailed", "The specified precondition is not met.")
    _check_free(files, request)
    if request.headers.get("x-cos-metadata-directive", "Copy").lower() != "replaced":
        headers = source.headers
    with closing(Pieces(source.file)) as chunks:
        spooled = files.spool(chunks)
    stored = files.keep(request.bucket, request.key, spooled, headers=headers, etag=source.etag)
    body = {"ETag": f'"{stored.etag}"', "CRC64": stored.crc, "LastModified": store_xml.iso(stored.modified)}
    return Answer(headers={"Content-Type": "application/xml"}, body=store_xml.write("CopyObjectResult", body))


def _check_free(files: Files, request: StoreRequest) -> None:
    """Refuse to write over an object, when asked to (source: doc 436/7749; buckets with versions do not)."""
    forbidden = request.headers.get("x-cos-forbid-overwrite", "").lower() == "true"
    if forbidden and files.find(request.bucket, request.key):
        raise StoreError("FileAlreadyExists", "The object you specified already exists.")


def _evidence(stored: Stored) -> dict[str, str]:
    crc = {"x-cos-hash-crc64ecma": stored.crc} if stored.crc is not None else {}
    return {"ETag": f'"{stored.etag}"', **crc}


def _described(stored: Stored) -> dict[str, str]:
    own = {name if name.startswith("x-") else name.title(): value for name, value in stored.headers.items()}
    return {
        "Content-Type": "application/octet-stream",
        **own,
        **_evidence(stored),
        "Last-Modified": formatdate(stored.modified, usegmt=True),
        "Accept-Ranges": "bytes",
    }


def _renamed(request: StoreRequest) -> dict[str, str]:
    wanted = {
        name.removeprefix("response-"): value
        for name, value in request.query.items()
        if name.startswith("response-")
    }
    if any(name not in KEPT_HEADERS for name in wanted):
        raise StoreError("InvalidArgument", "Such a response-* parameter does not exist.")
    # WSGI headers are Latin-1 and one line; anything else would break the answer in two.
    if any(not value.isprintable() or not value.isascii() for value in wanted.values()):
        raise StoreError("InvalidArgument", "A response-* parameter holds characters a header cannot carry.")
    return {name.title(): value for name, value in wanted.items()}


def _check_preconditions(request: StoreRequest, stored: Stored) -> None:
    match, since = request.headers.get("if-match"), _moment(request.headers.get("if-unmodified-since"))
    if (match and not _names(match, stored)) or (
        not match and since is not None and int(stored.modified) > since
    ):
        raise StoreError("PreconditionFailed", "The specified precondition is not met.")


def _unchanged(request: StoreRequest, stored: Stored) -> bool:
    none_match = request.headers.get("if-none-match")
    if none_match:
        return _names(none_match, stored)
    since = _moment(request.headers.get("if-modified-since"))
    return since is not None and int(stored.modified) <= since


def _range(request: StoreRequest, stored: Stored) -> tuple[int, int, int]:
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", ""))
    condition = request.headers.get("if-range")
    stale = (
        condition is not None and not _names(condition, stored) and _moment(condition) != int(stored.modified)
    )
    if found is None or not (found[1] or found[2]) or stale:
        return 200, 0, stored.size
    if found[1]:
        start, last = int(found[1]), min(int(found[2] or stored.size), stored.size - 1)
    else:
        start, last = max(0, stored.size - int(found[2])), stored.size - 1
    if start > last:
        raise StoreError("InvalidRange", "The requested range cannot be satisfied.")
    return 206, start, last - start + 1


def _names(condition: str, stored: Stored) -> bool:
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in condition.split(",")}
    return stored.etag in tags or "*" in tags


def _moment(text: str | None) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp() if text else None
    except ValueError:
        return None
