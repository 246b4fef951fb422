"""Copies of objects, whole or as a part of an upload, from any bucket that the caller may read."""

import re
import time
from collections.abc import Mapping
from contextlib import closing

from sandbox.store import conditions, encryption, restoring, tagging
from sandbox.store import xml as store_xml
from sandbox.store.actions import source_of
from sandbox.store.errors import StoreError
from sandbox.store.files import Files, Pieces, Spooled, Stored
from sandbox.store.objects import KIND, check_key, evidence, kept_headers, overwriting, own_traits
from sandbox.store.request import Answer, StoreRequest

NOT_COPIED = ("x-cos-acl", KIND, restoring.CLASS, restoring.RESTORED, *encryption.SHOWN)


def copy(files: Files, request: StoreRequest) -> Answer:
    """PUT with x-cos-copy-source: the object with its headers, or with those of the request."""
    check_key(request)
    check = overwriting(request)
    check(files.find(request.bucket, request.key))
    source = _source(files, request)
    headers = _headers(request, source)
    try:
        with files.space.taking() as take:
            take(source.size)
            spooled = files.join([source], etag=source.etag)
    except FileNotFoundError:
        # Written over between the look-up and the copy: the second look finds the new file.
        return copy(files, request)
    stored = files.keep(request.bucket, request.key, spooled, headers=headers, check=check)
    body = {"ETag": f'"{stored.etag}"', "CRC64": stored.crc, "LastModified": store_xml.iso(stored.modified)}
    return _answer("CopyObjectResult", body, evidence(stored))


def copied_part(files: Files, request: StoreRequest) -> Spooled:
    """The bytes that an UploadPart with x-cos-copy-source stands for. Raises StoreError."""
    source = _source(files, request)
    asked = request.headers.get(f"{conditions.COPIED}range", "")
    found = re.fullmatch(r"bytes=(\d+)-(\d+)", asked)
    start, last = (int(found[1]), int(found[2])) if found else (0, source.size - 1)
    if (asked and not found) or start > last + (not asked) or last >= source.size:
        raise StoreError("InvalidRange", "The requested range of the source cannot be satisfied.")
    try:
        chunks = Pieces(source.file, start, last - start + 1)
    except FileNotFoundError:
        return copied_part(files, request)
    with closing(chunks):
        return files.spool(chunks)


def part_answer(spooled: Spooled, headers: dict[str, str]) -> Answer:
    """How COS answers when a part was copied."""
    body = {"ETag": f'"{spooled.etag}"', "LastModified": store_xml.iso(time.time())}
    return _answer("CopyPartResult", body, headers)


def _headers(request: StoreRequest, source: Stored) -> dict[str, str]:
    headers = kept_headers(request)
    if request.headers.get("x-cos-metadata-directive", "Copy").lower() != "replaced":
        kept = {name: value for name, value in source.headers.items() if name not in NOT_COPIED}
        headers = kept | own_traits(request)
    if request.headers.get("x-cos-tagging-directive", "Copy").lower() == "replaced":
        tags = tagging.tags_of(request)
    else:
        tags = {name: value for name, value in source.headers.items() if name == tagging.TAGS}
    return {name: value for name, value in headers.items() if name != tagging.TAGS} | tags


def _source(files: Files, request: StoreRequest) -> Stored:
    bucket, key = source_of(request)
    stored = files.find(bucket, key)
    if stored is None:
        raise StoreError("NoSuchKey", "The specified key does not exist.")
    conditions.check(request.headers, stored, prefix=conditions.COPIED)
    if conditions.unchanged(request.headers, stored, prefix=conditions.COPIED):
        raise StoreError("PreconditionFailed", "The specified precondition is not met.")
    encryption.check_key(request, stored.headers, of_source=True)
    restoring.check_readable(stored)
    return stored


def _answer(root: str, body: Mapping[str, str | None], headers: dict[str, str]) -> Answer:
    content: store_xml.Node = dict(body)
    return Answer(headers={**headers, "Content-Type": "application/xml"}, body=store_xml.write(root, content))
