"""The search finds a planted secret in every sink and spelling, and nothing where nothing is."""

from __future__ import annotations

import base64
import gzip
import html
import json
import sqlite3
from urllib.parse import quote

import pytest

from tests.secrets_search import SecretsSearch

SECRET = "k9/Zq+7<&\"ü wP0aX'bN3mT5rLcV8yQ2"
SEARCH = SecretsSearch({"canary": SECRET})
SPELLINGS = {
    "plain": SECRET.encode(),
    "cut off": SECRET[:20].encode(),
    "last twelve": SECRET[-12:].encode(),
    "hex": SECRET.encode().hex().encode(),
    "HEX": SECRET.encode().hex().upper().encode(),
    "url": quote(SECRET, safe="").encode(),
    "json": json.dumps({"key": SECRET}).encode(),
    "html": html.escape(SECRET).encode(),
    "utf-16": SECRET.encode("utf-16"),
    "gzip": gzip.compress(b"before " + SECRET.encode()),
    **{f"base64 {n}": base64.b64encode(b"x" * n + SECRET.encode() + b"after") for n in range(3)},
    **{f"urlsafe {n}": base64.urlsafe_b64encode(b"x" * n + SECRET.encode() + b"after") for n in range(3)},
    "basic header": b"Authorization: Basic " + base64.b64encode(f"user:{SECRET}".encode()),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_planted_secret_is_found_in_every_spelling(tmp_path, spelling):
    (tmp_path / "log").write_bytes(SPELLINGS[spelling] if spelling == "gzip" else b"x " + SPELLINGS[spelling])
    found = SEARCH.in_tree(tmp_path)
    assert found
    assert found[0].secret == "canary"
    assert str(tmp_path / "log") in found[0].where


def test_a_secret_in_a_database_is_found_even_where_its_bytes_are_split(tmp_path):
    database = sqlite3.connect(tmp_path / "x.sqlite3")
    database.execute("CREATE TABLE t (a)")
    database.execute("INSERT INTO t VALUES (?)", [b"\0" * 4000 + SECRET.encode() + b"\0" * 4000])
    database.commit()
    database.close()
    assert any("(dump)" in finding.where for finding in SEARCH.in_tree(tmp_path))


def test_a_secret_in_the_name_of_a_file_is_found(tmp_path):
    (tmp_path / SECRET.replace("/", "_")).touch()
    assert SEARCH.in_tree(tmp_path)


def test_nothing_is_found_where_nothing_is(tmp_path):
    (tmp_path / "log").write_text(f"****{SECRET[-4:]} {SECRET[:10]} and other words")
    assert SEARCH.in_tree(tmp_path) == []


def test_folders_that_are_left_out_are_not_looked_at(tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "log").write_text(SECRET)
    assert SEARCH.in_tree(tmp_path, but=[tmp_path / "other"]) == []


def test_a_finding_does_not_quote_the_secret():
    assert SECRET not in repr(SEARCH) + repr(SEARCH.in_text(SECRET, "a page"))
