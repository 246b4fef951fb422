"""PUT, GET, HEAD, DELETE and POST ?append of one object, as COS answers them."""

from collections.abc import Callable, Iterator
from contextlib import closing
from email.utils import formatdate

from sandbox.store import encryption, restoring, tagging
from sandbox.store.acl import canned
from sandbox.store.conditions import check, span, unchanged
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
HIDDEN = ("x-cos-acl", tagging.TAGS)
MAX_META = 2048  # bytes of x-cos-meta-* names and values
KIND, APPENDABLE = "x-cos-object-type", "appendable"


def put(files: Files, request: StoreRequest) -> Answer:
    """Store the body under the key."""
    check_key(request)
    headers, check = kept_headers(request), overwriting(request)
    check(files.find(request.bucket, request.key))
    spooled = files.spool(request.chunks(), check=request.check_md5)
    stored = files.keep(request.bucket, request.key, spooled, headers=headers, check=check)
    return Answer(headers=evidence(stored))


def append(files: Files, request: StoreRequest) -> Answer:
    """POST ?append: the body behind what is there, which must be as long as `position` says."""
    check_key(request)
    position = request.query.get("position", "")
    if not (position.isascii() and position.isdigit()):
        raise StoreError("InvalidArgument", "The position must be a number.")
    old = files.find(request.bucket, request.key)

    def check(now: Stored | None) -> None:
        if now and KIND not in now.headers:
            raise StoreError("ObjectNotAppendable", "The object was not made by appending.")
        if int(position) != (now.size if now else 0) or (now and now.file) != (old and old.file):
            raise StoreError("PositionNotEqualToLength", "The position is not the object's length.")

    check(old)
    headers = old.headers if old else kept_headers(request) | {KIND: APPENDABLE}
    try:
        spooled = files.spool(_with_more(old, request))
    except FileNotFoundError as error:
        raise StoreError("PositionNotEqualToLength", "Another append was faster.") from error
    stored = files.keep(request.bucket, request.key, spooled, headers=headers, check=check)
    return Answer(headers={**evidence(stored), "x-cos-next-append-position": str(stored.size)})


def get(files: Files, request: StoreRequest) -> Answer:
    """The object or a part of it, its headers overridden by response-* parameters."""
    stored = files.find(request.bucket, request.key)
    if stored is None:
        raise StoreError("NoSuchKey", "The specified key does not exist.")
    encryption.check_key(request, stored.headers)
    headers = _described(stored) | _renamed(request)
    check(request.headers, stored)
    if unchanged(request.headers, stored):
        return Answer(status=304, headers=headers)
    status, start, size = span(request, stored)
    headers["Content-Length"] = str(size)
    if status == 206:
        headers["Content-Range"] = f"bytes {start}-{start + size - 1}/{stored.size}"
    if request.method == "HEAD":
        return Answer(status=status, headers=headers)
    restoring.check_readable(stored)
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
    """The request's headers that are stored with an object. Raises StoreError."""
    meta = {name: value for name, value in request.headers.items() if name.startswith("x-cos-meta-")}
    if sum(len(name) + len(value) for name, value in meta.items()) > MAX_META:
        raise StoreError("KeyTooLong", "Your metadata headers exceed the maximum allowed metadata size.")
    kept = {name: request.headers[name] for name in KEPT_HEADERS if name in request.headers}
    return kept | meta | tagging.tags_of(request) | own_traits(request)


def own_traits(request: StoreRequest) -> dict[str, str]:
    """Headers of a new object that a copy never takes from its source: ACL, class, encryption."""
    acl = canned(request)
    given = {"x-cos-acl": acl} if acl not in ("", "default") else {}
    return given | restoring.class_of(request) | encryption.seal(request)


def check_key(request: StoreRequest) -> None:
    """Refuse a key that COS would not take for a new object. Raises StoreError InvalidArgument."""
    if request.key[0] in "/\\":
        raise StoreError("InvalidArgument", "A key cannot start with a slash or a backslash.")


def overwriting(request: StoreRequest) -> Callable[[Stored | None], None]:
    """Refuses what is there already, when the request asks for that (source: doc 436/7749; buckets with
    versions do not)."""
    forbidden = request.headers.get("x-cos-forbid-overwrite", "").lower() == "true"

    def check(now: Stored | None) -> None:
        if now and forbidden:
            raise StoreError("FileAlreadyExists", "The object you specified already exists.")

    return check


def evidence(stored: Stored) -> dict[str, str]:
    """What an answer to a write says about what was written."""
    crc = {"x-cos-hash-crc64ecma": stored.crc} if stored.crc is not None else {}
    return {"ETag": f'"{stored.etag}"', **crc, **encryption.shown(stored.headers)}


def _with_more(old: Stored | None, request: StoreRequest) -> Iterator[bytes]:
    if old:
        with closing(Pieces(old.file)) as chunks:
            yield from chunks
    yield from request.chunks()


def _described(stored: Stored) -> dict[str, str]:
    own = {
        name if name.startswith("x-") else name.title(): value
        for name, value in stored.headers.items()
        if name not in HIDDEN
    }
    more = {"x-cos-next-append-position": str(stored.size)} if KIND in stored.headers else {}
    return {
        "Content-Type": "application/octet-stream",
        **own,
        **evidence(stored),
        **tagging.count(stored.headers),
        **more,
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
