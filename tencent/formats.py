"""Says what is wrong with a value before it is sent, in a machine word; the floors above have the sentences.

Every `check_…` returns None when the value may be sent. Words: empty, whitespace, too_short, too_long,
not_digits, not_alphanumeric, bad_characters, no_appid, looks_like_url, bad_region, bad_domain, bad_url,
up_and_out, empty_segment, backslash, control.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

LONGEST_KEY_BYTES = 850
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_HOST = re.compile(
    r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE
)
_INWARD = (".local", ".localhost", ".internal", ".lan", ".home", ".intranet", ".arpa", ".test", ".invalid")


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
    """As check_secret_id."""
    return _secret(value)


def check_output_prefix(value: str) -> str | None:
    """Empty, or fewer than 20 characters (doc: music-beat); kept to ones that are safe in any file name
    (assumed)."""
    if value and not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*", value):
        return "whitespace" if re.search(r"\s", value) else "bad_characters"
    return "too_long" if len(value) > 19 else None


def check_custom_id(value: str) -> str | None:
    """Empty, or fewer than 64 characters (doc: music-beat)."""
    if _CONTROL.search(value):
        return "control"
    return "too_long" if len(value) > 63 else None


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
    if not _HOST.fullmatch(value) or value.lower().endswith(_INWARD):
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
