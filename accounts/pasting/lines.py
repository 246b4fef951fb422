"""Reads names and values one per line: environment files, tables, downloads of the console, notes."""

from __future__ import annotations

import csv
import re

from accounts.pasting.address import find_place, places_in, region_in
from accounts.pasting.findings import PADDING, Findings
from accounts.pasting.labels import PROSE, field_named
from tencent.formats import check_bucket_name, check_region

LONGEST_LINE = 4000
_QUOTES = "\"'“”‘’`＂＇"
_DECORATION = re.compile(
    r"\A(?:export|set|setx|declare|local)\s+(?=\S)|\A\$env:|\A(?:[-*•>]|\d+[.、)])\s+", re.IGNORECASE
)
_SEPARATOR = re.compile(r"\s*(?:=>|->|:=|[=＝:：\t,，|｜])\s*")
_COLUMNS = "\t,，|｜"
_SHORT = re.compile(r"[\w.-]+\s?[=＝:：]\s?[^\s,，;；=＝：]+")
_REMARK = re.compile(r"\s+(?:#|//).*\Z")
_HEADING = re.compile(r"[\w\s./-]*(?:[（(][^（()）]*[)）])?")
_WORD = re.compile(r"[!-~]+")
_KEY_ID = re.compile(r"AKID[A-Za-z0-9]{9,60}")
_KEY = re.compile(r"[A-Za-z0-9]{32}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]*-1\d{9}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-\d{12}")
_REGION = re.compile(r"(?:ap|na|eu|sa|me|af)-[a-z]+(?:-[a-z0-9]+)*")
_WHOLE_LENGTH = {"bucket_secret_id": 36, "bucket_secret_key": 32}


def read(text: str, findings: Findings) -> None:
    """Takes what labelled lines, tables with a heading, bare key pairs and addresses say."""
    lines = [stripped for line in text.split("\n") if (stripped := line.strip(PADDING))]
    bare: list[str] = []
    at, told = 0, False
    while at < len(lines):
        used, said = _read_at(lines, at, findings)
        told = told or said
        if not used:
            bare.append(lines[at])
        at += max(used, 1)
    told = _read_bare_keys(bare, findings) or told
    findings.kinds += ["lines"] if told else []
    findings.kinds += ["address"] if _read_addresses(bare, findings) else []


def _read_at(lines: list[str], at: int, findings: Findings) -> tuple[int, bool]:
    """How many lines from here belong together, and whether they said anything."""
    if len(lines[at]) > LONGEST_LINE:
        return 0, False
    following = lines[at + 1] if at + 1 < len(lines) else ""
    if heading := _heading(lines[at]):
        return _read_table(heading, lines[at + 1 : at + 20], findings)
    if pieces := _several(lines[at]):
        said = [_offer(findings, *pair) for piece in pieces if (pair := _pair(piece))]
        return 1, any(said)
    if pair := _pair(lines[at]):
        name, value, where = pair
        rest = _rest_of_key(name, value, following)
        said = [_offer(findings, name, value, where, rest=rest)]
        return 1 + bool(rest), any(said)
    label = field_named(lines[at].rstrip(":：= "))
    if label and following and not _pair(following) and not field_named(following.rstrip(":：= ")):
        return (2, True) if _offer(findings, label[0], _unquoted(following), label[1]) else (0, False)
    return 0, False


def _offer(findings: Findings, name: str, value: str, where: str, *, rest: str = "") -> bool:
    """Offers a value unless it is prose about the field: no field has a value of several words."""
    if name == "region":
        is_value = check_region(region_in(value)) is None or not re.search(r"\s", value)
    else:
        is_value = name in PROSE or _WORD.fullmatch(value) is not None or find_place(value) is not None
    is_value = is_value or re.fullmatch(r"\d+\s*[（(].*", value) is not None
    is_value = is_value or re.fullmatch(r"<.*>|[\w.-]*[*•…]{3}[\w.-]*|[你您请].*", value) is not None
    return is_value and findings.offer(name, value + rest, where)


def _pair(line: str) -> tuple[str, str, str] | None:
    """Name, value and place of a line such as `export COS_REGION="ap-guangzhou"`, None for any other line."""
    line = _DECORATION.sub("", line.strip(PADDING + "|｜{}"))
    line = _DECORATION.sub("", line.strip(PADDING))
    for separator in list(_SEPARATOR.finditer(line[:200]))[:2]:
        label = line[: separator.start()].strip(PADDING + _QUOTES)
        value = _unquoted(line[separator.end() :])
        sign = separator[0].strip(" ")
        if value and not (sign in _COLUMNS and sign in value) and (found := field_named(label)):
            return found[0], value, found[1] + (sign if sign in "=:：＝" else "")
    return None


def _unquoted(text: str) -> str:
    text = text.strip(PADDING)
    if quoted := re.match(rf"[{_QUOTES}]([^{_QUOTES}]*)[{_QUOTES}]\s*(?:[,，;；#].*)?\Z", text):
        return quoted[1]
    text = _REMARK.sub("", text).rstrip(",，;；").strip(PADDING)
    return text.strip(_QUOTES) if text[:1] in _QUOTES else text


def _several(line: str) -> list[str]:
    """`a=1 b=2` and `a: 1, b: 2` as their pieces, [] for a line with one."""
    pieces = [
        piece for piece in re.split(r"[,，;；\s]+(?=[\w.-]+\s?[=＝:：])", _DECORATION.sub("", line)) if piece
    ]
    fits = len(pieces) > 1 and all(
        _SHORT.fullmatch(piece.rstrip(",，;；")) and _pair(piece) for piece in pieces
    )
    return pieces if fits else []


def _heading(line: str) -> list[str]:
    cells = _cells(line)
    if not all(_HEADING.fullmatch(cell) for cell in cells):
        return []
    names = [found[0] if (found := field_named(cell)) else "" for cell in cells]
    return cells if sum(map(bool, names)) > 1 else []


def _cells(line: str) -> list[str]:
    mark = next((mark for mark in _COLUMNS if mark in line.strip("|")), "")
    if not mark or len(line) > LONGEST_LINE:
        return []
    try:
        cells = next(csv.reader([line.strip("|").strip(" ")], delimiter=mark), [])
    except csv.Error:
        return []
    return [cell.strip(PADDING + _QUOTES) for cell in cells]


def _read_table(heading: list[str], lines: list[str], findings: Findings) -> tuple[int, bool]:
    """A table of CAM names its own user beside the keys, which is not the name that TMP asks for."""
    rows = [cells for line in lines if len(cells := _cells(line)) == len(heading)]
    named = [(at, found) for at, cell in enumerate(heading) if (found := field_named(cell))]
    names = {meant for _at, (meant, _spelling) in named}
    said = [
        _offer(findings, meant, cells[at], spelling)
        for cells in rows
        for at, (meant, spelling) in named
        if meant != "user_name" or "operate_uin" in names
    ]
    return (1 + len(rows), True) if any(said) else (0, False)


def _rest_of_key(name: str, value: str, following: str) -> str:
    """The second line of a key that a terminal broke in two, with its line break: joining is for a person."""
    whole = _WHOLE_LENGTH.get(name, 0)
    if len(value) < whole == len(value) + len(following) and re.fullmatch(r"[A-Za-z0-9]+", following):
        return f"\n{following}"
    return ""


def _read_bare_keys(bare: list[str], findings: Findings) -> bool:
    """A key id alone on its line with the key right behind it; several of them would be a guess."""
    if not any(_KEY_ID.match(line) for line in bare):
        return False
    words = [word for line in bare for word in re.split(r"[\s,，;；:：/|]+", line)]
    ids = [at for at, word in enumerate(words) if _KEY_ID.fullmatch(word)]
    if len(ids) != 1:
        return False
    key_id, following = words[ids[0]], words[ids[0] + 1 : ids[0] + 2]
    if following and _KEY.fullmatch(following[0]):
        findings.offer("bucket_secret_key", following[0], "AKID")
    elif len(key_id) != _WHOLE_LENGTH["bucket_secret_id"]:
        return False
    return findings.offer("bucket_secret_id", key_id, "AKID")


def _read_addresses(bare: list[str], findings: Findings) -> bool:
    addresses = [line for line in bare if "." in line or "://" in line]
    places = list(dict.fromkeys(place for line in addresses for place in places_in(line)))
    for place in places:
        findings.offer_place(place)
    names = {word for word in bare if _is_bucket(word)}
    regions = {word for word in bare if _REGION.fullmatch(word)}
    for name, words in (("bucket", names), ("region", regions)):
        if len(words) == 1:
            findings.offer(name, min(words), "alone on its line")
    return bool(places or len(names) == 1 or len(regions) == 1)


def _is_bucket(word: str) -> bool:
    return check_bucket_name(word) is None and bool(_BUCKET.fullmatch(word)) and not _UUID.fullmatch(word)
