"""Objects of the archive classes: not readable until POST ?restore has brought them back for some days."""

import re
import time
from email.utils import formatdate

from sandbox.store import xml as store_xml
from sandbox.store.conditions import moment
from sandbox.store.errors import StoreError
from sandbox.store.files import Files, Stored
from sandbox.store.request import Answer, StoreRequest

STANDARD = "STANDARD"
ARCHIVES = ("ARCHIVE", "DEEP_ARCHIVE")
CLASSES = {
    STANDARD,
    "STANDARD_IA",
    "INTELLIGENT_TIERING",
    "COLD",
    *ARCHIVES,
    "MAZ_STANDARD",
    "MAZ_STANDARD_IA",
    "MAZ_INTELLIGENT_TIERING",
}
CLASS, RESTORED = "x-cos-storage-class", "x-cos-restore"
DAY = 86_400  # seconds


def restore(files: Files, request: StoreRequest) -> Answer:
    """POST ?restore: readable at once (the real service takes minutes to hours), for the days asked for."""
    stored = files.find(request.bucket, request.key)
    if stored is None:
        raise StoreError("NoSuchKey", "The specified key does not exist.")
    if stored.headers.get(CLASS) not in ARCHIVES:
        raise StoreError("InvalidObjectState", "The object is not archived.")
    days = (store_xml.read(request.document()).findtext("Days") or "").strip()
    if not re.fullmatch(r"[1-9]\d{0,2}", days):
        raise StoreError("InvalidArgument", "Days must be a number from 1 to 999.")
    expiry = formatdate(time.time() + int(days) * DAY, usegmt=True)
    again = _is_restored(stored)
    note = {RESTORED: f'ongoing-request="false", expiry-date="{expiry}"'}
    files.amend(request.bucket, request.key, note)
    return Answer(status=200 if again else 202)


def check_readable(stored: Stored) -> None:
    """Refuse to read what is archived. Raises StoreError InvalidObjectState."""
    if stored.headers.get(CLASS) in ARCHIVES and not _is_restored(stored):
        raise StoreError("InvalidObjectState", "The operation is not valid for the object's storage class.")


def class_of(request: StoreRequest) -> dict[str, str]:
    """The storage class to keep with an object, empty for the usual one. Raises StoreError."""
    asked = request.headers.get(CLASS, STANDARD).upper()
    if asked not in CLASSES:
        raise StoreError("InvalidArgument", "The storage class you specified does not exist.")
    return {} if asked == STANDARD else {CLASS: asked}


def _is_restored(stored: Stored) -> bool:
    found = re.search(r'expiry-date="([^"]*)"', stored.headers.get(RESTORED, ""))
    until = moment(found[1]) if found else None
    return until is not None and time.time() < until
