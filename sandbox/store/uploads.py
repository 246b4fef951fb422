"""Multipart uploads, which the Python SDK uses for everything above one megabyte."""

import hashlib
import json
import sqlite3
import time
import uuid
from pathlib import Path
from urllib.parse import quote

from sandbox.store import encryption
from sandbox.store import xml as store_xml
from sandbox.store.actions import COPY_SOURCE
from sandbox.store.copying import copied_part, part_answer
from sandbox.store.errors import StoreError
from sandbox.store.files import Files, Spooled, Stored
from sandbox.store.objects import check_key, evidence, kept_headers
from sandbox.store.request import Answer, StoreRequest

SMALLEST_PART = 1 << 20  # bytes; only the last part may be smaller
MOST_PARTS = 10_000
PAGE = 1000
LARGEST = 50_000_000 << 20  # bytes of an object made of parts (48.82 TB, doc 436/14112)


def begin(files: Files, request: StoreRequest) -> Answer:
    """InitiateMultipartUpload: hands out an upload id."""
    check_key(request)
    upload, headers = uuid.uuid4().hex, kept_headers(request)
    values = (upload, request.bucket, request.key, time.time(), json.dumps(headers))
    files.database.run("insert into upload values(?, ?, ?, ?, ?)", *values)
    content = {"Bucket": request.bucket, "Key": request.key, "UploadId": upload}
    return _xml("InitiateMultipartUploadResult", content, encryption.shown(headers))


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


def _put_part(files: Files, request: StoreRequest, upload: sqlite3.Row) -> Answer:
    number = _number(request.query.get("partNumber", ""), default=0)
    if not 1 <= number <= MOST_PARTS:
        raise StoreError("InvalidArgument", "Part number must be an integer between 1 and 10000.")
    headers = json.loads(upload["headers"])
    encryption.check_key(request, headers)
    if COPY_SOURCE in request.headers:
        spooled = copied_part(files, request)
    else:
        spooled = files.spool(request.chunks(), check=request.check_md5)
    _keep_part(files, upload, number, spooled)
    crc = {"x-cos-hash-crc64ecma": spooled.crc} if spooled.crc is not None else {}
    more = {**crc, **encryption.shown(headers)}
    if COPY_SOURCE in request.headers:
        return part_answer(spooled, more)
    return Answer(headers={"ETag": f'"{spooled.etag}"', **more})


def _keep_part(files: Files, upload: sqlite3.Row, number: int, spooled: Spooled) -> None:
    values = (str(spooled.file), spooled.size, spooled.etag, time.time(), spooled.crc)
    run, one = files.database.run, files.database.one
    with files.database.together():
        there = one("select 1 from upload where id = ?", upload["id"])
        old = one("select file from part where upload = ? and number = ?", upload["id"], number)
        if there:
            run("replace into part values(?, ?, ?, ?, ?, ?, ?)", upload["id"], number, *values)
    if old:
        Path(old["file"]).unlink(missing_ok=True)
    if not there:
        spooled.file.unlink(missing_ok=True)
        raise StoreError("NoSuchUpload", "The upload ended while the part was sent.")


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
        "StorageClass": json.loads(upload["headers"]).get("x-cos-storage-class", "STANDARD"),
        "PartNumberMarker": after,
        "NextPartNumberMarker": page[-1]["number"] if page else after,
        "MaxParts": size,
        "IsTruncated": "true" if len(rest) > size else "false",
    }
    return _xml("ListPartsResult", {**head, **page_facts, "Part": parts})


def _complete(files: Files, request: StoreRequest, upload: sqlite3.Row) -> Answer:
    chosen = _chosen(request, {row["number"]: row for row in _parts(files, upload)})
    digests = b"".join(bytes.fromhex(row["etag"]) for row in chosen)
    etag = f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(chosen)}"
    try:
        spooled = files.join([_part(row) for row in chosen], etag=etag)
    except FileNotFoundError as error:
        raise StoreError("NoSuchUpload", "The upload ended while its parts were put together.") from error
    stored = files.keep(request.bucket, request.key, spooled, headers=json.loads(upload["headers"]))
    _forget(files, upload)
    location = f"{request.host}/{quote(request.key)}"
    found = {"Location": location, "Bucket": request.bucket, "Key": request.key, "ETag": f'"{etag}"'}
    return _xml("CompleteMultipartUploadResult", found, evidence(stored))


def _part(row: sqlite3.Row) -> Stored:
    values = {name: row[name] for name in ("size", "etag", "crc", "modified")}
    return Stored(key="", file=Path(row["file"]), headers={}, **values)


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
    if sum(row["size"] for row in chosen) > LARGEST:
        raise StoreError("EntityTooLarge", "Your proposed upload exceeds the maximum size.")
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


def _xml(root: str, content: store_xml.Node, more: dict[str, str] | None = None) -> Answer:
    headers = {**(more or {}), "Content-Type": "application/xml"}
    return Answer(headers=headers, body=store_xml.write(root, content))
