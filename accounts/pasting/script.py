"""Reads the constants of the demo script that Register leaves in the bucket; as text, never run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from accounts.pasting.findings import Findings

LONGEST_PARSED = 64 * 1024
_MEANING = {
    "API_GATE_SOURCE": "source",
    "API_GATE_SECRET_ID": "apiGateSecretId",
    "API_GATE_SECRET_KEY": "apiGateSecretKey",
    "URL": "gateway_url",
    "TMP_CONTENT_ID": "tmpContentId",
    "TMP_SECRET_ID": "tmpSecretId",
    "TMP_SECRET_KEY": "tmpSecretKey",
}
_LINE = re.compile(
    rf"^[^\w\n]*(?P<name>{'|'.join(_MEANING)})[ \t]*[=＝][ \t]*"
    r"""(?:(?P<literal>[rRuUbB]?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))|[“”‘’＂＇](?P<typed>[^“”‘’＂＇"'\n]*)["'“”‘’＂＇])""",
    re.MULTILINE,
)
_CODE = re.compile(r"^[^\w\n]*(?:import|from|def|print)\b", re.MULTILINE)
_SIGNS = re.compile(rf"\b(?:{'|'.join(set(_MEANING) - {'URL'})})[ \t]*[=＝]")


def read(text: str, findings: Findings) -> bool:
    """Takes the constants of a demo script; False when the text is none."""
    if not _SIGNS.search(text):
        return False
    constants = _parsed(text)
    if constants is None:
        if not _CODE.search(text):
            return False
        findings.note("script_did_not_parse")
        constants = list(_by_line(text))
    if not any(name != "URL" for name, _value in constants):
        return False
    for name, value in constants:
        findings.offer(_MEANING[name], value, name)
    findings.kinds.append("script")
    findings.reply_from_members()
    return True


def _parsed(text: str) -> list[tuple[str, str]] | None:
    """None when Python itself cannot read it, or when it is longer than any demo."""
    if len(text) > LONGEST_PARSED:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return [pair for statement in module.body for pair in _constant(statement)]


def _constant(statement: ast.stmt) -> Iterator[tuple[str, str]]:
    if isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(statement.value, ast.Constant):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            if (
                isinstance(target, ast.Name)
                and target.id in _MEANING
                and isinstance(statement.value.value, str)
            ):
                yield target.id, statement.value.value


def _by_line(text: str) -> Iterator[tuple[str, str]]:
    for found in _LINE.finditer(text):
        value = found["typed"] if found["literal"] is None else _literal(found["literal"])
        if value is not None:
            yield found["name"], value


def _literal(source: str) -> str | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = ast.literal_eval(source)
    except (SyntaxError, ValueError):
        return None
    return value if isinstance(value, str) else None
