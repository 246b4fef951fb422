"""Says what is wrong with a value before it is sent, in a machine word; the floors above have the sentences.

Every `check_…` returns None when the value may be sent. Words: empty, whitespace, too_short, too_long,
not_digits, not_alphanumeric, bad_characters, no_appid, looks_like_url, bad_region, bad_domain, bad_url,
up_and_out, empty_segment, backslash, control, swapped, same.

Every `doubt_…` says what looks odd about a value that may be sent all the same: is_appid, odd_length,
swapped, unknown_region. It is never a reason to refuse: lengths and lists come from pages that may be out of
date.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from tencent.public_hosts import INWARD
from tencent.regions import BY_NAME, CODES, squeezed

LONGEST_KEY_BYTES = 850
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
SHORTEST_SECRET_KEY = 8
SECRET_ID_LENGTH = 36
SECRET_KEY_LENGTH = 32
_SECRET_ID = re.compile(r"(?:AKID|IKID)[A-Za-z0-9_-]{12,}")
_HOST = re.compile(
    r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE
)


def check_operate_uin(value: str) -> str | None:
    """The Tencent Cloud account id that bought the service: digits (seed)."""
    if code := _spacing(value):
        return code
    if not (value.isascii() and value.isdigit()):
        return "not_digits"
    return "too_long" if len(value) > 20 else None


def check_user_name(value: str) -> str | None:
    """1 to 19 letters and digits (seed; the lower end is assumed)."""
    if code := _spacing(value):
        return code
    if not re.fullmatch(r"[A-Za-z0-9]+", value):
        return "not_alphanumeric"
    return "too_long" if len(value) > 19 else None


def check_bucket_name(value: str) -> str | None:
    """`<name>-<APPID>` in lower-case letters, digits and dashes (doc: 436/13312)."""
    if code := _spacing(value):
        return code
    if "/" in value or "." in value:
        return "looks_like_url"
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", value):
        return "bad_characters"
    if not re.fullmatch(r".+-\d+", value):
        return "no_appid"
    return "too_long" if len(value) > 60 else None


def check_region(value: str) -> str | None:
    """Such as `ap-guangzhou`; a pattern, since there is no complete list (doc: 436/6224)."""
    if code := _spacing(value):
        return code
    return None if re.fullmatch(r"[a-z]+-[a-z]+(-[a-z0-9]+)*", value) and len(value) <= 40 else "bad_region"


def check_secret_id(value: str) -> str | None:
    """No white space, nothing outside printable ASCII; lengths differ between kinds of keys and are not
    judged."""
    return _secret(value)


def check_secret_key(value: str) -> str | None:
    """As check_secret_id, and at least 8 characters: scrubbing would not find less for sure."""
    code = _secret(value)
    return "too_short" if code is None and len(value) < SHORTEST_SECRET_KEY else code


def check_pair(secret_id: str, secret_key: str) -> str | None:
    """Whether the two halves stand in each other's place, or one of them in both."""
    if secret_id and secret_id == secret_key:
        return "same"
    return "swapped" if is_secret_id(secret_key) and not is_secret_id(secret_id) else None


def is_secret_id(value: str) -> bool:
    """Whether the value can only be a key's id: they begin with AKID (doc: 436/30613), or IKID on the
    international site (assumed)."""
    return _SECRET_ID.fullmatch(value) is not None


def appid_of(bucket: str) -> str:
    """The APPID at the end of a bucket's name, "" without one (doc: 436/13312)."""
    found = re.fullmatch(r".+-(\d+)", bucket)
    return found[1] if found else ""


def check_output_prefix(value: str) -> str | None:
    """Empty, or fewer than 20 characters (doc: music-beat); kept to ones that are safe in any file name
    (assumed)."""
    if value and not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*", value):
        return "whitespace" if re.search(r"\s", value) else "bad_characters"
    return "too_long" if len(value) > 19 else None


def normalise_destination(value: str) -> str:
    """With one slash in front and none behind; the root is `/`. TMP is seen with and without (seed, client:
    lab-site)."""
    return "/" + value.strip().strip("/")


def check_destination(value: str) -> str | None:
    """A folder in the bucket, as normalise_destination leaves it."""
    folder = value.strip()
    folder = folder.removeprefix("/").removesuffix("/")
    return check_key(folder) if folder else None


def check_key(value: str) -> str | None:
    """An object key: no way up, nothing that URLs rewrite, at most 850 bytes (doc: 436/13324)."""
    if not value:
        return "empty"
    if _CONTROL.search(value):
        return "control"
    if "\\" in value:
        return "backslash"
    segments = value.split("/")
    if ".." in segments or "." in segments:
        return "up_and_out"
    if "" in segments[:-1]:
        return "empty_segment"
    return "too_long" if len(value.encode()) > LONGEST_KEY_BYTES else None


def check_domain(value: str) -> str | None:
    """Empty, or a public host name for the bucket. The SDK sends signed requests wherever this points, so a
    port, an address or a name inside one's own network is refused."""
    if not value:
        return None
    if code := _spacing(value):
        return code
    if "/" in value or "@" in value:
        return "looks_like_url"
    if not _HOST.fullmatch(value) or value.lower().endswith(INWARD):
        return "bad_domain"
    return None


def check_endpoint(value: str) -> str | None:
    """A base URL, http or https, without user, query and fragment."""
    if code := _spacing(value):
        return code
    try:
        parts = urlsplit(value)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return "bad_url"
    if not known or "@" in parts.netloc or "\\" in value or "?" in value or "#" in value:
        return "bad_url"
    return None


def doubt_operate_uin(value: str, bucket: str = "") -> str | None:
    """Whether the APPID of `bucket` was given where the account id belongs; both are plain digits."""
    return "is_appid" if value and value == appid_of(bucket) else None


def doubt_secret_id(value: str) -> str | None:
    """36 characters are usual (doc: 436/30613); temporary and international ones differ."""
    return "odd_length" if len(value) != SECRET_ID_LENGTH else None


def doubt_secret_key(value: str) -> str | None:
    """32 characters are usual (doc: 436/30613); one that looks like an id is probably one."""
    if is_secret_id(value):
        return "swapped"
    return "odd_length" if len(value) != SECRET_KEY_LENGTH else None


def doubt_region(value: str) -> str | None:
    """Whether a well-formed region is missing from the list."""
    return "unknown_region" if check_region(value) is None and value not in CODES else None


def region_like(value: str) -> str:
    """The region code that a name, an old abbreviation or a host stands for, "" when that is unclear.

    A code comes back in lower case with dashes, whether it is on the list or not.
    """
    plain = unicodedata.normalize("NFKC", value).strip()
    if whole := BY_NAME.get(squeezed(plain)):
        return whole
    pieces = re.split(r"[^\w-]+", plain)
    codes = {piece.lower() for piece in pieces} & CODES
    meant = codes or {BY_NAME[name] for name in map(squeezed, pieces) if name in BY_NAME}
    if meant:
        return meant.pop() if len(meant) == 1 else ""
    code = plain.lower().replace("_", "-")
    return "" if check_region(code) else code


def _spacing(value: str) -> str | None:
    if not value:
        return "empty"
    return "whitespace" if re.search(r"\s", value) else "control" if _CONTROL.search(value) else None


def _secret(value: str) -> str | None:
    if code := _spacing(value):
        return code
    if not (value.isascii() and value.isprintable()):
        return "bad_characters"
    return "too_long" if len(value) > 255 else None
