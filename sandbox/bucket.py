"""The COS side as one WSGI app: who may do what to which key, answered as Tencent's object store would."""

import base64
import logging
import time
import uuid
from collections.abc import Iterable
from email.utils import formatdate
from hmac import compare_digest
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIEnvironment

from sandbox import store_cors, store_listing, store_objects, store_uploads, store_xml
from sandbox.store_errors import StoreError
from sandbox.store_files import LONGEST_KEY, Credential, Files
from sandbox.store_request import Answer, StoreRequest
from sandbox.store_signature import signer

log = logging.getLogger("sandbox.store")

READING = ("GET", "HEAD")
UNKNOWN_PARTS = {
    "append", "encryption", "inventory", "lifecycle", "logging", "policy", "referer", "replication",
    "restore", "select", "tagging", "torrent", "versioning", "versions", "website",
}  # fmt: skip
GRANTEE = '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">'


class BucketApp:
    """A WSGI app over `files`; `region` is what it says its buckets are in."""

    def __init__(self, files: Files, *, region: str) -> None:
        self.files, self.region = files, region

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; refusals and bugs become COS's XML errors."""
        number = base64.b64encode(uuid.uuid4().bytes).decode()
        common = {
            "x-cos-request-id": number,
            "Server": "tencent-cos",
            "Date": formatdate(usegmt=True),
        }
        try:
            request = StoreRequest.of(environ)
            # Before the answer, so that a page also learns why it was refused.
            if environ["REQUEST_METHOD"] != "OPTIONS":
                common |= store_cors.decoration(self.files, request)
            answer = self._answer(request)
        except StoreError as error:
            answer = self._refusal(environ, error, number)
        except ConnectionError:
            raise
        except Exception:
            log.exception("the store failed")
            answer = self._refusal(environ, StoreError("InternalError"), number)
        headers, body = _finished(answer, common, method=environ["REQUEST_METHOD"])
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(headers.items()))
        return body

    def refuses(self, credential: Credential, *, region: str) -> str | None:
        """Why this key pair cannot write to its bucket in that region, in COS's words; None when it can."""
        known = self.files.credential(credential.secret_id)
        if known is None:
            return "InvalidAccessKeyId"
        if not compare_digest(known.secret_key.encode(), credential.secret_key.encode()):
            return "SignatureDoesNotMatch"
        if region != self.region or not self.files.has_bucket(credential.bucket):
            return "NoSuchBucket"
        if known.bucket != credential.bucket or not known.writes:
            return "AccessDenied"
        return None

    def _answer(self, request: StoreRequest) -> Answer:
        if request.method == "OPTIONS":
            return store_cors.preflight(self.files, request)
        caller = self._caller(request)
        if not request.bucket:
            if request.method != "GET":
                raise StoreError("MethodNotAllowed", "The specified method is not allowed.")
            return store_listing.list_buckets(self.files, bucket=caller.bucket, region=self.region)
        if not self.files.has_bucket(request.bucket):
            raise StoreError("NoSuchBucket", "The specified bucket does not exist.")
        if UNKNOWN_PARTS.intersection(request.query):
            raise StoreError("NotImplemented", "The sandbox's store does not do this.")
        return self._object(request) if request.key else self._bucket(request)

    def _caller(self, request: StoreRequest) -> Credential:
        now = time.time()
        secret_id = signer(request, key_of=self._key_of, now=now)
        caller = self.files.credential(secret_id) if secret_id else None
        # In path style the bucket is not part of the signed text: without this, a URL signed for one
        # bucket would open the same key in any other.
        if caller is None or (request.bucket and request.bucket != caller.bucket):
            missing = request.bucket and caller and not self.files.has_bucket(request.bucket)
            if missing:
                raise StoreError("NoSuchBucket", "The specified bucket does not exist.")
            raise StoreError("AccessDenied", "Access Denied.")
        if not caller.writes and request.method not in READING:
            raise StoreError("AccessDenied", "Access Denied.")
        return caller

    def _key_of(self, secret_id: str) -> str | None:
        credential = self.files.credential(secret_id)
        return credential.secret_key if credential else None

    def _object(self, request: StoreRequest) -> Answer:
        if len(request.key.encode()) > LONGEST_KEY:
            raise StoreError("KeyTooLong", "Your key is too long.")
        method, query = request.method, request.query
        if "acl" in query:
            return self._acl(request)
        if method == "POST" and "uploads" in query:
            return store_uploads.begin(self.files, request)
        if "uploadId" in query:
            return store_uploads.go_on(self.files, request)
        if method in READING:
            return store_objects.get(self.files, request)
        if method == "PUT":
            return store_objects.put(self.files, request)
        if method == "DELETE":
            return store_objects.delete(self.files, request)
        raise StoreError("NotImplemented", "The sandbox's store does not do this.")

    def _bucket(self, request: StoreRequest) -> Answer:
        method, query = request.method, request.query
        if "cors" in query:
            return store_cors.configure(self.files, request)
        if "acl" in query:
            return self._acl(request)
        if method == "HEAD":
            return Answer(headers={"x-cos-bucket-region": self.region})
        if method == "GET" and "location" in query:
            body = store_xml.write("LocationConstraint", self.region)
            return Answer(headers={"Content-Type": "application/xml"}, body=body)
        if method == "GET" and "uploads" in query:
            return store_uploads.list_uploads(self.files, request)
        if method == "GET":
            return store_listing.list_objects(self.files, request)
        if method == "POST" and "delete" in query:
            return store_listing.delete_many(self.files, request)
        raise StoreError("NotImplemented", "The sandbox's store does not do this.")

    def _acl(self, request: StoreRequest) -> Answer:
        if request.method != "GET":
            raise StoreError("NotImplemented", "Everything in the sandbox's store is private.")
        if request.key and self.files.find(request.bucket, request.key) is None:
            raise StoreError("NoSuchKey", "The specified key does not exist.")
        owner = store_listing.OWNER
        grant: store_xml.Node = {"Grantee": owner, "Permission": "FULL_CONTROL"}
        body = store_xml.write(
            "AccessControlPolicy", {"Owner": owner, "AccessControlList": {"Grant": [grant]}}
        )
        return Answer(
            headers={"Content-Type": "application/xml"}, body=body.replace(b"<Grantee>", GRANTEE.encode())
        )

    def _refusal(self, environ: WSGIEnvironment, error: StoreError, number: str) -> Answer:
        path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
        resource = environ.get("HTTP_HOST", "") + path
        members = {"Code": error.code, "Message": error.message, "Resource": resource}
        body = store_xml.write("Error", {**members, "RequestId": number, "TraceId": number, **error.more})
        return Answer(status=error.status, headers={"Content-Type": "application/xml"}, body=body)


def _finished(
    answer: Answer, common: dict[str, str], *, method: str
) -> tuple[dict[str, str], Iterable[bytes]]:
    headers, body = common | answer.headers, answer.body
    if isinstance(body, bytes):
        headers.setdefault("Content-Length", str(len(body)))
        body = [body]
    if method == "HEAD" or answer.status in (204, 304):
        body = []
    if answer.status == 204:
        headers.pop("Content-Length", None)
    return headers, body
