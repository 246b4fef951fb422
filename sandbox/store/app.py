"""The COS side as one WSGI app: who may do what to which key, answered as Tencent's object store would."""

import base64
import logging
import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from hmac import compare_digest
from wsgiref.types import StartResponse, WSGIEnvironment

from sandbox import wire
from sandbox.store import (
    access,
    acl,
    buckets,
    configurations,
    copying,
    cors,
    listing,
    objects,
    posting,
    restoring,
    tagging,
    uploads,
)
from sandbox.store import xml as store_xml
from sandbox.store.actions import COPY_SOURCE, action_of
from sandbox.store.errors import StoreError
from sandbox.store.faults import StoreFault, spoil_action, spoilt_answer
from sandbox.store.files import LONGEST_KEY, Files
from sandbox.store.keys import Credential
from sandbox.store.request import Answer, StoreRequest
from sandbox.store.signature import signer
from sandbox.trouble.clock import Clock
from sandbox.trouble.mishaps import Mishaps

log = logging.getLogger("sandbox.store")

# As the default host of a bucket made since 2024 answers: what is opened in a tab is saved to disk.
FORCED = {"x-cos-force-download": "true", "Content-Disposition": "attachment"}
CONFIGURED = (
    "Domain", "Encryption", "IntelligentTiering", "Inventory", "Lifecycle", "Logging", "Origin",
    "ObjectLockConfiguration", "Policy", "Referer", "Replication", "Tagging", "Versioning", "Website",
)  # fmt: skip


def _put(files: Files, request: StoreRequest) -> Answer:
    return (copying.copy if COPY_SOURCE in request.headers else objects.put)(files, request)


def _delete(files: Files, request: StoreRequest) -> Answer:
    if request.key:
        return objects.delete(files, request)

    def may(key: str) -> bool:
        return access.may(files, request.caller, "DeleteObject", bucket=request.bucket, key=key)

    return listing.delete_many(files, request, may=may)


HANDLERS: dict[str, Callable[[Files, StoreRequest], Answer]] = {
    "GetService": buckets.list_own,
    "PutBucket": buckets.create,
    "HeadBucket": buckets.head,
    "DeleteBucket": buckets.delete,
    "GetBucket": listing.list_objects,
    "GetBucketObjectVersions": listing.list_versions,
    "GetBucketLocation": buckets.locate,
    "GetBucketACL": acl.show,
    "PutBucketACL": acl.change,
    "GetBucketCORS": cors.configure,
    "PutBucketCORS": cors.configure,
    "DeleteBucketCORS": cors.configure,
    **{
        f"{verb}Bucket{name}": configurations.configure
        for name in CONFIGURED
        for verb in ("Get", "Put", "Delete")
    },
    "ListMultipartUploads": listing.list_uploads,
    "GetObject": objects.get,
    "HeadObject": objects.get,
    "PutObject": _put,
    "PostObject": posting.post,
    "AppendObject": objects.append,
    "RestoreObject": restoring.restore,
    "DeleteObject": _delete,
    "GetObjectACL": acl.show,
    "PutObjectACL": acl.change,
    "GetObjectTagging": tagging.tag,
    "PutObjectTagging": tagging.tag,
    "DeleteObjectTagging": tagging.tag,
    "InitiateMultipartUpload": uploads.begin,
    "UploadPart": uploads.go_on,
    "ListParts": uploads.go_on,
    "CompleteMultipartUpload": uploads.go_on,
    "AbortMultipartUpload": uploads.go_on,
}
ACTIONS = tuple(HANDLERS)


class BucketApp:
    """A WSGI app over `files`; `faults` spoil its answers until `stopping`, or `own_fault`, which tells what
    a request asks to be spoilt by. `modern`: buckets behave as those made since 2024 (doc 436/102489)."""

    def __init__(
        self,
        files: Files,
        *,
        clock: Clock,
        faults: Mishaps[StoreFault],
        own_fault: Callable[[WSGIEnvironment, str], StoreFault | None] = lambda environ, action: None,
        stopping: threading.Event,
        modern: bool = False,
    ) -> None:
        self.files, self.region = files, files.keys.home
        self._clock, self._faults, self._own_fault = clock, faults, own_fault
        self._stopping, self._modern = stopping, modern

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; refusals and bugs become COS's XML errors."""
        number = base64.b64encode(uuid.uuid4().bytes).decode()
        common = {
            "x-cos-request-id": number,
            "Server": "tencent-cos",
            "Date": self._clock.date(),
            "Connection": "close" if wire.ends(environ) else "keep-alive",
        }
        cut = False
        try:
            request = StoreRequest.of(environ)
            # Before the answer, so that a page also learns why it was refused.
            if environ["REQUEST_METHOD"] != "OPTIONS":
                common |= cors.decoration(self.files, request)
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
        if known is None or known.token:  # TMP is given no token, and so cannot use a temporary one
            return "InvalidAccessKeyId"
        if not compare_digest(known.secret_key.encode(), credential.secret_key.encode()):
            return "SignatureDoesNotMatch"
        bucket = self.files.keys.bucket(credential.bucket)
        if bucket is None or bucket.region != region:
            return "NoSuchBucket"
        allowed = access.may(self.files, known, action, bucket=bucket.name, key=key)
        return None if allowed else "AccessDenied"

    def _answer(self, request: StoreRequest) -> tuple[Answer, bool]:
        """The answer, and whether only half of it shall go out."""
        action = action_of(request)
        if self._modern and request.by_path:
            raise StoreError("PathStyleDomainForbidden", "The bucket does not support path-style access.")
        if action == "OptionsObject":
            return cors.preflight(self.files, request), False
        now = self._clock.now()
        if action == "PostObject" and posting.is_form(request):
            request = posting.opened(self.files, request, now=now)
        else:
            request = replace(request, caller=signer(self.files, request, now=now))
        access.admit(self.files, request, action)
        fault = self._own_fault(request.environ, action)
        fault = fault or self._faults.take(lambda each: each.fits(action, request))
        if fault is None:
            return self._performed(request, action), False
        spoil_action(fault, stopping=self._stopping)
        return spoilt_answer(fault, self._performed(request, action)), fault.kind == "half"

    def _performed(self, request: StoreRequest, action: str) -> Answer:
        if len(request.key.encode()) > LONGEST_KEY:
            raise StoreError("KeyTooLong", "Your key is too long.")
        if action not in HANDLERS:
            raise StoreError("NotImplemented", "The sandbox's store does not do this.")
        forced = self._modern and action == "GetObject"
        if forced and request.key.lower().endswith((".apk", ".ipa")):
            raise StoreError("DownloadForbidden", "The default domain does not hand out such files.")
        answer = HANDLERS[action](self.files, request)
        return replace(answer, headers={**answer.headers, **FORCED}) if forced else answer

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
