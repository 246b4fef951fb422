"""Whatever the floor below says in machine words, a person gets a sentence, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils.translation import override

from accounts.pasting import Pasted
from accounts.registering import importing, telling
from accounts.sentences import (
    explain_bucket,
    explain_check,
    explain_doubt,
    explain_format,
    explain_gateway,
)
from tencent import errors, formats
from tencent.bucket_check import CheckState

KEYS = ("list", "clock", "put", "get", "region", "delete", "cors", "acl", "multipart")
DOUBTS = ("is_appid", "odd_length", "swapped", "same", "unknown_region", "known_account", "plain_http", "new")


def is_sentence(text):
    return bool(re.fullmatch(r"[^{}%_]{8,}[.:。]|.*make demo", str(text)))


@pytest.mark.parametrize(
    "code", [*re.findall(r"\b[a-z_]+(?=[,.])", formats.__doc__.split("Words:")[1]), "new"]
)
def test_every_word_of_the_formats_has_a_sentence(code):
    with override("en"):
        assert str(explain_format(code))[-1] == "." or "example" in str(explain_format(code))


@pytest.mark.parametrize("key", [*KEYS, "new"])
@pytest.mark.parametrize("state", CheckState.__args__)
@pytest.mark.parametrize(
    "code",
    ["", "AccessDenied", "NoSuchBucket", "dns", "other_region", "public_read", "nobody-knows"],
)
def test_every_row_of_a_check_has_a_title_and_never_fails(key, state, code):
    with override("en"):
        title, sentence, fix = (str(part) for part in explain_check(key, state, code))
    assert title
    assert key == "new" or is_sentence(sentence)
    assert not fix or is_sentence(fix)


@pytest.mark.parametrize(
    "kind",
    [*(kind.__name__ for kind in errors.GatewayError.__subclasses__()), "Abandoned", "CannotOpen", "New"],
)
def test_every_branch_of_gateway_errors_has_a_sentence_of_its_own(kind):
    with override("en"):
        assert is_sentence(explain_gateway(kind))
        assert (explain_gateway(kind) == explain_gateway("")) == (kind == "New")


@pytest.mark.parametrize("kind", [errors.BucketError, *errors.BucketError.__subclasses__()])
@pytest.mark.parametrize("code", ["", "NoSuchKey", "refused", "SomethingNew"])
def test_every_bucket_error_has_a_sentence(kind, code):
    with override("en"):
        assert is_sentence(explain_bucket(kind(code=code)))


def test_a_word_of_a_network_failure_is_explained():
    source = Path(formats.__file__).with_name("causes.py").read_text()
    for cause in ("dns", "tls", "proxy", "connect_timeout", "refused", "timeout", "reset", "cut"):
        assert f'"{cause}"' in source
        specific = explain_bucket(errors.BucketUnreachable(code=cause))
        assert specific != explain_bucket(errors.BucketUnreachable(code="other"))


@pytest.mark.parametrize("code", DOUBTS)
def test_every_doubt_has_a_sentence_of_its_own(code):
    with override("en"):
        assert re.fullmatch(r"[^{}%_]{8,}[.?]", str(explain_doubt(code)))
        assert (explain_doubt(code) == explain_doubt("")) == (code == "new")


def test_every_kind_and_note_of_the_recogniser_has_a_sentence():
    text = " ".join(Pasted.__doc__.split())
    notes = re.search(r"machine words: ([^.]*)\.", text)[1]
    kinds = re.search(r"`kind`: ([^.]*)\.", text)[1]
    assert set(telling._NOTES) == {*re.findall(r"\w+", notes), importing.OLD_ADDRESS}
    assert {*telling._KINDS, "nothing"} == set(re.findall(r"\w+", kinds)) - {"or"}
