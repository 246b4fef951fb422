"""Checks COS's own request signature (q-sign-algorithm=sha1), which no S3 stand-in knows.

Source of every rule: cos.md sections 2-4, read in cos-python-sdk-v5 and run against it.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote

from sandbox.store.errors import StoreError
from sandbox.store.files import Files
from sandbox.store.keys import Credential
from sandbox.store.request import StoreRequest
from sandbox.store.xml import iso

TOKEN = "x-cos-security-token"  # noqa: S105  (the name of a header)
SKEW = 900  # seconds a signature may start in the future
FIELDS = (
    "q-sign-algorithm",
    "q-ak",
    "q-sign-time",
    "q-key-time",
    "q-header-list",
    "q-url-param-list",
    "q-signature",
)


def signer(files: Files, request: StoreRequest, *, now: float) -> Credential | None:
    """The key that signed the request, in its header or its query; None when it is anonymous. Raises
    StoreError as COS refuses."""
    found = _fields(request)
    if found is None:
        return None
    fields, params = found
    if any(name not in fields for name in FIELDS) or fields["q-sign-algorithm"] != "sha1":
        raise StoreError("AccessDenied", "Authorization malformed.")
    token = request.headers.get(TOKEN) or params.get(TOKEN, "")
    caller = caller_of(files, fields["q-ak"], token=token, now=now)
    for name in ("q-sign-time", "q-key-time"):
        check_time(fields[name], now)
    texts = list(_signed_texts(request, fields, params))
    for _, text in texts:
        if hmac.compare_digest(
            signature(caller.secret_key, fields["q-key-time"], text), fields["q-signature"].encode()
        ):
            return caller
    raise StoreError(
        "SignatureDoesNotMatch",
        "The Signature you specified is invalid.",
        StringToSign=texts[0][1],
        FormatString=texts[0][0],
    )


def _fields(request: StoreRequest) -> tuple[dict[str, str], Mapping[str, str]] | None:
    header = request.headers.get("authorization", "")
    if header:
        pairs = (part.partition("=") for part in unquote(header.strip()).split("&"))
        return {name: value for name, _, value in pairs}, request.query
    if "q-signature" in request.query:
        own = {name: value for name, value in request.query.items() if name in FIELDS}
        return own, {name: value for name, value in request.query.items() if name not in FIELDS}
    return None


def caller_of(files: Files, secret_id: str, *, token: str, now: float) -> Credential:
    """The key of a SecretId. A token belongs to one temporary key, and with any other key, or with none where
    it is missing, the two name nothing (assumptions.TOKENS). Raises StoreError."""
    found = files.keys.find(secret_id)
    if found is None or not hmac.compare_digest(found.token.encode(), token.encode()):
        raise StoreError(
            "InvalidAccessKeyId", "The Access Key Id you provided does not exist in our records."
        )
    if found.token and now > found.expires:
        raise StoreError("ExpiredToken", "The provided token has expired.")
    return found


def check_time(text: str, now: float) -> None:
    """Whether `<start>;<end>` is now, in seconds since 1970. Raises StoreError."""
    span = re.fullmatch(r"(\d{1,12});(\d{1,12})", text)
    if span is None:
        raise StoreError("AccessDenied", "Authorization malformed.")
    start, end = int(span[1]), int(span[2])
    if start - now > SKEW:
        message = "The difference between the request time and the current time is too large."
        raise StoreError("RequestTimeTooSkewed", message, ServerTime=iso(now))
    if now > end:
        raise StoreError("AccessDenied", "Request has expired", ServerTime=iso(now))


def signature(secret_key: str, key_time: str, text: str) -> bytes:
    """COS's signature of a text, in hexadecimal."""
    # The sign key is used as hexadecimal text, not as the bytes it stands for.
    sign_key = hmac.new(secret_key.encode(), key_time.encode(), hashlib.sha1).hexdigest()
    return hmac.new(sign_key.encode(), text.encode(), hashlib.sha1).hexdigest().encode()


def _signed_texts(
    request: StoreRequest, fields: Mapping[str, str], params: Mapping[str, str]
) -> Iterable[tuple[str, str]]:
    # The JavaScript SDK signs the host with its port, the Python SDK without.
    for host in dict.fromkeys((request.host, request.host.rpartition(":")[0] or request.host)):
        headers = {**request.headers, "host": host}
        format_string = "\n".join(
            (
                request.method.lower(),
                request.path,
                _joined(fields["q-url-param-list"], params),
                _joined(fields["q-header-list"], headers),
                "",
            )
        )
        digest = hashlib.sha1(format_string.encode(), usedforsecurity=False).hexdigest()
        yield format_string, f"sha1\n{fields['q-sign-time']}\n{digest}\n"


def _joined(names: str, values: Mapping[str, str]) -> str:
    known = {_encoded(name).lower(): _encoded(value) for name, value in values.items()}
    signed = sorted(name.lower() for name in names.split(";") if name)
    if any(name not in known for name in signed):
        raise StoreError("SignatureDoesNotMatch", "A signed header or parameter is missing from the request.")
    return "&".join(f"{name}={known[name]}" for name in signed)


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
