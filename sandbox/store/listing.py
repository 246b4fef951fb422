"""What a bucket holds: keys with prefix, delimiter and pages; also as versions, and unfinished uploads."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from sandbox.store import xml as store_xml
from sandbox.store.errors import StoreError
from sandbox.store.files import Files, Stored
from sandbox.store.request import Answer, StoreRequest

PAGE = 1000
LAST = "\U0010ffff"  # no key of a prefix sorts after prefix + LAST
OWNER = {"ID": "qcs::cam::uin/100000000001:uin/100000000001", "DisplayName": "sandbox"}


@dataclass
class _Page:
    """Keys with what lies there, and common prefixes, after a marker."""

    entries: list[tuple[str, sqlite3.Row]] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    last: str = ""
    more: bool = False


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What every listing may be asked for."""

    prefix: str
    delimiter: str
    marker: str
    limit: int
    encoding: str

    @classmethod
    def of(cls, request: StoreRequest, *, marker: str, size: str) -> "_Asked":
        """From a request whose parameters have these names. Raises StoreError InvalidArgument."""
        ask = request.query.get
        asked = ask(size) or str(PAGE)
        if not (asked.isascii() and asked.isdigit()):
            raise StoreError("InvalidArgument", f"{size} must be a number.")
        encoding = ask("encoding-type", "")
        if encoding not in ("", "url"):
            raise StoreError("InvalidArgument", "encoding-type must be url.")
        limit = min(int(asked), PAGE)
        prefix, delimiter = ask("prefix", ""), ask("delimiter", "")
        return cls(prefix=prefix, delimiter=delimiter, marker=ask(marker, ""), limit=limit, encoding=encoding)

    def text(self, value: str) -> str:
        """A key as the answer spells it."""
        return quote(value, safe="/-_.~") if self.encoding else value


def list_objects(files: Files, request: StoreRequest) -> Answer:
    """GET Bucket, version 1: keys and common prefixes after `marker`, in byte order."""
    asked = _Asked.of(request, marker="marker", size="max-keys")
    page = _page(files, "object", request.bucket, asked)
    head = _head(request, asked, page, names=("Name", "Marker", "MaxKeys", "NextMarker"))
    contents: list[store_xml.Node] = [_described(Stored.of(row), asked) for _, row in page.entries]
    return _xml("ListBucketResult", {**head, "Contents": contents, "CommonPrefixes": _folders(page, asked)})


def list_versions(files: Files, request: StoreRequest) -> Answer:
    """GET ?versions: as versions have no effect here, every key has one, called null."""
    asked = _Asked.of(request, marker="key-marker", size="max-keys")
    page = _page(files, "object", request.bucket, asked)
    head = _head(request, asked, page, names=("Name", "KeyMarker", "MaxKeys", "NextKeyMarker"))
    mark = {"VersionId": "null", "IsLatest": "true"}
    versions: list[store_xml.Node] = [
        {**_described(Stored.of(row), asked), **mark} for _, row in page.entries
    ]
    return _xml("ListVersionsResult", {**head, "Version": versions, "CommonPrefixes": _folders(page, asked)})


def list_uploads(files: Files, request: StoreRequest) -> Answer:
    """GET ?uploads: unfinished uploads by key and age; those of one key always come on one page."""
    asked = _Asked.of(request, marker="key-marker", size="max-uploads")
    page = _page(files, "upload", request.bucket, asked)
    head = _head(request, asked, page, names=("Bucket", "KeyMarker", "MaxUploads", "NextKeyMarker"))
    found: list[store_xml.Node] = []
    for key, _ in page.entries:
        sql = "select * from upload where bucket = ? and key = ? order by created"
        found += [_begun(row, asked) for row in files.database.all(sql, request.bucket, key)]
    folders = _folders(page, asked)
    return _xml("ListMultipartUploadsResult", {**head, "Upload": found, "CommonPrefixes": folders})


def delete_many(files: Files, request: StoreRequest, *, may: Callable[[str], bool]) -> Answer:
    """POST ?delete: up to 1000 keys, those that `may` refuses named as errors; deleting nothing counts as
    deleted."""
    root = store_xml.read(request.document())
    keys = [(element.findtext("Key") or "").removeprefix("/") for element in root.iter("Object")]
    if not keys or len(keys) > PAGE:
        raise StoreError("MalformedXML", "Between 1 and 1000 keys must be given.")
    allowed = {key: may(key) for key in keys}
    for key in filter(allowed.get, allowed):
        files.drop(request.bucket, key)
    quiet = (root.findtext("Quiet") or "").strip().lower() == "true"
    deleted: list[store_xml.Node] = [{"Key": key} for key in keys if allowed[key] and not quiet]
    refusal = {"Code": "AccessDenied", "Message": "Access Denied."}
    refused: list[store_xml.Node] = [{"Key": key, **refusal} for key in keys if not allowed[key]]
    return _xml("DeleteResult", {"Deleted": deleted, "Error": refused})


def _head(
    request: StoreRequest, asked: _Asked, page: _Page, *, names: tuple[str, str, str, str]
) -> dict[str, store_xml.Node]:
    """What precedes the entries; `names` are those of bucket, marker, page size and next marker."""
    bucket, marker, size, following = names
    head: dict[str, store_xml.Node] = {
        bucket: request.bucket,
        "EncodingType": asked.encoding,
        "Prefix": asked.text(asked.prefix),
        marker: asked.text(asked.marker),
        size: asked.limit,
        "Delimiter": asked.text(asked.delimiter),
        "IsTruncated": "true" if page.more else "false",
    }
    return head | ({following: asked.text(page.last)} if page.more else {})


def _folders(page: _Page, asked: _Asked) -> list[store_xml.Node]:
    return [{"Prefix": asked.text(folder)} for folder in page.folders]


def _described(stored: Stored, asked: _Asked) -> dict[str, store_xml.Node]:
    return {
        "Key": asked.text(stored.key),
        "LastModified": store_xml.iso(stored.modified),
        "ETag": f'"{stored.etag}"',
        "Size": stored.size,
        "Owner": OWNER,
        "StorageClass": stored.headers.get("x-cos-storage-class", "STANDARD"),
    }


def _begun(row: sqlite3.Row, asked: _Asked) -> store_xml.Node:
    return {
        "Key": asked.text(row["key"]),
        "UploadId": row["id"],
        "StorageClass": json.loads(row["headers"]).get("x-cos-storage-class", "STANDARD"),
        "Initiator": OWNER,
        "Owner": OWNER,
        "Initiated": store_xml.iso(row["created"]),
    }


def _page(files: Files, table: str, bucket: str, asked: _Asked) -> _Page:
    page = _Page()
    for name, row in _entries(files, table, bucket, asked):
        if len(page.entries) + len(page.folders) >= asked.limit:
            page.more = True
            break
        page.last = name
        if row is None:
            page.folders.append(name)
        else:
            page.entries.append((name, row))
    return page


def _entries(
    files: Files, table: str, bucket: str, asked: _Asked
) -> Iterator[tuple[str, sqlite3.Row | None]]:
    """Keys with their row, and common prefixes with None, after the marker."""
    position, prefix, delimiter = asked.marker, asked.prefix, asked.delimiter
    sql = f"select * from {table} where bucket = ? and key > ? and key >= ? and key < ?"  # noqa: S608  (names of our own, values are parameters)
    while True:
        row = files.database.one(f"{sql} order by key limit 1", bucket, position, prefix, prefix + LAST)
        if row is None:
            return
        head, found, _ = row["key"][len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
        if not found:
            position = row["key"]
            yield row["key"], row
            continue
        folder = prefix + head + delimiter
        position = folder + LAST
        if not asked.marker.startswith(folder):
            yield folder, None


def _xml(root: str, content: store_xml.Node) -> Answer:
    return Answer(headers={"Content-Type": "application/xml"}, body=store_xml.write(root, content))
