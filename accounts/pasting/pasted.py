"""What was recognised in a pasted text, as one frozen value that is safe to print."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Pasted:
    """What a pasted text is and what was taken from where; no repr of it holds a secret.

    `kind`: curl, body, reply, script, address, lines or nothing.
    `values`: among operate_uin, user_name, bucket, region, domain, bucket_secret_id, bucket_secret_key and
    request_id; as written, only without invisible padding: the form judges them.
    `gateway_url`: the service's address without /register or /job, "" when none was found.
    `taken_from`: field (also gateway_url and reply) to where it stood, in the text's own words.
    `placeholders`: fields, or members of registerInfo, that nobody has filled in yet.
    `reply`: a complete Register answer for `Registered.from_answer`; None unless it holds TMP's keys.
    `notes`: machine words: truncated_json, unknown_members, two_replies, two_values, quotes_repaired,
    script_did_not_parse, job_reply, job_request, error_reply, incomplete_reply, too_long, too_deep.
    `words`: TMP's own words of an error reply.
    """

    kind: str
    values: dict[str, str] = field(repr=False)
    gateway_url: str
    taken_from: dict[str, str]
    placeholders: tuple[str, ...]
    reply: dict[str, Any] | None = field(repr=False)
    notes: tuple[str, ...] = ()
    words: str = field(default="", repr=False)
