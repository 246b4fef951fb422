"""No secret survives in what is kept, in any spelling, and nothing is kept that a database refuses."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tencent.parsing import NonsenseError, parse_object
from tencent.scrubbing import Scrubber, capped, clean, masked

SECRETS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=4, max_size=40)


@given(SECRETS, st.text(max_size=20), st.text(max_size=20))
def test_a_known_secret_is_gone_in_every_spelling(secret: str, before: str, after: str) -> None:
    spellings = [
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret)[1:-1].replace("/", "\\/"),
        quote(secret, safe=""),
    ]
    for spelling in spellings:
        kept = Scrubber([secret])(before + spelling + after)
        assert spelling not in kept or spelling in "***" + before + after


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('{"tmpSecretKey": "abc", "n": 1}', '{"tmpSecretKey": "***", "n": 1}'),
        ('{"apiGateSecretId":"a\\"bc"}', '{"apiGateSecretId":"***"}'),
        ('{"secretKey": 12345}', '{"secretKey": "***"}'),
        ('{"tmpSecretKey": "unfini', '{"tmpSecretKey": "***"'),
        ('{"body": "{\\"secretKey\\": \\"abc\\"}"}', '{"body": "{\\"secretKey\\": "***"}'),
        ('hmac id="x", signature="abc="', 'hmac id="x", signature="***"'),
        ("the secret is out", "the secret is out"),
    ],
)
def test_members_called_secret_are_masked_even_unknown(text: str, kept: str) -> None:
    assert Scrubber()(text) == kept


def test_a_secret_at_the_cut_does_not_leave_its_first_half() -> None:
    assert Scrubber(["topsecret"])("x" * 96 + "topsecret", 100) == "x" * 96 + "***"


def test_short_values_are_not_taken_for_secrets() -> None:
    assert Scrubber(["", "abc"])("abcabc") == "abcabc"


@given(st.text())
def test_cleaned_text_can_be_stored_anywhere(text: str) -> None:
    assert "\0" not in clean(text + "\0\ud800")
    clean(text + "\udfff").encode()


def test_what_is_kept_is_cleaned_too() -> None:
    assert Scrubber()("a\0b\ud800c") == "abc"


def test_the_cap_is_in_bytes_and_cuts_between_characters() -> None:
    assert capped("鼓点", 5) == "鼓"


def test_masking_reaches_every_depth() -> None:
    body = {"secretId": "a", "x": [{"cosConfig": {"secretKey": "b", "bucket": "c"}}]}
    assert masked(body) == {"secretId": "***", "x": [{"cosConfig": {"secretKey": "***", "bucket": "c"}}]}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), inner)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from("abc"), JSON))
def test_sound_json_is_read_unchanged(value: dict[str, object]) -> None:
    assert parse_object(json.dumps(value)) == value


@given(st.text())
def test_anything_else_is_nonsense_and_nothing_worse(text: str) -> None:
    try:
        assert isinstance(parse_object(text), dict)
    except NonsenseError as error:
        assert str(error)


def test_depth_64_is_read_and_65_is_not() -> None:
    assert parse_object('{"a":' * 64 + "1" + "}" * 64)
    with pytest.raises(NonsenseError, match="too_deep"):
        parse_object('{"a":' * 65 + "1" + "}" * 65)
