"""What is said to TMP and what it answers, as frozen values; the wire's spelling stays in this file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from tencent.errors import Garbled
from tencent.job_results import found_in
from tencent.keys import BucketKeys, GatewayKeys, TmpKeys
from tencent.parsing import LOST
from tencent.scrubbing import MASK

LONGEST_ID = 255


class JobState(IntEnum):
    """TMP's own five states (client: Go, whose comment cites the page)."""

    SUBMITTED = 1
    PROCESSING = 2
    COMPLETED = 3
    ERROR = 4
    CANCELED = 5


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One call to the gateway as it may be kept and shown: no secret in it, storable as JSON in any database.

    `seconds` is the length of the call, `clock_skew_s` the gateway's Date minus our clock; `answer` is the
    text as received, capped at 64 KiB; `request_id` the gateway's X-Api-RequestId; `error` "" when all went
    well.
    """

    action: str
    url: str
    started_at: datetime
    seconds: float
    http_state: int | None = None
    request: dict[str, Any]
    answer: str = ""
    request_id: str = ""
    clock_skew_s: float | None = None
    error: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, the moment in ISO 8601."""
        return {**self.__dict__, "started_at": self.started_at.isoformat()}


@dataclass(frozen=True, kw_only=True)
class RegisterRequest:
    """Asks TMP for an account over a bucket (seed). The answer takes about two minutes."""

    request_id: str
    operate_uin: str
    user_name: str
    keys: BucketKeys
    bucket: str
    region: str
    domain: str = ""

    def body(self) -> dict[str, Any]:
        """The JSON to send; it holds the bucket's secret key."""
        cos = {
            "secretId": self.keys.secret_id,
            "secretKey": self.keys.secret_key,
            "bucket": self.bucket,
            "region": self.region,
        }
        if self.domain:
            cos["domain"] = self.domain
        return {
            "requestId": self.request_id,
            "action": "Register",
            "registerRequest": {"operateUin": self.operate_uin, "userName": self.user_name, "cosConfig": cos},
        }


@dataclass(frozen=True, kw_only=True)
class Registered:
    """TMP's answer to a registration; both key pairs are handed out only once.

    `extra` holds members of `registerInfo` that no page names; `raw` the whole answer, keys included: seal
    it.
    """

    request_id: str
    content_id: str
    tmp_keys: TmpKeys
    gateway_keys: GatewayKeys
    demo_path: str
    usage: str
    message: str
    created_at: str
    updated_at: str
    extra: dict[str, Any] = field(default_factory=dict, repr=False)
    raw: dict[str, Any] = field(default_factory=dict, repr=False)
    exchange: Exchange | None = None

    @classmethod
    def from_answer(cls, answer: Mapping[str, Any]) -> Registered:
        """Reads the parsed answer; numbers pass for strings. Raises Garbled when the id or a key is
        missing."""
        # Every other action is answered in a member of its own name, so this one may be, too (assumed).
        wrapped = answer.get(response_member("Register"))
        holders = [each for each in (answer, wrapped) if isinstance(each, Mapping)]
        info = next((each["registerInfo"] for each in holders if "registerInfo" in each), None)
        if not isinstance(info, Mapping):
            raise Garbled(cause="no_register_info")
        return cls(
            request_id=text_of(answer.get("requestId")),
            content_id=_needed(info, "tmpContentId"),
            tmp_keys=TmpKeys(
                secret_id=_needed(info, "tmpSecretId"), secret_key=_needed(info, "tmpSecretKey")
            ),
            gateway_keys=GatewayKeys(
                secret_id=_needed(info, "apiGateSecretId"), secret_key=_needed(info, "apiGateSecretKey")
            ),
            demo_path=text_of(info.get("demoCosPath")),
            usage=text_of(info.get("usageDescription")),
            message=text_of(info.get("message")),
            created_at=text_of(info.get("createdAt")),
            updated_at=text_of(info.get("updatedAt")),
            extra={name: value for name, value in info.items() if name not in _REGISTER_INFO},
            raw=dict(answer),
        )


_REGISTER_INFO = frozenset(
    {
        "tmpContentId",
        "tmpSecretId",
        "tmpSecretKey",
        "apiGateSecretId",
        "apiGateSecretKey",
        "demoCosPath",
        "usageDescription",
        "message",
        "createdAt",
        "updatedAt",
    }
)


@dataclass(frozen=True, kw_only=True)
class JobRequest:
    """One CreateJob: one source, one output, one capability (doc: music-beat).

    `source_path` is an object path from the bucket root; `timeout` in seconds, after which TMP gives the job
    up; `descriptor` the capability's own value (some take a bare number); without `writes_files` the output
    names no content id and no destination (doc: music-highlight). Raises ValueError unless exactly one of
    `source_path` and `source_url` is given.
    """

    source_path: str = ""
    source_url: str = ""
    content_id: str
    destination: str = "/"
    capability: str
    descriptor: dict[str, Any] | int
    writes_files: bool = True
    output_prefix: str = ""
    custom_id: str = ""
    timeout: int | None = None
    callback: str = ""

    def __post_init__(self) -> None:
        if bool(self.source_path) == bool(self.source_url):
            raise ValueError("A job needs exactly one source: a path in the bucket or a URL.")

    def body(self, tmp_keys: TmpKeys) -> dict[str, Any]:
        """The JSON to send; it holds the TMP secret key."""
        return self._body(tmp_keys.secret_id, tmp_keys.secret_key)

    def as_sent(self) -> dict[str, Any]:
        """The same JSON with both secrets masked, fit to keep and show."""
        return self._body(MASK, MASK)

    def _body(self, secret_id: str, secret_key: str) -> dict[str, Any]:
        descriptor: dict[str, Any] = {self.capability: self.descriptor}
        if self.output_prefix:
            descriptor["outputPrefix"] = self.output_prefix
        place = {"contentId": self.content_id, "destination": self.destination} if self.writes_files else {}
        output = {**place, "inputSelectors": [0], "smartContentDescriptor": descriptor}
        asked: dict[str, Any] = {"inputs": [self._source()], "outputs": [output]}
        optional = {"customId": self.custom_id, "timeout": self.timeout, "callback": self.callback}
        asked |= {name: value for name, value in optional.items() if value not in ("", None)}
        return {
            "action": "CreateJob",
            "secretId": secret_id,
            "secretKey": secret_key,
            "createJobRequest": asked,
        }

    def _source(self) -> dict[str, Any]:
        if self.source_url:
            return {"url": self.source_url}
        return {"source": {"contentId": self.content_id, "path": self.source_path}}


@dataclass(frozen=True, kw_only=True)
class JobReply:
    """What TMP says of a job. `state` keeps numbers that JobState does not know; `message` is TMP's own
    words."""

    id: str
    state: int
    custom_id: str = ""
    outputs: list[dict[str, Any]] = field(default_factory=list)
    message: str = ""
    raw: dict[str, Any] = field(default_factory=dict, repr=False)
    exchange: Exchange

    def found(self, capability: str) -> Any:
        """TMP's answer for one capability, None while there is none."""
        return found_in(self.outputs, capability)

    @property
    def destination(self) -> str:
        """Where the files of the first output lie; names in results are relative to it (client: Go)."""
        return text_of(self.outputs[0].get("destination")) if self.outputs else ""

    @classmethod
    def from_answer(cls, answer: Mapping[str, Any], *, action: str, exchange: Exchange) -> JobReply:
        """Reads `<action>Response.job`. Raises Garbled without an id, or without a state that can be read
        where it was asked for."""
        response = answer.get(response_member(action))
        job = response.get("job") if isinstance(response, Mapping) else None
        if not isinstance(job, Mapping):
            raise Garbled(cause="no_job")
        outputs = job.get("outputs")
        return cls(
            id=_needed(job, "id"),
            state=_state(job, default=JobState.SUBMITTED if action == "CreateJob" else None),
            custom_id=text_of(job.get("customId")),
            outputs=[o for o in outputs if isinstance(o, dict)] if isinstance(outputs, list) else [],
            message=message_in(job),
            raw=dict(answer),
            exchange=exchange,
        )


def request_member(action: str) -> str:
    """`CreateJob` -> `createJobRequest` (the naming rule that fits every action)."""
    return f"{action[0].lower()}{action[1:]}Request"


def response_member(action: str) -> str:
    """`CreateJob` -> `createJobResponse` (the naming rule that fits every job action)."""
    return f"{action[0].lower()}{action[1:]}Response"


def message_in(value: Any) -> str:
    """The first words found in an error form: errorResponse, message, error, errorMessage, errorMsg, also
    nested, then in outputs. Which member a failed job uses is not published (client: Go reads message and
    error)."""
    if not isinstance(value, Mapping):
        return ""
    for name in ("errorResponse", "message", "error", "errorMessage", "errorMsg"):
        inner = value.get(name)
        words = message_in(inner) if isinstance(inner, Mapping) else text_of(inner).strip()
        if words:
            return words
    outputs = value.get("outputs")
    return next(filter(None, map(message_in, outputs)), "") if isinstance(outputs, list) else ""


def text_of(value: Any) -> str:
    """A string as it is, a number as its digits, anything else as ""."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _needed(holder: Mapping[str, Any], name: str) -> str:
    text = text_of(holder.get(name))
    # Better no id than a mutilated one, which another job may have.
    if not text or len(text) > LONGEST_ID or not text.isprintable() or LOST in text:
        raise Garbled(cause=f"no_{name}")
    return text


def _state(job: Mapping[str, Any], *, default: int | None) -> int:
    """A number, also written as a text or with a decimal point, or one of the documented names; `default` for
    what is neither, where the id alone counts."""
    told = text_of(job.get("state")).strip().removesuffix(".0")
    if told.upper() in JobState.__members__:
        return JobState[told.upper()]
    if told.isdecimal() and len(told) <= 4:
        return int(told)
    if default is None:
        raise Garbled(cause="no_state")
    return default
