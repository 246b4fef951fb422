"""Uploads that the bucket takes in parts, and whether it lets browsers bring them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from tencent.bucket_answers import lower
from tencent.bucket_door import Body, sized

# COS: only the last part may be smaller, and no upload has more of them.
SMALLEST_PART_BYTES = 1024 * 1024
MOST_PARTS = 10_000
# Seconds in all that joining the parts may take; the other calls are as short as a look.
JOINING_S = 300.0
LOOK_S = 30.0

Within = Callable[[float], AbstractContextManager[None]]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part that the bucket holds: `number` from 1, `size` in bytes, `etag` without quotes."""

    number: int
    size: int
    etag: str


class Uploads:
    """Uploads in parts of one bucket, each named by its key and the `upload` id that `begin` returned.

    Every method raises only BucketError; an upload that the bucket does not know is BucketRefused with code
    NoSuchUpload. Nothing is retried.
    """

    def __init__(self, client: Any, *, name: str, within: Within) -> None:
        self._client, self._name, self._within = client, name, within

    def begin(self, key: str, content_type: str) -> str:
        """The id of a new upload; until it is finished or given up the bucket keeps, and bills, its parts."""
        with self._within(LOOK_S):
            answer = self._client.create_multipart_upload(
                Bucket=self._name, Key=key, ContentType=content_type
            )
            return str(answer["UploadId"])

    def put(self, key: str, upload: str, *, number: int, stream: Body, length: int) -> Part:
        """Store one part of exactly `length` bytes, in constant memory; a part of this number is replaced."""
        with self._within(JOINING_S):
            answer = self._client.upload_part(
                Bucket=self._name, Key=key, UploadId=upload, PartNumber=number, Body=sized(stream, length)
            )
            return Part(number=number, size=length, etag=lower(answer)["etag"].strip('"'))

    def parts(self, key: str, upload: str) -> list[Part]:
        """The parts that have arrived, by number."""
        found, marker = list[Part](), 0
        with self._within(LOOK_S):
            while True:
                page = self._client.list_parts(
                    Bucket=self._name, Key=key, UploadId=upload, PartNumberMarker=marker
                )
                found += [
                    Part(
                        number=int(part["PartNumber"]),
                        size=int(part["Size"]),
                        etag=part["ETag"].strip('"'),
                    )
                    for part in page.get("Part") or []
                ]
                following = int(page.get("NextPartNumberMarker") or 0)
                if page.get("IsTruncated") != "true" or following <= marker:
                    return found
                marker = following

    def finish(self, key: str, upload: str, parts: list[Part]) -> None:
        """Make an object of `parts`; from then on the upload is unknown."""
        told = [{"PartNumber": part.number, "ETag": f'"{part.etag}"'} for part in parts]
        with self._within(JOINING_S):
            self._client.complete_multipart_upload(
                Bucket=self._name, Key=key, UploadId=upload, MultipartUpload={"Part": told}
            )

    def give_up(self, key: str, upload: str) -> None:
        """Have the bucket drop the parts."""
        with self._within(LOOK_S):
            self._client.abort_multipart_upload(Bucket=self._name, Key=key, UploadId=upload)
