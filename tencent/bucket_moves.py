"""What changes objects without their bytes leaving the store: a copy in its place, many deletions at once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from tencent.bucket_answers import fit
from tencent.errors import BucketRefused

# Bytes: a larger object must be copied in parts (doc: 436/10881).
LARGEST_COPY = 5 * 1024**3
# Keys that one request may delete (doc: 436/8289).
MOST_DELETED = 1000
EXISTS = "FileAlreadyExists"


class Moves:
    """The part of tencent.bucket.Bucket that copies and deletes; see there for errors."""

    name: str
    region: str
    _client: Any

    def _mapped(self) -> AbstractContextManager[None]:
        raise NotImplementedError

    def copy(self, source: str, key: str, *, etag: str) -> None:
        """A copy of the object `source`, as long as its ETag is `etag`, under the name `key`.

        Raises BucketRefused with code FileAlreadyExists where something has that name (a bucket that ever
        kept versions does not look: ask `head` first), and PreconditionFailed where `source` was changed.
        """
        # Not the bucket's own address: this is a name, not a place that anything is fetched from.
        named = {"Bucket": self.name, "Key": fit(source), "Region": self.region}
        with self._mapped():
            self._client.copy_object(
                Bucket=self.name,
                Key=fit(key),
                CopySource=named,
                CopySourceIfMatch=f'"{etag}"',
                Metadata={"x-cos-forbid-overwrite": "true"},
            )

    def delete_many(self, keys: Sequence[str]) -> dict[str, str]:
        """Removes objects, at most MOST_DELETED; the store's code for each that it left.

        One that was not there counts as gone.
        """
        if len(keys) > MOST_DELETED:
            raise BucketRefused(code="unfit")
        wanted = [{"Key": fit(key)} for key in keys]
        if not wanted:
            return {}
        with self._mapped():
            answer = self._client.delete_objects(
                Bucket=self.name, Delete={"Object": wanted, "Quiet": "false"}
            )
            gone = {each["Key"] for each in answer.get("Deleted") or []}
            codes = {each["Key"]: each.get("Code") or "" for each in answer.get("Error") or []}
        # What the answer does not name is not known to be gone.
        return {key: codes.get(key, "unnamed") for key in keys if key not in gone}
