"""The COS side as one WSGI app: who may do what to which key, answered as Tencent's object store would."""

import base64
import logging
import threading
import uuid
from collections.abc import Callable, Iterable
from functools import partial
from hmac import compare_digest
from wsgiref.types import StartResponse, WSGIEnvironment

from sandbox import wire
from sandbox.store import cors as store_cors
from sandbox.store import listing as store_listing
from sandbox.store import objects as store_objects
from sandbox.store import uploads as store_uploads
from sandbox.store import xml as store_xml
from sandbox.store.actions import action_of, needs
from sandbox.store.errors import StoreError
from sandbox.store.faults import StoreFault, spoil_action, spoilt_answer
from sandbox.store.files import LONGEST_KEY, Files
from sandbox.store.keys import Credential
from sandbox.store.request import Answer, StoreRequest
from sandbox.store.rights import PUBLIC, decide, resource_of
from sandbox.store.signature import signer
from sandbox.trouble.clock import Clock
from sandbox.trouble.mishaps import Mishaps

log = logging.getLogger("sandbox.store")

ALL_USERS = "http://cam.qcloud.com/groups/global/AllUsers"
GRANTS = {"private": (), "public-read": ("READ",), "public-read-write": ("READ", "WRITE")}
GRANTEE = '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="{}">'
HANDLERS: dict[str, Callable[[Files, StoreRequest], Answer]] = {
    "GetBucket": store_listing.list_objects,
    "GetBucketCORS": store_cors.configure,
    "PutBucketCORS": store_cors.configure,
    "DeleteBucketCORS": store_cors.configure,
    "ListMultipartUploads": store_uploads.list_uploads,
    "GetObject": store_objects.get,
    "HeadObject": store_objects.get,
    "PutObject": store_objects.put,
    "DeleteObject": store_objects.delete,
    "InitiateMultipartUpload": store_uploads.begin,
    "UploadPart": store_uploads.go_on,
    "ListParts": store_uploads.go_on,
    "CompleteMultipartUpload": store_uploads.go_on,
    "AbortMultipartUpload": store_uploads.go_on,
}
OWN = ("HeadBucket", "GetBucketLocation", "GetBucketACL", "GetObjectACL", "GetService")
ACTIONS = (*HANDLERS, *OWN)


class BucketApp:
    """A WSGI app over `files`; `region` is what it says its buckets are in, `faults` spoil its answers
    until `stopping`, or `own_fault`, which tells what a request asks to be spoilt by."""

    def __init__(
        self,
        files: Files,
        *,
        region: str,
        clock: Clock,
        faults: Mishaps[StoreFault],
        own_fault: Callable[[WSGIEnvironment, str], StoreFault | None] = lambda environ, action: None,
        stopping: threading.Event,
    ) -> None:
        self.files, self.region = files, region
        self._clock, self._faults, self._own_fault, self._stopping = clock, faults, own_fault, stopping
        self._own = {
            "HeadBucket": self._head,
            "GetBucketLocation": self._location,
            "GetBucketACL": self._acl,
            "GetObjectACL": self._acl,
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; refusals and bugs become COS's XML errors."""
        number = base64.b64encode(uuid.uuid4().bytes).decode()
        common = {
            "x-cos-request-id": number,
            "Server": "tencent-cos",
            "Date": self._clock.date(),
        }
        cut = False
        try:
            request = StoreRequest.of(environ)
            # Before the answer, so that a page also learns why it was refused.
            if environ["REQUEST_METHOD"] != "OPTIONS":
                common |= store_cors.decoration(self.files, request)
            answer, cut = self._answer(request)
        except StoreError as error:
            answer = self._refusal(environ, error, number)
        except ConnectionError:
            raise
        except Exception:
            log.exception("the store failed")
            answer = self._refusal(environ, StoreError("InternalError"), number)
        headers, body = _finished(answer, common, method=environ["REQUEST_METHOD"])
        if cut:
            raise wire.half(answer.status, headers, body, size=int(headers.get("Content-Length", "0")))
        start_response(wire.status_line(answer.status), list(headers.items()))
        return body

    def refuses(self, credential: Credential, *, region: str, action: str, key: str) -> str | None:
        """Why this key pair may not do that with the key of its bucket there, in COS's words; None when it
        may."""
        known = self.files.keys.find(credential.secret_id)
        if known is None:
            return "InvalidAccessKeyId"
        if not compare_digest(known.secret_key.encode(), credential.secret_key.encode()):
            return "SignatureDoesNotMatch"
        if region != self.region or not self.files.keys.has_bucket(credential.bucket):
            return "NoSuchBucket"
        return None if self._may(known, action, bucket=credential.bucket, key=key) else "AccessDenied"

    def _answer(self, request: StoreRequest) -> tuple[Answer, bool]:
        """The answer, and whether only half of it shall go out."""
        action = action_of(request)
        if action == "OptionsObject":
            return store_cors.preflight(self.files, request), False
        caller = self._caller(request)
        self._admit(caller, request, action)
        fault = self._own_fault(request.environ, action)
        fault = fault or self._faults.take(lambda each: each.fits(action, request))
        if fault is None:
            return self._performed(caller, request, action), False
        spoil_action(fault, stopping=self._stopping)
        return spoilt_answer(fault, self._performed(caller, request, action)), fault.kind == "half"

    def _performed(self, caller: Credential | None, request: StoreRequest, action: str) -> Answer:
        if len(request.key.encode()) > LONGEST_KEY:
            raise StoreError("KeyTooLong", "Your key is too long.")
        if action == "GetService" and caller:
            return store_listing.list_buckets(self.files, bucket=caller.bucket, region=self.region)
        if action == "DeleteObject" and not request.key:
            may = partial(self._may, caller, action, bucket=request.bucket)
            return store_listing.delete_many(self.files, request, may=lambda key: may(key=key))
        if action in HANDLERS:
            return HANDLERS[action](self.files, request)
        if action in self._own:
            return self._own[action](request)
        raise StoreError("NotImplemented", "The sandbox's store does not do this.")

    def _caller(self, request: StoreRequest) -> Credential | None:
        secret_id = signer(request, key_of=self._key_of, now=self._clock.now())
        return self.files.keys.find(secret_id) if secret_id else None

    def _key_of(self, secret_id: str) -> str | None:
        credential = self.files.keys.find(secret_id)
        return credential.secret_key if credential else None

    def _admit(self, caller: Credential | None, request: StoreRequest, action: str) -> None:
        # In path style the bucket is not part of the signed text: without binding keys to buckets, a URL
        # signed for one bucket would open the same key in any other.
        bucket = request.bucket or (caller.bucket if caller else "")
        if caller and not self.files.keys.has_bucket(bucket):
            raise StoreError("NoSuchBucket", "The specified bucket does not exist.")
        stranger = caller is None or caller.bucket != bucket
        if stranger and action not in PUBLIC[self.files.keys.acl(bucket)]:
            raise StoreError("AccessDenied", "Access Denied.")
        for needed, key in needs(request, action):
            if not self._may(caller, needed, bucket=bucket, key=key):
                raise StoreError("AccessDenied", "Access Denied.")

    def _may(self, caller: Credential | None, action: str, *, bucket: str, key: str) -> bool:
        verdict = None
        if caller and caller.bucket == bucket:
            verdict = decide(caller.rights, action, resource_of(bucket, key, region=self.region))
        return action in PUBLIC[self.files.keys.acl(bucket)] if verdict is None else verdict

    def _head(self, request: StoreRequest) -> Answer:
        return Answer(headers={"x-cos-bucket-region": self.region})

    def _location(self, request: StoreRequest) -> Answer:
        body = store_xml.write("LocationConstraint", self.region)
        return Answer(headers={"Content-Type": "application/xml"}, body=body)

    def _acl(self, request: StoreRequest) -> Answer:
        if request.key and self.files.find(request.bucket, request.key) is None:
            raise StoreError("NoSuchKey", "The specified key does not exist.")
        owner = store_listing.OWNER
        grants: list[store_xml.Node] = [{"Grantee": owner, "Permission": "FULL_CONTROL"}]
        # An object's own list stays as it was made; that it inherits the bucket's is not shown there.
        for permission in () if request.key else GRANTS[self.files.keys.acl(request.bucket)]:
            grants.append({"Grantee": {"URI": ALL_USERS}, "Permission": permission})
        content: store_xml.Node = {"Owner": owner, "AccessControlList": {"Grant": grants}}
        body = store_xml.write("AccessControlPolicy", content)
        for start, kind in (("<ID>", "CanonicalUser"), ("<URI>", "Group")):
            body = body.replace(b"<Grantee>" + start.encode(), (GRANTEE.format(kind) + start).encode())
        return Answer(headers={"Content-Type": "application/xml"}, body=body)

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
