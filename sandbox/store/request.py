"""One request to the store, with bucket and key told apart in both of COS's spellings."""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qsl
from wsgiref.types import WSGIEnvironment

from sandbox.store.errors import StoreError
from sandbox.store.keys import Credential

if TYPE_CHECKING:
    from sandbox.store.forms import Form

READ = 1 << 18
BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9-]*-[0-9]+")
REGION = re.compile(r"cos\.([a-z]+-[a-z]+(?:-[a-z0-9]+)*)\.(?:myqcloud\.com|tencentcos\.cn)")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a handler gives back; the app adds the headers common to all."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Iterable[bytes] = b""


@dataclass(frozen=True, kw_only=True)
class StoreRequest:
    """`bucket` is empty for the service itself, `key` for a bucket; `path` is what COS signs.

    `region` is the one that the host names, empty when it names none; `caller` is the key that signed, None
    before that was checked and for everybody else; `by_path`: the bucket is named by the path. `form` is that
    of a POST, with its file unread, and `sizes` how many bytes the file may have (None: no limit).
    """

    method: str
    host: str
    path: str
    bucket: str
    by_path: bool
    region: str
    query: dict[str, str]
    headers: dict[str, str]
    environ: WSGIEnvironment = field(repr=False)
    caller: Credential | None = None
    form: "Form | None" = None
    sizes: tuple[int, int | None] = (0, None)

    @classmethod
    def of(cls, environ: WSGIEnvironment) -> Self:
        """Read a WSGI request. Raises StoreError InvalidURI when the path is not UTF-8."""
        headers = {
            name[5:].replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            if environ.get(name):
                headers[name.replace("_", "-").lower()] = environ[name]
        try:
            path = environ["PATH_INFO"].encode("latin-1").decode() or "/"
        except UnicodeDecodeError as error:
            raise StoreError("InvalidURI", "The key is not UTF-8.") from error
        name, _, domain = headers.get("host", "").partition(":")[0].lower().partition(".")
        region = REGION.fullmatch(domain) or REGION.fullmatch(f"{name}.{domain}")
        bucket, path, by_path = _address(name, domain, path)
        return cls(
            method=environ["REQUEST_METHOD"],
            host=headers.get("host", ""),
            path=path,
            bucket=bucket,
            by_path=by_path,
            region=region[1] if region else "",
            query=dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
            headers=headers,
            environ=environ,
        )

    @property
    def key(self) -> str:
        """The object's key: everything after the slash that follows the bucket."""
        return self.path[1:]

    def chunks(self) -> Iterator[bytes]:
        """The body, piece by piece. Raises StoreError when it ends early or has no length."""
        source = self.environ["wsgi.input"]
        size = self.headers.get("content-length")
        if size is None:
            if "chunked" not in self.headers.get("transfer-encoding", "").lower():
                raise StoreError("MissingContentLength", "You must provide the Content-Length HTTP header.")
            yield from iter(lambda: source.read(READ), b"")
            return
        left = int(size)
        while left > 0:
            data = source.read(min(READ, left))
            if not data:
                raise StoreError("IncompleteBody", "The body is shorter than Content-Length says.")
            left -= len(data)
            yield data

    def document(self, limit: int = 1 << 20) -> bytes:
        """A small body in one piece, checked against Content-MD5. Raises StoreError."""
        body = b""
        for data in self.chunks():
            body += data
            if len(body) > limit:
                raise StoreError("EntityTooLarge", "The document is too large.")
        self.check_md5(hashlib.md5(body, usedforsecurity=False).digest())
        return body

    def check_md5(self, digest: bytes) -> None:
        """Compare with the Content-MD5 header when there is one. Raises StoreError BadDigest."""
        expected = self.headers.get("content-md5")
        if expected and base64.b64encode(digest).decode() != expected:
            raise StoreError("BadDigest", "The Content-MD5 you specified did not match what was received.")


def _address(name: str, domain: str, path: str) -> tuple[str, str, bool]:
    if domain and BUCKET_NAME.fullmatch(name):
        return name, path, False
    if path == "/" or (domain and name == "service"):
        return "", path, False
    bucket, _, key = path[1:].partition("/")
    return bucket, "/" + key, True
