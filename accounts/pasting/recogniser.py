"""Decides what a pasted text is by letting every reader look at it, the most certain first."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from accounts.pasting import curl, lines, objects, script
from accounts.pasting.address import gateways_in
from accounts.pasting.curl import Command
from accounts.pasting.findings import Findings
from accounts.pasting.loose_json import Found
from accounts.pasting.pasted import Pasted

LONGEST = 256 * 1024
_ENTITY = re.compile(r"&(?:quot|apos|lt|gt|amp|nbsp|#\d{1,6}|#x[0-9a-fA-F]{1,5});")
_MOST_CERTAIN_FIRST = ("curl", "reply", "script", "body", "lines", "address")


def recognise(text: str) -> Pasted:
    """What a pasted text says about a registration. Never raises and never runs anything.

    What is ambiguous is left out; longer than 256 Ki characters is cut after the last whole line.
    """
    findings = Findings()
    text = _prepared(text, findings)
    if script.read(text, findings) and (findings.members or findings.values):
        return findings.pasted("script")
    rest = _read_requests_and_replies(text, findings)
    if "script" not in findings.kinds:
        lines.read(rest, findings)
        findings.reply_from_members()
    return findings.pasted(_kind(findings))


def _prepared(text: str, findings: Findings) -> str:
    if len(text) > LONGEST:
        findings.note("too_long")
        text = text[:LONGEST]
        text = text[: text.rfind("\n") + 1] or text
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)


def _read_requests_and_replies(text: str, findings: Findings) -> str:
    """Takes commands and objects; gives back what is left of the text for the readers of lines."""
    commands = curl.commands_in(text) if curl.has_command(text) else []
    joined = curl.prepared(text) if commands else text
    before = len(findings.kinds)
    sent = [_read_body(body, findings) for command in commands for body in command.bodies]
    if sent and all(sent):
        joined = _without(joined, commands)
    joined = _unwrapped(joined)
    told = objects.read(joined, findings)
    if commands and (len(findings.kinds) > before):
        findings.kinds.append("curl")
    _read_gateway(text, [url for command in commands for url in command.urls], findings)
    return _without(joined, told)


def _read_body(body: str, findings: Findings) -> bool:
    """Whether a shell's word was a whole body; if not, the text is read once more as it stands."""
    body = _unwrapped(body)
    told = objects.read(body, Findings())
    if not told or any(found.truncated for found in told):
        return False
    objects.read(body, findings)
    return True


def _unwrapped(text: str) -> str:
    """The text without the escapes around its JSON, unless they belong to a string inside of sound JSON."""
    candidate = curl.unwrapped(text)
    sound = candidate == text or any(not found.loose for found in objects.read(text, Findings()))
    return text if sound else candidate


def _read_gateway(text: str, called: list[str], findings: Findings) -> None:
    urls = [url for word in called for url in gateways_in(word, anyone=True)] or gateways_in(
        text, anyone=curl.has_command(text)
    )
    for url in urls:
        findings.offer_gateway(url, "URL")
        if called:
            break


def _without(text: str, told: Sequence[Found | Command]) -> str:
    starts, ends = [found.start for found in told], [found.end for found in told]
    return "\n".join(text[end:start] for end, start in zip([0, *ends], [*starts, len(text)], strict=True))


def _kind(findings: Findings) -> str:
    if findings.replies and "reply" in findings.kinds:
        return "reply"
    kinds = [kind for kind in _MOST_CERTAIN_FIRST if kind in findings.kinds]
    return kinds[0] if kinds else "nothing"
