"""POST Object: an upload by a web page's form, allowed by a signed policy (source: doc 436/14690)."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote, urlencode

from sandbox.store import xml as store_xml
from sandbox.store.errors import StoreError
from sandbox.store.files import Files, Stored
from sandbox.store.forms import Form
from sandbox.store.keys import Credential
from sandbox.store.objects import KEPT_HEADERS, check_key, evidence, kept_headers, overwriting
from sandbox.store.request import Answer, StoreRequest
from sandbox.store.signature import TOKEN, caller_of, check_time, signature

SIGNED = ("q-sign-algorithm", "q-ak", "q-key-time", "q-signature", "policy")
Document = Mapping[str, object]


def opened(files: Files, request: StoreRequest, *, now: float) -> StoreRequest:
    """The request as its form's fields say: key, caller and headers, with the file still to be read. Raises
    StoreError."""
    form = Form(request)
    key = form.fields.get("key", "").replace("${filename}", form.file_name).removeprefix("/")
    if not key:
        raise StoreError("InvalidArgument", "The form has no key.")
    headers = {
        name: value
        for name, value in form.fields.items()
        if name in KEPT_HEADERS or name.startswith("x-cos-")
    }
    if "acl" in form.fields:
        headers["x-cos-acl"] = form.fields["acl"]
    if form.file_type:
        headers.setdefault("content-type", form.file_type)
    kept = {name: value for name, value in request.headers.items() if name != "content-type"}
    fields = {"bucket": request.bucket, **form.fields, "key": key}
    posted = replace(request, path="/" + key, headers=kept | headers, form=form)
    if not any(name in form.fields for name in SIGNED):
        return posted
    caller, policy = _policy(files, form.fields, now=now)
    return replace(posted, caller=caller, sizes=_sizes(policy, fields))


def is_form(request: StoreRequest) -> bool:
    """Whether the body is a form, which is signed in its own fields."""
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


def post(files: Files, request: StoreRequest) -> Answer:
    """Store the form's file and answer as the form asks. Raises StoreError."""
    form = request.form
    if form is None:
        raise StoreError("MalformedPOSTRequest", "The body is no form.")
    check_key(request)
    headers, check = kept_headers(request), overwriting(request)
    spooled = files.spool(_measured(form.file(), *request.sizes))
    stored = files.keep(request.bucket, request.key, spooled, headers=headers, check=check)
    return _answer(request, stored, form.fields)


def _policy(files: Files, fields: Mapping[str, str], *, now: float) -> tuple[Credential, Document]:
    missing = [name for name in SIGNED if not fields.get(name)]
    if missing or fields["q-sign-algorithm"] != "sha1":
        raise StoreError("AccessDenied", "Authorization malformed.")
    caller = caller_of(files, fields["q-ak"], token=fields.get(TOKEN, ""), now=now)
    check_time(fields["q-key-time"], now)
    try:
        text = base64.b64decode(fields["policy"], validate=True)
        digest = hashlib.sha1(text, usedforsecurity=False).hexdigest()
        expected = signature(caller.secret_key, fields["q-key-time"], digest)
        if not hmac.compare_digest(expected, fields["q-signature"].encode()):
            raise StoreError(
                "SignatureDoesNotMatch", "The Signature you specified is invalid.", StringToSign=digest
            )
        document = json.loads(text)
        expires = datetime.fromisoformat(document["expiration"]).timestamp()
    except (binascii.Error, ValueError, TypeError, KeyError) as error:
        raise StoreError("InvalidPolicyDocument", "The policy cannot be read.") from error
    if now > expires:
        raise StoreError("AccessDenied", "Request has expired: Policy expired.")
    return caller, document


def _sizes(policy: Document, fields: Mapping[str, str]) -> tuple[int, int | None]:
    """Least and most bytes of the file, once every other condition is met. Raises StoreError."""
    conditions = policy.get("conditions")
    if not isinstance(conditions, list):
        raise StoreError("InvalidPolicyDocument", "The policy has no conditions.")
    sizes: tuple[int, int | None] = (0, None)
    for condition in conditions:
        kind, name, value = _condition(condition)
        if kind == "content-length-range":
            if not (isinstance(name, int) and isinstance(value, int)):
                raise StoreError("InvalidPolicyDocument", "content-length-range takes two numbers.")
            sizes = (name, value)
            continue
        given = fields.get(str(name).removeprefix("$").lower(), "")
        if kind not in ("eq", "starts-with"):
            raise StoreError("InvalidPolicyDocument", f"There is no condition called {kind}.")
        if not (given == value if kind == "eq" else given.startswith(str(value))):
            message = f"Invalid according to Policy: the value of {name} is not as its condition says."
            raise StoreError("AccessDenied", message)
    return sizes


def _condition(condition: object) -> tuple[str, object, object]:
    if isinstance(condition, dict) and len(condition) == 1:
        [(name, value)] = condition.items()
        return "eq", name, value
    if isinstance(condition, list) and len(condition) == 3:
        return str(condition[0]).lower(), condition[1], condition[2]
    raise StoreError("InvalidPolicyDocument", "A condition is an object of one member or a list of three.")


def _measured(chunks: Iterator[bytes], least: int, most: int | None) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if most is not None and size > most:
            raise StoreError("EntityTooLarge", "The file is larger than the policy allows.")
        yield chunk
    if size < least:
        raise StoreError("EntityTooSmall", "The file is smaller than the policy allows.")


def _answer(request: StoreRequest, stored: Stored, fields: Mapping[str, str]) -> Answer:
    etag = f'"{stored.etag}"'
    place = f"{request.bucket}/" if request.by_path else ""
    location = f"http://{request.host}/{place}{quote(request.key)}"
    target = fields.get("success_action_redirect", "")
    if target.startswith(("http://", "https://")) and target.isprintable() and target.isascii():
        more = urlencode({"bucket": request.bucket, "key": request.key, "etag": etag})
        mark = "&" if "?" in target else "?"
        return Answer(status=303, headers={**evidence(stored), "Location": f"{target}{mark}{more}"})
    headers = {**evidence(stored), "Location": location}
    status = fields.get("success_action_status", "204")
    if status != "201":
        return Answer(status=200 if status == "200" else 204, headers=headers)
    facts = {"Location": location, "Bucket": request.bucket, "Key": request.key, "ETag": etag}
    body = store_xml.write("PostResponse", dict(facts))
    return Answer(status=201, headers={**headers, "Content-Type": "application/xml"}, body=body)
