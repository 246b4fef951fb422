"""Keys that a person already has: from a saved answer or a demo script, so that TMP is asked nothing."""

from __future__ import annotations

import json
from typing import Any

from accounts.models import Registration
from accounts.registering.answers import registered_in
from accounts.registering.drafts import column

State = Registration.State
KeysFrom = Registration.KeysFrom


def bring_keys(registration: Registration, reply: dict[str, Any], *, keys_from: str) -> bool:
    """Keep TMP's keys with a saved draft, sealed; says whether `reply` holds all of them.

    `reply` is an answer to Register, as pasted or built from a script; `keys_from` a Registration.KeysFrom.
    """
    text = json.dumps(reply, ensure_ascii=False)
    if registered_in(text) is None:
        return False
    sealed = column(registration, "raw_reply", text)
    return registration.move(State.DRAFT, State.DRAFT, raw_reply=sealed, keys_from=keys_from)


def drop_keys(registration: Registration) -> bool:
    """The draft is to be registered after all: forget the keys that were brought."""
    return registration.move(State.DRAFT, State.DRAFT, raw_reply="", keys_from="")
