"""Multipart uploads, which the Python SDK uses for everything above one megabyte."""

import hashlib
import json
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sandbox.store import xml as store_xml
from sandbox.store.errors import StoreError
from sandbox.store.files import Files, Pieces
from sandbox.store.objects import kept_headers
from sandbox.store.request import Answer, StoreRequest

SMALLEST_PART = 1 << 20  # bytes; only the last part may be smaller
MOST_PARTS = 10_000
PAGE = 1000


def begin(files: Files, request: StoreRequest) -> Answer:
    """InitiateMultipartUpload: hands out an upload id."""
    upload = uuid.uuid4().hex
    headers = json.dumps(kept_headers(request))
    files.database.run(
        "insert into upload values(?, ?, ?, ?, ?)", upload, request.bucket, request.key, time.time(), headers
    )
    return _xml(
        "InitiateMultipartUploadResult", {"Bucket": request.bucket, "Key": request.key, "UploadId": upload}
    )


def go_on(files: Files, request: StoreRequest) -> Answer:
    """PUT a part, GET the parts, POST to complete or DELETE to abort. Raises StoreError."""
    upload = files.database.one(
        "select * from upload where id = ? and bucket = ? and key = ?",
        request.query["uploadId"],
        request.bucket,
        request.key,
    )
    if upload is None:
        raise StoreError("NoSuchUpload", "The specified multipart upload does not exist.")
    step = {"PUT": _put_part, "GET": _list_parts, "POST": _complete, "DELETE": _abort}[request.method]
    return step(files, request, upload)


def list_uploads(files: Files, request: StoreRequest) -> Answer:
    """ListMultipartUploads of a bucket, up to 1000 with a prefix."""
    prefix = request.query.get("prefix", "")
    rows = files.database.all(
        "select * from upload where bucket = ? and substr(key, 1, ?) = ? order by key, created limit ?",
        request.bucket,
        len(prefix),
        prefix,
        PAGE,
    )
    found: list[store_xml.Node] = [
        {
            "Key": _encoded(request, row["key"]),
            "UploadId": row["id"],
            "StorageClass": "STANDARD",
            "Initiated": store_xml.iso(row["created"]),
        }
        for row in rows
    ]
    head: dict[str, store_xml.Node] = {
        "Bucket": request.bucket,
        "Prefix": _encoded(request, prefix),
        "MaxUploads": PAGE,
    }
    return _xml("ListMultipartUploadsResult", {**head, "IsTruncated": "false", "Upload": found})


def _put_part(files: Files, request: StoreRequest, upload: sqlite3.Row) -> Answer:
    number = _number(request.query.get("partNumber", ""), default=0)
    if not 1 <= number <= MOST_PARTS:
        raise StoreError("InvalidArgument", "Part number must be an integer between 1 and 10000.")
    if "x-cos-copy-source" in request.headers:
        raise StoreError("NotImplemented", "The sandbox does not copy parts.")
    spooled = files.spool(request.chunks(), check=request.check_md5)
    values = (str(spooled.file), spooled.size, spooled.md5.hex(), time.time())
    with files.database.together():
        old = files.database.one(
            "select file from part where upload = ? and number = ?", upload["id"], number
        )
        files.database.run("replace into part values(?, ?, ?, ?, ?, ?)", upload["id"], number, *values)
    if old:
        Path(old["file"]).unlink(missing_ok=True)
    crc = {"x-cos-hash-crc64ecma": spooled.crc} if spooled.crc is not None else {}
    return Answer(headers={"ETag": f'"{spooled.md5.hex()}"', **crc})


def _list_parts(files: Files, request: StoreRequest, upload: sqlite3.Row) -> Answer:
    after = _number(request.query.get("part-number-marker", ""), default=0)
    size = min(_number(request.query.get("max-parts", ""), default=PAGE), PAGE)
    rest = [row for row in _parts(files, upload) if row["number"] > after]
    page = rest[:size]
    parts = [
        {
            "PartNumber": row["number"],
            "LastModified": store_xml.iso(row["modified"]),
            "ETag": f'"{row["etag"]}"',
            "Size": row["size"],
        }
        for row in page
    ]
    head = {"Bucket": request.bucket, "Key": _encoded(request, request.key), "UploadId": upload["id"]}
    page_facts = {
        "StorageClass": "STANDARD",
        "PartNumberMarker": after,
        "NextPartNumberMarker": page[-1]["number"] if page else after,
        "MaxParts": size,
        "IsTruncated": "true" if len(rest) > size else "false",
    }
    return _xml("ListPartsResult", {**head, **page_facts, "Part": parts})


def _complete(files: Files, request: StoreRequest, upload: sqlite3.Row) -> Answer:
    chosen = _chosen(request, {row["number"]: row for row in _parts(files, upload)})

    def joined() -> Iterator[bytes]:
        for row in chosen:
            with closing(Pieces(Path(row["file"]))) as chunks:
                yield from chunks

    spooled = files.spool(joined())
    digests = b"".join(bytes.fromhex(row["etag"]) for row in chosen)
    etag = f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(chosen)}"
    headers = json.loads(upload["headers"])
    files.keep(request.bucket, request.key, spooled, headers=headers, etag=etag)
    _forget(files, upload)
    crc = {"x-cos-hash-crc64ecma": spooled.crc} if spooled.crc is not None else {}
    location = f"{request.host}/{quote(request.key)}"
    found = {"Location": location, "Bucket": request.bucket, "Key": request.key, "ETag": f'"{etag}"'}
    answer = _xml("CompleteMultipartUploadResult", found)
    return Answer(headers=answer.headers | crc, body=answer.body)


def _chosen(request: StoreRequest, known: dict[int, sqlite3.Row]) -> list[sqlite3.Row]:
    wanted = [
        (_number(part.findtext("PartNumber") or "", default=0), (part.findtext("ETag") or "").strip('"'))
        for part in store_xml.read(request.document(4 << 20)).iter("Part")
    ]
    numbers = [number for number, _ in wanted]
    if numbers != sorted(set(numbers)):
        raise StoreError("InvalidPartOrder", "The list of parts was not in ascending order.")
    if not wanted or any(number not in known or known[number]["etag"] != etag for number, etag in wanted):
        raise StoreError("InvalidPart", "One or more of the specified parts could not be found.")
    chosen = [known[number] for number in numbers]
    if any(row["size"] < SMALLEST_PART for row in chosen[:-1]):
        raise StoreError("EntityTooSmall", "A part is smaller than the minimum allowed size.")
    return chosen


def _abort(files: Files, request: StoreRequest, upload: sqlite3.Row) -> Answer:
    _forget(files, upload)
    return Answer(status=204)


def _parts(files: Files, upload: sqlite3.Row) -> list[sqlite3.Row]:
    return files.database.all("select * from part where upload = ? order by number", upload["id"])


def _forget(files: Files, upload: sqlite3.Row) -> None:
    parts = _parts(files, upload)
    with files.database.together():
        files.database.run("delete from upload where id = ?", upload["id"])
        files.database.run("delete from part where upload = ?", upload["id"])
    for row in parts:
        Path(row["file"]).unlink(missing_ok=True)


def _number(text: str, *, default: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdigit()):
        raise StoreError("InvalidArgument", "A number was expected.")
    return int(text)


def _encoded(request: StoreRequest, text: str) -> str:
    return quote(text, safe="/-_.~") if request.query.get("encoding-type") == "url" else text


def _xml(root: str, content: store_xml.Node) -> Answer:
    return Answer(headers={"Content-Type": "application/xml"}, body=store_xml.write(root, content))
