"""Server-side encryption as callers see it: who lacks the customer's key is refused (the disk holds plain
bytes, and no key is kept: only its MD5, as COS does)."""

import base64
import hashlib
from collections.abc import Mapping

from sandbox.store.errors import StoreError
from sandbox.store.request import StoreRequest

PLAIN = "x-cos-server-side-encryption"
ALGORITHM, KEY, DIGEST = (f"{PLAIN}-customer-{part}" for part in ("algorithm", "key", "key-md5"))
SHOWN = (PLAIN, ALGORITHM, DIGEST)


def seal(request: StoreRequest, *, of_source: bool = False) -> dict[str, str]:
    """Headers to keep with what is written, empty without encryption; `of_source`: those that a copy gives
    for what it reads. Raises StoreError InvalidArgument for a key that is none."""
    given = {
        name: request.headers.get(name.replace("x-cos-", "x-cos-copy-source-") if of_source else name, "")
        for name in (PLAIN, ALGORITHM, KEY, DIGEST)
    }
    kept = {PLAIN: given[PLAIN]} if given[PLAIN] and not of_source else {}
    if not any(given[name] for name in (ALGORITHM, KEY, DIGEST)):
        return kept
    try:
        key = base64.b64decode(given[KEY], validate=True)
    except ValueError:
        key = b""
    digest = base64.b64encode(hashlib.md5(key, usedforsecurity=False).digest()).decode()
    if given[ALGORITHM] != "AES256" or len(key) != 32 or digest != given[DIGEST]:
        raise StoreError("InvalidArgument", "The customer's key, its MD5 and AES256 do not go together.")
    return kept | {ALGORITHM: given[ALGORITHM], DIGEST: digest}


def check_key(request: StoreRequest, kept: Mapping[str, str], *, of_source: bool = False) -> None:
    """Refuse a request that lacks the customer's key of what it touches. Raises StoreError."""
    given = seal(request, of_source=of_source).get(DIGEST)
    if given == kept.get(DIGEST):
        return
    if given is None:
        raise StoreError("InvalidRequest", "The customer's key of the object must be given.")
    raise StoreError("AccessDenied", "The customer's key is not the one the object was stored with.")


def shown(kept: Mapping[str, str]) -> dict[str, str]:
    """What an answer says about the encryption."""
    return {name: kept[name] for name in SHOWN if name in kept}
