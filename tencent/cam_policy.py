"""Writes the CAM policy that gives a key no more than the portal and TMP need on one bucket."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tencent.formats import appid_of

PREFIXES = ("output/", "uploads/", ".portal-probe/")
_ON_BUCKET = ("HeadBucket", "GetBucket", "GetBucketCORS", "GetBucketACL", "ListMultipartUploads")
_ON_OBJECTS = (
    "GetObject",
    "HeadObject",
    "PutObject",
    "PostObject",
    "DeleteObject",
    "InitiateMultipartUpload",
    "UploadPart",
    "ListParts",
    "CompleteMultipartUpload",
    "AbortMultipartUpload",
    "OptionsObject",
)


def tight_policy(
    *, bucket: str, region: str, operate_uin: str, prefixes: Iterable[str] = PREFIXES, cors: bool = False
) -> dict[str, Any]:
    """The policy as a JSON value (form and actions: doc 436/30580). **Never tried against TMP itself.**

    It covers `<operateUin>_demo/` at the root, where TMP writes its demo with this very key (seed), and
    `prefixes`: the portal's uploads, the destinations it proposes and its probe. Songs and destinations
    elsewhere need their folders among `prefixes`. With `cors` the portal may also set the CORS rules.
    """
    appid = appid_of(bucket)
    root = f"qcs::cos:{region}:uid/{appid}:{bucket}/"
    folders = [f"{root}{prefix}*" for prefix in (f"{operate_uin}_demo/", *prefixes)]
    on_bucket = [*_ON_BUCKET, "PutBucketCORS"] if cors else _ON_BUCKET
    return {
        "version": "2.0",
        "statement": [
            {"effect": "allow", "action": _named(on_bucket), "resource": [root, *folders]},
            {"effect": "allow", "action": _named(_ON_OBJECTS), "resource": folders},
        ],
    }


def policy_text(policy: dict[str, Any]) -> str:
    """The policy as the CAM console takes it."""
    return json.dumps(policy, indent=2, ensure_ascii=False)


def _named(actions: Iterable[str]) -> list[str]:
    return [f"name/cos:{action}" for action in actions]
