"""Collects what the readers come across, and decides what happens when two of them disagree."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from accounts.pasting.address import Place, find_place, gateway_base, region_in
from accounts.pasting.labels import FIELDS, KEY_MEMBERS, MEMBERS, PROSE
from accounts.pasting.pasted import Pasted
from accounts.pasting.placeholders import is_placeholder
from tencent.formats import check_bucket_name, check_operate_uin
from tencent.messages import text_of
from tencent.scrubbing import clean, clean_json

PADDING = (
    " \t\r\n\f\v\u00a0\u00ad\u2002\u2003\u2007\u2009\u202f\u3000"
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
LONGEST_VALUE = 2048
_IN_BRACKETS = re.compile(r"\[([^\[\]]+)\]")
_DEMO_OWNER = re.compile(r"/?(\d+)_demo(?:/.*)?", re.DOTALL)
_REMARK = re.compile(r"\s*[（(][^（()）]*[)）]\s*\Z")


@dataclass
class Findings:
    """Everything found so far. The first of two different values stays; a note says that there were two."""

    values: dict[str, str] = field(default_factory=dict, repr=False)
    members: dict[str, str] = field(default_factory=dict, repr=False)
    taken_from: dict[str, str] = field(default_factory=dict)
    placeholders: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    replies: list[dict[str, Any]] = field(default_factory=list, repr=False)
    gateway_url: str = ""
    words: str = ""

    def note(self, word: str) -> None:
        """Keeps a machine word once."""
        if word not in self.notes:
            self.notes.append(word)

    def offer(self, name: str, value: Any, where: str) -> bool:
        """Takes a value, or what hides in it, for a name of `labels`; whether it said anything at all."""
        text = text_of(value).strip(PADDING)
        if not text or len(text) > LONGEST_VALUE or clean(text) != text:
            return False
        if name not in PROSE and is_placeholder(text, name):
            self._miss(name)
        elif name == "source":
            self._offer_source(text, where)
        elif name == "gateway_url":
            self.offer_gateway(text, where)
        elif name in ("bucket", "address", "domain") and (place := find_place(text)):
            self.offer_place(place, where)
        elif name == "region":
            self._keep(name, region_in(text), where)
        elif name in ("operate_uin", "user_name", "bucket"):
            self._keep(name, _REMARK.sub("", text), where)
        elif name != "address":
            self._keep(name, text, where)
            self._look_into(name, text)
        return True

    def offer_place(self, place: Place, where: str = "") -> None:
        """Takes bucket and region of an address."""
        self._keep("bucket", place.bucket, where or place.bucket_from)
        if place.region:
            self._keep("region", place.region, where or place.region_from)

    def offer_gateway(self, url: str, where: str) -> None:
        """Takes the service's address, however much of it is there."""
        base = gateway_base(url)
        if base and self.gateway_url in ("", base):
            self.gateway_url = base
            self.taken_from.setdefault("gateway_url", where)
        elif base:
            self.note("two_values")

    def offer_reply(self, answer: dict[str, Any], where: str) -> None:
        """Takes one complete Register answer."""
        answer = clean_json(answer)
        if not self.replies:
            self.replies.append(answer)
            self.taken_from["reply"] = where
        elif self.replies[0]["registerInfo"] != answer["registerInfo"]:
            self.note("two_replies")

    def pasted(self, kind: str) -> Pasted:
        """What all of it comes to."""
        known = {*self.values, *self.members}
        return Pasted(
            kind=kind,
            values=self.values,
            gateway_url=self.gateway_url,
            taken_from={name: where for name, where in self.taken_from.items() if name not in MEMBERS},
            placeholders=tuple(name for name in self.placeholders if name not in known),
            reply=self.replies[0] if self.replies else None,
            notes=tuple(self.notes),
            words=self.words,
        )

    def reply_from_members(self) -> None:
        """Makes a Register answer of constants or lines, when all of TMP's keys are among them."""
        if self.replies:
            return
        if all(name in self.members for name in KEY_MEMBERS):
            where = self.taken_from["tmpSecretId"]
            info = {"demoCosPath": "", **self.members}
            self.offer_reply({"requestId": self.values.get("request_id", ""), "registerInfo": info}, where)
        elif any(name in self.members for name in KEY_MEMBERS):
            self.note("incomplete_reply")

    def _keep(self, name: str, text: str, where: str) -> None:
        held = self.values if name in FIELDS else self.members
        if held.setdefault(name, text) != text:
            self.note("two_values")
        self.taken_from.setdefault(name, where)

    def _miss(self, name: str) -> None:
        for missed in ("operate_uin", "user_name") if name == "source" else (name,):
            if missed in (*FIELDS, *MEMBERS) and missed not in self.placeholders:
                self.placeholders.append(missed)

    def _offer_source(self, text: str, where: str) -> None:
        uin, _underscore, name = text.partition("_")
        if check_operate_uin(uin) is None and name:
            self._keep("operate_uin", uin, where)
            self._keep("user_name", name, where)

    def _look_into(self, name: str, text: str) -> None:
        """Two members of a reply say more than they were made for: whose demo it is, and in which bucket."""
        parts = _IN_BRACKETS.findall(text) if name == "usageDescription" else [text]
        for part in parts if name in PROSE else ():
            if owner := _DEMO_OWNER.fullmatch(part):
                self._keep("operate_uin", owner[1], name)
            elif check_bucket_name(part) is None:
                self._keep("bucket", part, name)
