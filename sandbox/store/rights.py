"""What a bucket key may do: a named set as the bucket's page grants it, or a CAM policy, evaluated."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from sandbox import assumptions as tmp

FULL = "full"
DATA = tmp.DATA_READ | tmp.DATA_WRITE
NAMED: Mapping[str, frozenset[str] | None] = {
    FULL: None,
    "data": DATA,
    "read": tmp.DATA_READ,
    "blind": DATA - {"DeleteObject", "ListMultipartUploads", "ListParts"},
    "none": frozenset(),
}
"""Actions per name; `full` is everything and therefore no set. `data` is the guide's reference person."""

TIGHT = "tight"
SONGS = "songs/"
RIGHTS = (*NAMED, TIGHT)
"""What a key can be asked for by name; `tight` is a policy made for its bucket, see `granted`."""

_SEE = ("HeadBucket", "GetBucket", "GetBucketCORS", "ListMultipartUploads")
_UNUSED = {"ListMultipartUploads", "AppendObject"}  # the first is asked of the bucket
_USE = ("GetObject", "HeadObject", "OptionsObject", *sorted(tmp.DATA_WRITE - _UNUSED))

PUBLIC: Mapping[str, frozenset[str]] = {
    "private": frozenset(),
    "public-read": tmp.DATA_READ,
    "public-read-write": DATA,
}
"""What a bucket's canned ACL lets everybody do, signed or not."""

LARGEST_POLICY = 6144  # characters, CAM's own limit (source: assumed)
_ACTION = re.compile(r"\*|name/cos:[A-Za-z*]+")
_RESOURCE = re.compile(r"\*|qcs::cos:[^:]*:[^:]*:.+")


class PolicyError(ValueError):
    """The text is neither a known name nor a policy the sandbox can evaluate; says why."""


@dataclass(frozen=True, kw_only=True)
class _Statement:
    allows: bool
    actions: tuple[re.Pattern[str], ...]
    resources: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, value: object) -> Self:
        if not isinstance(value, dict) or set(value) != {"effect", "action", "resource"}:
            raise PolicyError("a statement has effect, action and resource, and nothing else")
        if value["effect"] not in ("allow", "deny"):
            raise PolicyError("effect is allow or deny")
        return cls(
            allows=value["effect"] == "allow",
            actions=_patterns(value["action"], _ACTION, "action"),
            resources=_patterns(value["resource"], _RESOURCE, "resource"),
        )

    def covers(self, action: str, resource: str) -> bool:
        return any(found.fullmatch(f"name/cos:{action}") for found in self.actions) and any(
            found.fullmatch(resource) for found in self.resources
        )


def resource_of(bucket: str, key: str, *, region: str) -> str:
    """An object's name in a policy, or with an empty key the bucket's (source: doc 436/30580)."""
    return f"qcs::cos:{region}:uid/{bucket.rpartition('-')[2]}:{bucket}/{key}"


def decide(rights: str, action: str, resource: str) -> bool | None:
    """True: allowed. False: a policy denies it. None: nothing speaks for it. `rights` was checked before."""
    if not rights.startswith("{"):
        named = NAMED[rights]
        return True if named is None or action in named else None
    verdicts = {statement.allows for statement in _policy(rights) if statement.covers(action, resource)}
    return None if not verdicts else False not in verdicts


def granted(name: str, *, bucket: str, region: str) -> str:
    """What a key of this bucket keeps for a name out of RIGHTS, or for `tight:<prefix>`. Raises PolicyError.

    `tight` is the least that the portal and TMP need: to see the bucket, and to use what lies under one
    prefix, where TMP leaves its demo script, and where the guide's jobs write.
    """
    if name in NAMED:
        return name
    word, _, prefix = name.partition(":")
    prefix = prefix if ":" in name else SONGS
    if word != TIGHT or not prefix or "*" in prefix:
        raise PolicyError(f"rights are one of {', '.join(RIGHTS)}, or {TIGHT}:<prefix> as in {TIGHT}:{SONGS}")
    places = [resource_of(bucket, key, region=region) for key in (f"{prefix}*", "*_demo/*", "output/*")]
    statements = (
        (_SEE, [resource_of(bucket, "", region=region), *places]),
        (_USE, places),
    )
    return policy_text(
        {
            "version": "2.0",
            "statement": [
                {"effect": "allow", "action": [f"name/cos:{each}" for each in actions], "resource": resources}
                for actions, resources in statements
            ],
        }
    )


def policy_text(value: Mapping[str, object]) -> str:
    """A policy document as the text a key keeps. Raises PolicyError."""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) > LARGEST_POLICY:
        raise PolicyError(f"a policy has at most {LARGEST_POLICY} characters")
    _policy(text)
    return text


@lru_cache(maxsize=64)
def _policy(text: str) -> tuple[_Statement, ...]:
    document = json.loads(text)
    if set(document) != {"version", "statement"} or document["version"] != "2.0":
        raise PolicyError('a policy has version "2.0" and statement, and nothing else')
    statements = document["statement"]
    if not isinstance(statements, list) or not statements:
        raise PolicyError("statement is an array with at least one entry")
    return tuple(_Statement.of(statement) for statement in statements)


def _patterns(value: object, form: re.Pattern[str], name: str) -> tuple[re.Pattern[str], ...]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts:
        raise PolicyError(f"{name} is a string or an array of strings")
    for text in texts:
        if not isinstance(text, str) or not form.fullmatch(text):
            raise PolicyError(f"{name} does not look like one of COS: {text!r}")
    return tuple(re.compile(re.escape(text).replace(r"\*", ".*"), re.DOTALL) for text in texts)
