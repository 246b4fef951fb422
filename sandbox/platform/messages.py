"""Reads what callers send into values, refusing with the sentence that goes into errorResponse."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote, unquote

from sandbox import assumptions as tmp
from sandbox.dialects import Dialect
from sandbox.platform import descriptors
from sandbox.platform.refusing import Members, RefusedError
from sandbox.store.keys import Credential

__all__ = [
    "JobRequest",
    "Members",
    "Output",
    "RefusedError",
    "Registration",
    "Song",
    "read_job",
    "read_registration",
]

Refuse = Callable[[str, object], str | None]

LONGEST_TIMEOUT = (1 << 31) - 1  # seconds


@dataclass(frozen=True, kw_only=True)
class Registration:
    """A valid registerRequest; `domain` is empty when none was given."""

    uin: str
    user_name: str
    region: str
    domain: str
    credential: Credential


@dataclass(frozen=True, kw_only=True)
class Song:
    """Where a job's song lies: a `url`, or a `path` in a content library."""

    url: str = ""
    content_id: str = ""
    path: str = ""


@dataclass(frozen=True, kw_only=True)
class Output:
    """One output of a job: which capability, with what params, on which songs, and where its files go."""

    capability: str
    params: object
    songs: tuple[Song, ...]
    prefix: str
    content_id: str
    destination: str


@dataclass(frozen=True, kw_only=True)
class JobRequest:
    """A valid createJobRequest; `members` is what came, for the echo."""

    outputs: tuple[Output, ...]
    custom_id: str
    callback: str
    timeout: int
    members: Members


def read_registration(body: Members) -> Registration:
    """The registerRequest of a Register body. Raises RefusedError."""
    request = _object(body, "registerRequest")
    config = _object(request, "cosConfig", inside="registerRequest.")
    uin = request.get("operateUin")
    uin = str(uin) if isinstance(uin, int) and not isinstance(uin, bool) else uin
    if not isinstance(uin, str) or not re.fullmatch(tmp.OPERATE_UIN, uin):
        raise RefusedError("registerRequest.operateUin must be an account id of 1 to 20 digits")
    user_name = request.get("userName")
    if not isinstance(user_name, str) or not re.fullmatch(tmp.USER_NAME, user_name):
        raise RefusedError("registerRequest.userName must be 1 to 19 letters or digits")
    texts = {
        name: _text(config, name, inside="cosConfig.")
        for name in ("bucket", "region", "secretId", "secretKey")
    }
    for name, text in texts.items():
        if not text or text != text.strip():
            raise RefusedError(f"registerRequest.cosConfig.{name} is required, without spaces around it")
    return Registration(
        uin=uin,
        user_name=user_name,
        region=texts["region"],
        domain=_text(config, "domain", inside="cosConfig."),
        credential=Credential(
            secret_id=texts["secretId"], secret_key=texts["secretKey"], bucket=texts["bucket"]
        ),
    )


def read_job(body: Members, *, refuse: Refuse, dialect: Dialect) -> JobRequest:
    """The createJobRequest of a CreateJob body. Raises RefusedError.

    `refuse` says what is wrong with a capability's params, or None.
    """
    request = _object(body, "createJobRequest")
    custom_id = _text(request, "customId")
    if len(custom_id) > tmp.LONGEST_CUSTOM_ID:
        raise RefusedError(f"customId must have at most {tmp.LONGEST_CUSTOM_ID} characters")
    callback = _text(request, "callback")
    if callback and not callback.startswith(("http://", "https://")):
        raise RefusedError("callback must be an http or https URL")
    timeout = request.get("timeout", _usual_timeout(dialect))
    if not isinstance(timeout, int) or isinstance(timeout, bool) or not 1 <= timeout <= LONGEST_TIMEOUT:
        raise RefusedError("timeout must be a positive number of seconds")
    inputs, items = enumerate(_array(request, "inputs")), enumerate(_array(request, "outputs"))
    songs = [_song(item, f"inputs[{index}]", dialect) for index, item in inputs]
    outputs = [
        _output(item, f"outputs[{index}]", songs=songs, refuse=refuse, dialect=dialect)
        for index, item in items
    ]
    return JobRequest(
        outputs=tuple(outputs), custom_id=custom_id, callback=callback, timeout=timeout, members=request
    )


def _usual_timeout(dialect: Dialect) -> int:
    return LONGEST_TIMEOUT if dialect["timeout"] == "none" else int(dialect["timeout"])


def _song(value: object, name: str, dialect: Dialect) -> Song:
    members = _members(value, name)
    named = [each for each in ("url", "source", "sourceData") if each in members]
    if len(named) != 1:
        raise RefusedError(f"{name} must have exactly one of url and source")
    if "sourceData" in members:
        if len(_text(members, "sourceData", inside=f"{name}.")) > tmp.LONGEST_SOURCE_DATA:
            raise RefusedError(f"{name}.sourceData must have at most {tmp.LONGEST_SOURCE_DATA} characters")
        raise RefusedError(f"{name}.sourceData is for cloning and textBgmGeneration only")
    if "url" in members:
        url = _text(members, "url", inside=f"{name}.")
        if not url.startswith(("http://", "https://")):
            raise RefusedError(f"{name}.url must be an http or https URL")
        return Song(url=url)
    source = _object(members, "source", inside=f"{name}.")
    content_id = _text(source, "contentId", inside=f"{name}.source.")
    path = _text(source, "path", inside=f"{name}.source.")
    if not content_id or not path.strip("/"):
        raise RefusedError(f"{name}.source needs contentId and path")
    return Song(content_id=content_id, path=_key(path) if dialect["path"] == "percent-encoded" else path)


def _key(path: str) -> str:
    """What a percent-encoded path names; one that is not encoded names something that is not there."""
    return unquote(path) if path.isascii() else quote(path)


def _output(value: object, name: str, *, songs: list[Song], refuse: Refuse, dialect: Dialect) -> Output:
    members = _members(value, name)
    descriptor = _object(members, "smartContentDescriptor", inside=f"{name}.")
    prefix = _text(descriptor, "outputPrefix", inside=f"{name}.smartContentDescriptor.")
    if len(prefix) > tmp.LONGEST_PREFIX or re.search(r"[/\\\x00-\x1f]", prefix):
        raise RefusedError(
            f"outputPrefix must have fewer than {tmp.LONGEST_PREFIX + 1} characters and no slash"
        )
    capabilities = [key for key in descriptor if key != "outputPrefix"]
    if len(capabilities) != 1:
        raise RefusedError(f"{name}.smartContentDescriptor must name exactly one capability")
    [capability] = capabilities
    params = descriptors.read(capability, descriptor[capability], dialect)
    sentence = refuse(capability, params)
    if sentence:
        raise RefusedError(sentence)
    content_id = _text(members, "contentId", inside=f"{name}.")
    if not content_id and capability not in tmp.NO_FILES:
        raise RefusedError(f"{name}.contentId is required for {capability}")
    destination = _text(members, "destination", inside=f"{name}.") or tmp.DESTINATION
    return Output(
        capability=capability,
        params=params,
        songs=_selected(members, name, songs, dialect),
        prefix=prefix,
        content_id=content_id,
        destination=destination,
    )


def _selected(output: Members, name: str, songs: list[Song], dialect: Dialect) -> tuple[Song, ...]:
    selectors = _array(output, "inputSelectors", inside=f"{name}.")
    for selector in selectors:
        if not isinstance(selector, int) or isinstance(selector, bool) or not 0 <= selector < len(songs):
            raise RefusedError(f"{name}.inputSelectors must hold indexes of inputs, counted from 0")
    if len(selectors) > 1 and dialect["several-songs"] == "refused":
        raise RefusedError(f"{name}.inputSelectors must name one input")
    return tuple(songs[cast(int, selector)] for selector in selectors)


def _members(value: object, name: str) -> Members:
    if not isinstance(value, dict):
        raise RefusedError(f"{name} must be an object")
    return cast(Members, value)


def _object(members: Members, name: str, *, inside: str = "") -> Members:
    if name not in members:
        raise RefusedError(f"{inside}{name} is required")
    return _members(members[name], inside + name)


def _array(members: Members, name: str, *, inside: str = "") -> list[object]:
    value = members.get(name)
    if not isinstance(value, list) or not value:
        raise RefusedError(f"{inside}{name} is required and must be an array with at least one entry")
    return value


def _text(members: Members, name: str, *, inside: str = "") -> str:
    value = members.get(name, "")
    if not isinstance(value, str):
        raise RefusedError(f"{inside}{name} must be a string")
    return value
