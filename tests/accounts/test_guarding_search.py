"""A secret is found in a file however it is written there, and nothing else is taken for one."""

from __future__ import annotations

import base64
import html
import json
import secrets
import string
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.guarding.search import SHORTEST, names_found
from accounts.guarding.verdicts import is_media, is_text
from tests.songs import tone

SECRET = "aB3+dE5/gH7=jK9lM1nO2pQ4rS6tU8vW"
KNOWN = {"key": SECRET, "other": "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"}


def escaped(text: str) -> str:
    """As a careful JSON writer does: everything as \\uXXXX."""
    return "".join(f"\\u{ord(letter):04x}" for letter in text)


SPELLINGS = {
    "plain": SECRET.encode(),
    "json": json.dumps({"SecretKey": SECRET}).encode(),
    "json with slashes": json.dumps({"k": SECRET}).replace("/", "\\/").encode(),
    "json all escaped": f'{{"k": "{escaped(SECRET)}"}}'.encode(),
    "python bytes": "".join(f"\\x{ord(letter):02x}" for letter in SECRET).encode(),
    "octal": "".join(f"\\{ord(letter):03o}" for letter in SECRET).encode(),
    "url": f"https://x.example/?secretKey={quote(SECRET, safe='')}&a=b".encode(),
    "url twice": quote(quote(SECRET, safe=""), safe="").encode(),
    "url all quoted": "".join(f"%{ord(letter):02x}" for letter in SECRET).encode(),
    "html": html.escape(SECRET).encode() + b"&#x20;",
    "html by numbers": "".join(f"&#{ord(letter)};" for letter in SECRET).encode(),
    "json in json": json.dumps(json.dumps({"k": SECRET + '"'})).encode(),
    "hex": SECRET.encode().hex().encode(),
    "HEX": SECRET.encode().hex().upper().encode(),
    "utf-16": ("keys\r\n" + SECRET).encode("utf-16"),
    "utf-16-be": ("keys\r\n" + SECRET).encode("utf-16-be"),
    "utf-32": SECRET.encode("utf-32"),
    "broken lines": f"key = \\\n  {SECRET[:10]}\n  {SECRET[10:]}".encode(),
    "joined strings": f"key = \"{SECRET[:9]}\" + '{SECRET[9:]}'".encode(),
    "joined lines": f'key = ("{SECRET[:9]}"\n       "{SECRET[9:]}")'.encode(),
    "quoted-printable": f"{SECRET[:20]}=\r\n{SECRET[20:]}".encode(),
    "base64 of utf-16": base64.b64encode(f"$k = '{SECRET}'".encode("utf-16-le")),
    "base64 in a url": quote(base64.b64encode(f"xx{SECRET}yy".encode()), safe="").encode(),
    "base64 in lines": base64.encodebytes(
        f"a long beginning of the text, then: {SECRET} and its end".encode()
    ),
}
for before in range(3):
    text = ("x" * before + SECRET + "tail").encode()
    SPELLINGS[f"base64 after {before}"] = base64.b64encode(text)
    SPELLINGS[f"urlsafe base64 after {before}"] = base64.urlsafe_b64encode(text)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_secret_is_found_in_any_spelling_and_by_its_name(spelling: str) -> None:
    assert names_found(SPELLINGS[spelling], KNOWN) == {"key"}
    around = b"# \xe9\xbc\x93\xe7\x82\xb9 notes\n" * 50
    if "utf" not in spelling or "base64" in spelling:
        assert names_found(around + SPELLINGS[spelling] + b"\n" + around, KNOWN) == {"key"}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_part_of_a_secret_or_another_one_marks_nothing(spelling: str) -> None:
    another = {"key": SECRET[:-1] + "X", "longer": SECRET + "more"}
    if "base64" in spelling:
        # The last characters of a base64 text depend on what follows; it is long enough without them.
        another.pop("key")
    assert names_found(SPELLINGS[spelling], another) == set()


def test_a_text_too_short_to_be_a_key_marks_no_file() -> None:
    short = "x" * (SHORTEST - 1)
    assert names_found(short.encode(), {"short": short, "blank": " " * 20, "empty": ""}) == set()


keys = st.text(string.ascii_letters + string.digits + "+/=-_", min_size=16, max_size=48)


@settings(max_examples=150, deadline=None)
@given(key=keys, before=st.binary(max_size=60), after=st.binary(max_size=60), way=st.integers(0, 4))
def test_no_neighbour_hides_a_key(key: str, before: bytes, after: bytes, way: int) -> None:
    """Whatever bytes stand around it, as long as the key itself is whole."""
    content = [
        lambda: before + b"\n" + key.encode() + b"\n" + after,
        lambda: base64.b64encode(before + key.encode() + after),
        lambda: base64.urlsafe_b64encode(before + key.encode() + after),
        lambda: (before + key.encode() + after).hex().encode(),
        lambda: quote(before + key.encode() + after, safe="").encode(),
    ][way]()
    assert names_found(content, {"key": key}) == {"key"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"plain",
        "鼓点".encode(),
        "鼓点".encode("gbk") * 99,
        "\ufefftext".encode("utf-16"),
        "no mark".encode("utf-16-le") * 9,
        b"one stray \0 in a long log\n" * 1 + b"line\n" * 9999,
        b"ID3 is how this text begins",
        b"RIFF....WAVE is what this text is about",
        b"fLaC\nkey=value",
        b"\x1b[31mred\x1b[0m",
    ],
)
def test_text_is_known_in_any_encoding_and_however_it_poses(content: bytes) -> None:
    assert is_text(content)
    assert not is_media(content)


@pytest.mark.parametrize(
    "content", [tone(), b"\x89PNG\r\n\x1a\n" + bytes(64), b"\xff\xd8\xff\xe0" + bytes(64)]
)
def test_sound_and_pictures_are_no_text(content: bytes) -> None:
    assert is_media(content)
    assert not is_text(content)


def test_compressed_data_is_neither_text_nor_media() -> None:
    assert not is_text(secrets.token_bytes(64 * 1024))
    assert not is_media(b"PK\x03\x04" + secrets.token_bytes(64 * 1024))
