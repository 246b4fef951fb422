"""Tells what somebody still has to fill in from what somebody has filled in."""

from __future__ import annotations

import re

from accounts.pasting.labels import field_named, plain_label

_WORDS = frozenset(
    (
        *("uinusername", "operateuin", "customedname", "changeme", "replaceme", "none", "null", "undefined"),
        *("apisecretid", "apisecretkey", "apigatesecretid", "apigatesecretkey"),
        *("tmpcontentid", "tmpsecretid", "tmpsecretkey"),
        *("cosconfigsecretid", "cosconfigsecretkey", "cosconfigbucket", "cosconfigregion"),
    )
)
_SHAPES = re.compile(
    r"""<.*> | ＜.*＞ | 《.*》 | \[.*\] | \{.*\}    # <operateUin>, [CosConfig.bucket], {{uin}}
    | \$\{.*\}? | \$(?:env:)?[A-Za-z_]\w* | %\w+%   # a variable of a shell that nobody has expanded
    | .*(?:\*{3}|•{3}|…|\.{3}).*                    # masked or cut short
    | (?:AKID|[A-Za-z]+[-_])?[xX]{3,}(?:[-_.xX]*)   # xxx, AKIDxxxxxx, my-xxx
    | [Yy](?:our|OUR)(?:[-_ .A-Z].*)?               # your-bucket, yourSecretId
    | (?:请|你的|您的|填写|替换|输入).*""",
    re.VERBOSE | re.DOTALL,
)


def is_placeholder(value: str, name: str) -> bool:
    """Whether a value of this field only says what belongs there."""
    if plain_label(value) in _WORDS or _SHAPES.fullmatch(value):
        return True
    meant = field_named(value)
    return meant is not None and meant[0] == name
