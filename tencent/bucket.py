"""The account's COS bucket behind one class: the official SDK outside, no SDK surprise inside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from qcloud_cos import CosConfig, CosS3Client

from tencent.bucket_answers import Entry, Exposure, Listing, Opened, exposure_of, fit, listed, lower
from tencent.bucket_check import Check, check_bucket
from tencent.bucket_door import Body, door, errors_mapped, sized
from tencent.bucket_moves import Moves
from tencent.bucket_parts import Parts
from tencent.bucket_uploads import Uploads
from tencent.deadlines import watched
from tencent.errors import BucketError, BucketRefused, BucketUnreachable
from tencent.formats import check_bucket_name, check_domain, check_region
from tencent.keys import BucketKeys
from tencent.region_search import HOSTS
from tencent.transports import outside

__all__ = ["Bucket", "Check", "Entry", "Listing", "Opened", "check_bucket"]

TIMEOUT_S = (5, 20)
# Seconds that a listing, a look at one object or a reading may take in all, unless the caller has less.
DEADLINE_S = 60.0
CORS_RULE_ID = "tmp-portal"

Rules = list[dict[str, Any]]
Keys = list[str]


class Bucket(Moves):
    """One bucket with one key pair. `store_url` such as `http://127.0.0.1:9001` means the local store in path
    style; otherwise `domain`, or the bucket's own host, made of name and region (`is_by_name`).

    Keys never start with a slash. Every method raises only BucketError. Nothing is retried; a connection may
    take 5 seconds, and 20 may pass between two reads. Raises BucketRefused for a name, region or domain unfit
    to be sent.
    """

    def __init__(
        self, name: str, region: str, keys: BucketKeys, *, store_url: str = "", domain: str = ""
    ) -> None:
        code = check_bucket_name(name) or check_region(region) or check_domain(domain)
        if store_url and not re.fullmatch(r"https?://[^/@?#\\\s]+/?", store_url):
            code = "bad_url"
        if code:
            raise BucketRefused(code=code)
        self.name = name
        self.region = region
        self.is_by_name = not (store_url or domain)
        by_name = HOSTS.format(bucket=name, region=region)
        self.origin = store_url.rstrip("/") or (f"https://{domain}" if domain else by_name)
        self._keys = keys
        self._door = door()
        with errors_mapped():
            self._client = CosS3Client(self._config(store_url, domain), retry=0, session=self._door)
        self.uploads = Uploads(self._client, name=name, within=self._within)

    def __repr__(self) -> str:
        return f"Bucket({self.name!r}, {self.region!r}, at {self.origin!r})"

    def list(
        self,
        prefix: str = "",
        marker: str = "",
        delimiter: str = "/",
        limit: int = 200,
        *,
        seconds: float = DEADLINE_S,
    ) -> Listing:
        """One page of at most `limit` (up to 1000) objects and folders under `prefix`, after `marker`."""
        with self._within(seconds):
            page = self._client.list_objects(
                Bucket=self.name, Prefix=prefix, Marker=marker, Delimiter=delimiter, MaxKeys=limit
            )
            entries = [listed(item) for item in page.get("Contents") or []]
            folders = [item["Prefix"] for item in page.get("CommonPrefixes") or []]
        more = page.get("IsTruncated") == "true"
        last = max([*(entry.key for entry in entries), *folders], default="")
        return Listing(
            entries=[entry for entry in entries if not (entry.key == prefix and prefix.endswith("/"))],
            folders=folders,
            next_marker=(page.get("NextMarker") or last) if more else "",
        )

    def put(
        self,
        key: str,
        stream: Body,
        content_type: str = "application/octet-stream",
        length: int | None = None,
    ) -> str:
        """Stores bytes, a binary file or an iterator of bytes, in constant memory; the ETag without quotes.

        `length` in bytes must be exact when given; without it, a stream of unknown length is sent in chunks.
        """
        body = sized(stream, length)
        with self._mapped():
            answer = self._client.put_object(
                Bucket=self.name, Key=fit(key), Body=body, ContentType=content_type
            )
            return lower(answer)["etag"].strip('"')

    def in_parts(self, key: str, content_type: str = "application/octet-stream") -> Parts:
        """Stores what is written to it, of any length, in constant memory; a context manager."""
        return Parts(self, fit(key), content_type)

    def open(self, key: str, range_header: str = "") -> Opened:
        """Starts a download. `range_header` such as `bytes=0-99` goes out as it is; 416 becomes
        BucketRefused."""
        wanted = {"Range": range_header} if range_header else {}
        with self._mapped():
            answer = self._client.get_object(Bucket=self.name, Key=fit(key), KeySimplifyCheck=False, **wanted)
            raw = answer.pop("Body").get_raw_stream()
        return Opened(headers=lower(answer), raw=raw)

    def head(self, key: str, *, seconds: float = DEADLINE_S) -> Entry:
        """Size, time, ETag and checksum of one object."""
        with self._within(seconds):
            headers = lower(self._client.head_object(Bucket=self.name, Key=fit(key)))
            return Entry(
                key=key,
                size=int(headers["content-length"]),
                modified=parsedate_to_datetime(headers["last-modified"]).astimezone(UTC),
                etag=headers.get("etag", "").strip('"'),
                crc=headers.get("x-cos-hash-crc64ecma", ""),
            )

    def read(self, key: str, limit_bytes: int, *, seconds: float = DEADLINE_S) -> bytes:
        """The whole object. Raises BucketRefused with code TooLarge above `limit_bytes`."""
        content = bytearray()
        with self._within(seconds), self.open(key) as opened:
            if int(opened.headers.get("content-length", 0)) > limit_bytes:
                raise BucketRefused(code="TooLarge")
            for chunk in opened.chunks:
                content += chunk
                if len(content) > limit_bytes:
                    raise BucketRefused(code="TooLarge")
        return bytes(content)

    def read_at(self, key: str, start: int, size: int, *, seconds: float = DEADLINE_S) -> tuple[bytes, int]:
        """At most `size` bytes of the object from `start` on, and the size of the whole object."""
        content = bytearray()
        with self._within(seconds), self.open(key, f"bytes={start}-{start + size - 1}") as opened:
            told = opened.headers.get("content-range", "").rpartition("/")[2]
            if opened.http_state != 206 and start:
                raise BucketRefused(code="garbled")
            for chunk in opened.chunks:
                content += chunk
                if len(content) >= size:
                    break
        whole = told or opened.headers.get("content-length", "")
        return bytes(content[:size]), int(whole) if whole.isdigit() else start + len(content)

    def delete(self, key: str) -> None:
        """Removes one object; one that is not there is no error."""
        with self._mapped():
            self._client.delete_object(Bucket=self.name, Key=fit(key))

    def signed_url(
        self,
        key: str,
        method: str = "GET",
        seconds: int = 300,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """A URL good for one method on one object for `seconds`; `headers` must then be sent exactly so.

        It grants access: never log it. Parameters outside `params` can be added by anyone who holds it.
        """
        with self._mapped():
            url: str = self._client.get_presigned_url(
                Bucket=self.name,
                Key=fit(key),
                Method=method,
                Expired=seconds,
                Params=dict(params or {}),
                Headers=dict(headers or {}),
            )
            return url

    def cors(self) -> Rules:
        """The bucket's CORS rules in COS's own member names, [] when there are none."""
        try:
            with self._mapped():
                rules = self._client.get_bucket_cors(Bucket=self.name).get("CORSRule") or []
                return [dict(rule) for rule in rules]
        except BucketRefused as error:
            if error.code == "NoSuchCORSConfiguration":
                return []
            raise

    def set_cors(self, origin: str) -> None:
        """Lets pages of `origin` (scheme, host, port) read and upload; other rules stay, behind this one."""
        ours = {
            "ID": CORS_RULE_ID,
            "AllowedOrigin": [origin],
            "AllowedMethod": ["GET", "HEAD", "PUT", "POST"],
            "AllowedHeader": ["*"],
            "ExposeHeader": ["ETag", "Content-Length", "Content-Range", "x-cos-request-id"],
            "MaxAgeSeconds": 600,
        }
        rules = [ours, *(rule for rule in self.cors() if rule.get("ID") != CORS_RULE_ID)]
        with self._mapped():
            self._client.put_bucket_cors(Bucket=self.name, CORSConfiguration={"CORSRule": rules})

    def lets_in(self, origin: str) -> bool:
        """Whether a page of `origin` may PUT files here: asked as its browser would, without the keys."""
        address = self.signed_url("uploads/preflight").partition("?")[0]
        told = {
            "Origin": origin,
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "content-type",
        }
        with self._within(DEADLINE_S):
            proxies = outside(self.origin)["proxies"]
            answer = self._door.options(address, headers=told, timeout=TIMEOUT_S, proxies=proxies)
        allowed = answer.headers.get("Access-Control-Allow-Origin", "")
        return answer.ok and allowed in ("*", origin)

    def region_told(self) -> str:
        """The region in the bucket's own answer to HEAD, else to GET ?location; "" when it names none."""
        try:
            with self._mapped():
                headers = lower(self._client.head_bucket(Bucket=self.name))
        except BucketError:
            headers = {}
        if told := headers.get("x-cos-bucket-region", ""):
            return told
        with self._mapped():
            location = self._client.get_bucket_location(Bucket=self.name)
            return str(location["LocationConstraint"] or "").strip()

    def exposure(self) -> Exposure:
        """Whether everyone may read the bucket's files, or even write some, by the bucket's ACL alone."""
        with self._mapped():
            return exposure_of(self._client.get_bucket_acl(Bucket=self.name))

    def list_uploads(self, prefix: str = "") -> Keys:
        """Keys of at most 1000 uploads in parts that were begun under `prefix` and not finished."""
        with self._mapped():
            page = self._client.list_multipart_uploads(Bucket=self.name, Prefix=prefix)
            return [item["Key"] for item in page.get("Upload") or []]

    @property
    def clock_skew_s(self) -> float | None:
        """The store's clock minus ours in seconds at this thread's last call, None before one."""
        return self._door.skew

    def _mapped(self) -> AbstractContextManager[None]:
        return errors_mapped(self._keys.secret_key, self._keys.secret_id)

    @contextmanager
    def _within(self, seconds: float) -> Iterator[None]:
        """One request that ends after so many seconds in all, however slowly its answer drips."""
        with watched(seconds) as call:
            try:
                with self._mapped():
                    yield
            except BucketError:
                if not call.expired:
                    raise
        if call.expired:
            raise BucketUnreachable(code="deadline")

    def _config(self, store_url: str, domain: str) -> Any:
        """Path style through `Domain` for the local store: the SDK pastes it after the scheme, unparsed."""
        where = {"Region": self.region, "Scheme": "https", "Domain": domain or None}
        if store_url:
            scheme, host = self.origin.split("://", 1)
            where = {
                "Scheme": scheme,
                "Domain": f"{host}/{self.name}",
                "Endpoint": "cos.local",
                "ServiceDomain": host,
            }
        return CosConfig(
            **where,
            SecretId=self._keys.secret_id,
            SecretKey=self._keys.secret_key,
            Timeout=TIMEOUT_S,
            Proxies=outside(self.origin)["proxies"],
        )
