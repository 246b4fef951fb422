"""What a bucket holds: the listing with prefix, delimiter and pages, and deleting many keys at once."""

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
    objects: list[Stored] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    last: str = ""
    more: bool = False


def list_objects(files: Files, request: StoreRequest) -> Answer:
    """GET Bucket, version 1: keys and common prefixes after `marker`, in byte order."""
    ask = request.query.get
    prefix, delimiter, marker = ask("prefix", ""), ask("delimiter", ""), ask("marker", "")
    size = ask("max-keys") or str(PAGE)
    if not (size.isascii() and size.isdigit()):
        raise StoreError("InvalidArgument", "max-keys must be a number.")
    limit = min(int(size), PAGE)
    page = _page(files, request.bucket, prefix=prefix, delimiter=delimiter, marker=marker, limit=limit)

    def text(value: str) -> str:
        return quote(value, safe="/-_.~") if ask("encoding-type") == "url" else value

    head: dict[str, store_xml.Node] = {
        "Name": request.bucket,
        "EncodingType": ask("encoding-type", ""),
        "Prefix": text(prefix),
        "Marker": text(marker),
        "MaxKeys": limit,
        "Delimiter": text(delimiter),
        "IsTruncated": "true" if page.more else "false",
    }
    if page.more:
        head["NextMarker"] = text(page.last)
    folders = [{"Prefix": text(folder)} for folder in page.folders]
    contents = [_described(stored, text(stored.key)) for stored in page.objects]
    return _xml("ListBucketResult", {**head, "Contents": contents, "CommonPrefixes": folders})


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


def list_buckets(files: Files, *, bucket: str, region: str) -> Answer:
    """GET Service: the one bucket the caller's key opens."""
    row = files.database.one("select created from bucket where name = ?", bucket)
    created = store_xml.iso(row["created"]) if row else ""
    entry: store_xml.Node = {"Name": bucket, "Location": region, "CreationDate": created, "BucketType": "cos"}
    content: store_xml.Node = {"Owner": OWNER, "Buckets": {"Bucket": [entry]}}
    return _xml("ListAllMyBucketsResult", content)


def _described(stored: Stored, key: str) -> store_xml.Node:
    return {
        "Key": key,
        "LastModified": store_xml.iso(stored.modified),
        "ETag": f'"{stored.etag}"',
        "Size": stored.size,
        "Owner": OWNER,
        "StorageClass": "STANDARD",
    }


def _page(files: Files, bucket: str, *, prefix: str, delimiter: str, marker: str, limit: int) -> _Page:
    page = _Page()
    for name, stored in _entries(files, bucket, prefix=prefix, delimiter=delimiter, marker=marker):
        if len(page.objects) + len(page.folders) >= limit:
            page.more = True
            break
        page.last = name
        if stored is None:
            page.folders.append(name)
        else:
            page.objects.append(stored)
    return page


def _entries(
    files: Files, bucket: str, *, prefix: str, delimiter: str, marker: str
) -> Iterator[tuple[str, Stored | None]]:
    """Keys with their object, and common prefixes with None, after the marker."""
    position = marker
    while True:
        row = files.database.one(
            "select * from object where bucket = ? and key > ? and key >= ? and key < ? order by key limit 1",
            bucket,
            position,
            prefix,
            prefix + LAST,
        )
        if row is None:
            return
        stored = Stored.of(row)
        head, found, _ = stored.key[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
        if not found:
            position = stored.key
            yield stored.key, stored
            continue
        folder = prefix + head + delimiter
        position = folder + LAST
        if not marker.startswith(folder):
            yield folder, None


def _xml(root: str, content: store_xml.Node) -> Answer:
    return Answer(headers={"Content-Type": "application/xml"}, body=store_xml.write(root, content))
