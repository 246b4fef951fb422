"""Sentences for people, by the machine words of the floor below; whatever nobody foresaw gets one too."""

from __future__ import annotations

import re
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from accounts.endpoints import Text
from tencent.errors import BucketError, BucketMissing, BucketUnreachable


class Explained(NamedTuple):
    """What was looked at, what was found, and what to do about it; "" where there is nothing to say."""

    title: Text
    sentence: Text
    fix: Text


_FORMATS: dict[str, Text] = {
    "empty": _("This is needed."),
    "whitespace": _("There is a space or a line break in it; copy it again without."),
    "too_short": _("This is too short."),
    "too_long": _("This is too long."),
    "not_digits": _("An account ID has digits only, for example 100012345678."),
    "not_alphanumeric": _("Use letters A–Z and digits only, at most 19 of them."),
    "bad_characters": _("There is a character in it that cannot stand here."),
    "no_appid": _("The full name ends with a dash and the APPID, for example my-songs-1250000000."),
    "looks_like_url": _("This looks like an address; only the name belongs here."),
    "bad_region": _("A region looks like ap-guangzhou: the short name, not the city's."),
    "bad_domain": _("This is not a public host name, for example songs.example.com."),
    "unlisted_domain": _(
        "Signed requests go to this name, so it has to be one of COS, or one that the portal's settings list."
    ),
    "bad_url": _("This is not a web address that can be used here."),
    "up_and_out": _("A path cannot have . or .. as one of its parts."),
    "empty_segment": _("A path cannot have two slashes in a row."),
    "backslash": _("Use / between folders, not \\."),
    "control": _("There is an invisible character in it; type it by hand."),
}
_FORMAT_UNKNOWN = _("This cannot be sent as it is.")

_CHECK_TITLES: dict[str, Text] = {
    "list": _("Open the bucket"),
    "clock": _("Compare the clocks"),
    "put": _("Write a file"),
    "get": _("Read it back"),
    "region": _("Ask the bucket where it is"),
    "delete": _("Delete it"),
    "cors": _("Cross-origin rules"),
    "acl": _("Who else may look"),
    "multipart": _("Uploads in parts"),
}
_CHECKS_OK: dict[str, Text] = {
    "list": _("The bucket is there, and the keys open it."),
    "clock": _("This computer's clock agrees with the store's."),
    "put": _("A small test file was written."),
    "get": _("The test file came back unchanged."),
    "delete": _("The test file is gone again."),
    "region": _("The region is the one that was typed in."),
    "cors": _("Browsers may talk to the bucket directly."),
    "acl": _("The bucket is private."),
    "multipart": _("Unfinished uploads can be seen, and so be tidied up."),
}
_CHECKS_TROUBLED: dict[str, Text] = {
    "list": _("The bucket did not open."),
    "clock": _("This computer's clock and the store's disagree."),
    "put": _("The test file could not be written."),
    "get": _("The test file did not come back as it was written."),
    "delete": _("The test file could not be deleted; it lies in the folder .portal-probe."),
    "region": _("The bucket did not say where it is."),
    "cors": _("The rules could not be read. The portal needs none."),
    "acl": _("It could not be read who else may look."),
    "multipart": _("Unfinished uploads could not be listed. The portal needs no such list."),
}
_CHECKS_FIX: dict[str, Text] = {
    "list": _("Compare bucket, region and keys with the console."),
    "clock": _("Turn on time synchronisation on this computer."),
    "put": _("Grant the key's user data write on the bucket's permission page."),
    "get": _("Grant the key's user data read on the bucket's permission page."),
    "delete": _("You may go on; grant data write if you want to delete files from here."),
}
_SKIPPED = _("Not tried, because of what went wrong before.")
_FORBIDDEN = _("This cannot be seen with this key, and it is not needed.")
_FORBIDDEN_BY_KEY: dict[str, Text] = {
    "delete": _("This key may not delete, and need not. The test file stays in the folder .portal-probe."),
}

_RIGHTS = _("Grant the key's user data read and data write on the bucket's permission page.")
_WHERE = _("Check your network, and the region: it is part of the store's address.")
_BUCKET_CODES: dict[str, tuple[Text, Text]] = {
    "NoSuchBucket": (
        _("There is no bucket of this name in this region."),
        _("Compare both with the bucket's overview page; the name ends with the APPID."),
    ),
    "NoSuchKey": (_("There is no such file in the bucket."), ""),
    "NoSuchResource": (_("There is no such file in the bucket."), ""),
    "InvalidAccessKeyId": (
        _("The store does not know this SecretId."),
        _("Copy it again from the CAM console; perhaps the key was deleted."),
    ),
    "SignatureDoesNotMatch": (
        _("The SecretKey does not belong to this SecretId."),
        _("Copy both from the same line of the CAM console."),
    ),
    "AccessDenied": (_("The keys are right, but they have no rights here."), _RIGHTS),
    "AccessForbidden": (_("The keys are right, but they have no rights here."), _RIGHTS),
    "RequestTimeTooSkewed": (
        _("This computer's clock is wrong by more than the store allows."),
        _("Turn on time synchronisation on this computer."),
    ),
    "ExpiredToken": (_("These are temporary keys, and they have expired."), _("Use a permanent key pair.")),
    "InvalidRange": (_("The file has no such part."), ""),
    "TooLarge": (_("The file is larger than the portal reads."), ""),
    "EntityTooLarge": (_("The file is larger than the store takes."), ""),
    "FileAlreadyExists": (_("There is a file of this name already; nothing was written over."), ""),
    "PreconditionFailed": (_("The file was changed while this went on. Look at it again."), ""),
    "RequestExpired": (
        _("This computer's clock is wrong by more than the store allows."),
        _("Turn on time synchronisation on this computer."),
    ),
    "unlisted_domain": (
        _("The bucket's domain is none that the settings of this portal allow."),
        _("Whoever runs the portal can list it as TMPPORTAL_COS_DOMAINS; else leave the domain empty."),
    ),
    "not_public": (
        _("The store's name leads to this machine or to a cloud's own services; nothing was sent there."),
        _WHERE,
    ),
    "redirect": (_("The store's address leads somewhere else."), _WHERE),
    "garbled": (_("Whatever answers at the store's address, it is no store."), _WHERE),
    "no_date": (_("The store did not say what time it is."), ""),
    "no_region": (_FORBIDDEN, ""),
    "other_region": (
        _("The bucket is in another region."),
        _("TMP would be told the wrong place, so the region has to be corrected."),
    ),
    "no_rules": (_("No rule lets browsers in. The portal goes on without, through itself."), ""),
    "origin_not_allowed": (
        _("There are rules, but none for this portal. It goes on without, through itself."),
        "",
    ),
    "public_read": (
        _("Everybody on the internet can read the files of this bucket."),
        _("Set the bucket to private unless you mean it: TMP puts a script with your keys there."),
    ),
    "public_write": (
        _("Everybody on the internet can write into this bucket, at your cost."),
        _("Set the bucket to private before you go on."),
    ),
    "different": (_("The test file came back changed."), ""),
    "signed_url": (
        _("The file can be read with the keys, but not through a signed link."),
        _("You may go on; look for a referer rule or a custom domain on the bucket."),
    ),
    "SandboxNotRunning": (_("The sandbox is not running."), _("Start it again with: make demo")),
    "dns": (_("The store's host name does not exist."), _WHERE),
    "tls": (
        _("The store's certificate was not accepted."),
        _("Something between here and the store may be reading along; ask whoever runs your network."),
    ),
    "proxy": (_("The proxy did not let the call through."), _("Check the proxy settings of this computer.")),
    "connect_timeout": (_("The store did not pick up."), _WHERE),
    "refused": (_("Nothing answers at the store's address."), _WHERE),
    "timeout": (_("The store took too long to answer."), _("Try again in a while.")),
    "reset": (_("The connection to the store broke off."), _("Try again in a while.")),
    "cut": (_("The connection to the store broke off."), _("Try again in a while.")),
}

_DOUBTS: dict[str, Text] = {
    "is_appid": _(
        "This is the APPID at the end of the bucket's name, not the account ID. The account ID is on the "
        "console's account page."
    ),
    "odd_length": _("This is not as long as Tencent's keys usually are. Was all of it copied?"),
    "swapped": _("This looks like a SecretId. Are the two swapped?"),
    "same": _("SecretId and SecretKey are the same text; one of them was copied twice."),
    "unknown_region": _("The portal does not know this region. It may be a new one, or a slip."),
    "known_account": _("You have an account with this ID and user name already."),
    "plain_http": _("At this address songs' names and keys travel unencrypted, with every call."),
}
_DOUBT_UNKNOWN = _("This looks unusual.")

_GATEWAY: dict[str, Text] = {
    "Unreachable": _("TMP could not be reached, so surely nothing was sent. It is safe to try again."),
    "Unanswered": _(
        "The call was sent, but no clear answer came. Nobody knows whether TMP accepted it, so the portal "
        "does not send it again by itself."
    ),
    "Refused": _("TMP understood the call and declined it. Unchanged, it would be declined again."),
    "Garbled": _(
        "TMP answered something that makes no sense. Nobody knows whether it accepted the call, so the "
        "portal does not send it again by itself."
    ),
    "Throttled": _("TMP did not accept the call because there were too many. It is safe to try again later."),
    "Abandoned": _(
        "The portal stopped while it was at work on this. If the call was already out, nobody knows whether "
        "TMP accepted it, so the portal does not send it again by itself."
    ),
    "NoKeys": _("The keys that were brought along cannot be used; paste them again."),
    "CannotOpen": _("The stored keys cannot be opened with the portal's field key; enter them again."),
}
# By tencent.causes: what is written down when TMP itself said nothing.
_CAUSES: dict[str, Text] = {
    "reset": _("The connection broke off before an answer came."),
    "cut": _("The connection broke off in the middle of the answer."),
    "timeout": _("No answer came in time."),
    "deadline": _("No answer came in time."),
    "connect_timeout": _("The service did not pick up."),
    "refused": _("Nothing answers at the service's address."),
    "no_route": _("The network leads to no service."),
    "dns": _("The service's name was not found. Is this computer connected to the internet?"),
    "tls": _("No safe connection to the service came about: its certificate was not accepted."),
    "not_public": _(
        "The service's name leads to this machine or to a cloud's own services; nothing was sent there."
    ),
    "PlainHttpForbidden": _(
        "The settings of this portal forbid plain http, so nothing was sent. Register anew at the current "
        "address, api.mediax.tencent.com, which uses https."
    ),
    "proxy": _("The proxy did not let the call through."),
    "network": _("The network failed."),
    "redirect": _("The service sent the call on to another address, which the portal does not follow."),
    "oversized": _("The answer was too large to be read."),
    "undecodable": _("The answer could not be unpacked."),
    **dict.fromkeys(
        ("not_json", "not_an_object", "not_a_number", "huge_number", "too_deep"),
        _("The answer was no JSON that can be read."),
    ),
    **dict.fromkeys(
        ("no_job", "no_id", "no_state", "no_message", "no_register_info", "another_job", "no_answer"),
        _("The answer lacks what it should say."),
    ),
    **dict.fromkeys(("unfit", "unknown", "no_gateway"), _("The call could not be made.")),
}
_HTTP_STATE = re.compile(r"http_(\d{3})")
_GATEWAY_UNKNOWN = _("Something went wrong with the call to TMP.")


def explain_format(code: str) -> Text:
    """What is wrong with a value, by a code of tencent.formats."""
    return _FORMATS.get(code, _FORMAT_UNKNOWN)


def explain_doubt(code: str) -> Text:
    """What looks odd about a value, by a code of accounts.registering.doubts."""
    return _DOUBTS.get(code, _DOUBT_UNKNOWN)


def explain_check(key: str, state: str, code: str = "") -> Explained:
    """One row of a bucket check, by its key, state and code (tencent.bucket_check.Check)."""
    title = _CHECK_TITLES.get(key, key)
    if state == "ok":
        return Explained(title, _CHECKS_OK.get(key, ""), "")
    if state == "skipped":
        return Explained(title, _SKIPPED, "")
    if state == "forbidden":
        return Explained(title, _FORBIDDEN_BY_KEY.get(key, _FORBIDDEN), "")
    sentence, fix = _CHECKS_TROUBLED.get(key, ""), _CHECKS_FIX.get(key, "")
    known = _BUCKET_CODES.get(code)
    return Explained(title, known[0], known[1] or fix) if known else Explained(title, sentence, fix)


def explain_gateway(kind: str) -> Text:
    """What became of a call, by the name of a branch of tencent.errors.GatewayError."""
    return _GATEWAY.get(kind, _GATEWAY_UNKNOWN)


def explain_cause(words: str) -> Text:
    """What lies behind a failed call: a sentence for our own machine words, else the other side's words."""
    if state := _HTTP_STATE.fullmatch(words):
        return _("The service answered with HTTP %(state)s.") % {"state": state[1]}
    return _CAUSES.get(words, words)


def explain_bucket(error: BucketError) -> Text:
    """Why the bucket did not do what was asked."""
    if known := _BUCKET_CODES.get(error.code):
        return known[0]
    if isinstance(error, BucketUnreachable):
        return _("The bucket could not be reached. Try again in a while.")
    if isinstance(error, BucketMissing):
        return _("There is no such file in the bucket.")
    return _("The bucket refused the request.")
