"""Which values may be sent, and in which word the others are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tencent import formats
from tencent.regions import REGIONS


@pytest.mark.parametrize(
    ("check", "value", "code"),
    [
        ("operate_uin", "100000000001", None),
        ("operate_uin", "", "empty"),
        ("operate_uin", " 1", "whitespace"),
        ("operate_uin", "1e5", "not_digits"),
        ("operate_uin", "١٢٣", "not_digits"),
        ("operate_uin", "1" * 21, "too_long"),
        ("user_name", "a", None),
        ("user_name", "aA1" * 6 + "x", None),
        ("user_name", "a" * 20, "too_long"),
        ("user_name", "under_score", "not_alphanumeric"),
        ("user_name", "名字", "not_alphanumeric"),
        ("user_name", "ab\n", "whitespace"),
        ("bucket_name", "songs-1250000000", None),
        ("bucket_name", "songs", "no_appid"),
        ("bucket_name", "Songs-1250000000", "bad_characters"),
        ("bucket_name", "-songs-1250000000", "bad_characters"),
        ("bucket_name", "songs-1250000000.cos.ap-guangzhou.myqcloud.com", "looks_like_url"),
        ("bucket_name", "https://x", "looks_like_url"),
        ("bucket_name", "songs-125 ", "whitespace"),
        ("bucket_name", "s" * 60 + "-1", "too_long"),
        ("region", "ap-guangzhou", None),
        ("region", "ap-shenzhen-fsi", None),
        ("region", "guangzhou", "bad_region"),
        ("region", "gz", "bad_region"),
        ("region", "ap-guangzhou.myqcloud.com", "bad_region"),
        ("region", "ap-guangzhou\n", "whitespace"),
        ("secret_id", "AKIDabc", None),
        ("secret_id", "", "empty"),
        ("secret_id", "AKID abc", "whitespace"),
        ("secret_key", "abc/+=12", None),
        ("secret_key", "abc/+=1", "too_short"),
        ("secret_key", "abc\n", "whitespace"),
        ("secret_key", "abc\u200b", "bad_characters"),
        ("secret_key", "a\x00b", "control"),
        ("output_prefix", "", None),
        ("output_prefix", "p" * 19, None),
        ("output_prefix", "p" * 20, "too_long"),
        ("output_prefix", "a/b", "bad_characters"),
        ("output_prefix", "..", "bad_characters"),
        ("output_prefix", "a b", "whitespace"),
        ("output_prefix", "a\n", "whitespace"),
        ("destination", "", None),
        ("destination", "/", None),
        ("destination", "/output/鼓点", None),
        ("destination", "output/", None),
        ("destination", "/a/../b", "up_and_out"),
        ("destination", "/..", "up_and_out"),
        ("destination", "a\\b", "backslash"),
        ("destination", "a//b", "empty_segment"),
        ("destination", "//a", "empty_segment"),
        ("destination", "a\x07", "control"),
        ("destination", "a\u202eb", "control"),
        ("destination", "鼓" * 284, "too_long"),
        ("key", "songs/a b.mp3", None),
        ("key", "", "empty"),
        ("key", "/a", "empty_segment"),
        ("key", "\ud800", "control"),
        ("domain", "", None),
        ("domain", "songs.example.com", None),
        ("domain", "127.0.0.1", "bad_domain"),
        ("domain", "127.0.0.1:6379", "bad_domain"),
        ("domain", "2130706433", "bad_domain"),
        ("domain", "0x7f.1", "bad_domain"),
        ("domain", "[::1]", "bad_domain"),
        ("domain", "localhost", "bad_domain"),
        ("domain", "redis.internal", "bad_domain"),
        ("domain", "songs.example.com:8080", "bad_domain"),
        ("domain", "①②⑦.⓪.⓪.①", "bad_domain"),
        ("domain", "https://songs.example.com", "looks_like_url"),
        ("domain", "user@songs.example.com", "looks_like_url"),
        ("domain", "songs.example.com\n", "whitespace"),
        ("endpoint", "https://api.mediax.tencent.com", None),
        ("endpoint", "http://127.0.0.1:9000/release", None),
        ("endpoint", "api.mediax.tencent.com", "bad_url"),
        ("endpoint", "http://a.example:99999", "bad_url"),
        ("endpoint", "http://a.example\\@b.example", "bad_url"),
        ("endpoint", "http://[::1", "bad_url"),
    ],
)
def test_a_value_is_sent_or_refused_in_one_word(check: str, value: str, code: str | None) -> None:
    assert getattr(formats, f"check_{check}")(value) == code


@pytest.mark.parametrize("value", ["output/x", "/output/x", "/output/x/", " output/x "])
def test_every_spelling_of_a_folder_becomes_one(value: str) -> None:
    assert formats.normalise_destination(value) == "/output/x"


def test_the_root_stays_the_root() -> None:
    assert {formats.normalise_destination(value) for value in ("", "/", "//")} == {"/"}


# Doubts: odd, but never refused


@pytest.mark.parametrize(
    ("doubt", "values", "code"),
    [
        ("operate_uin", ("1250000000", "songs-1250000000"), "is_appid"),
        ("operate_uin", ("100000000001", "songs-1250000000"), None),
        ("operate_uin", ("1250000000",), None),
        ("operate_uin", ("", "songs"), None),
        ("secret_id", ("AKID" + "a" * 32,), None),
        ("secret_id", ("AKID" + "a" * 31,), "odd_length"),
        ("secret_key", ("a" * 32,), None),
        ("secret_key", ("a" * 40,), "odd_length"),
        ("secret_key", ("AKID" + "a" * 32,), "swapped"),
        ("region", ("ap-guangzhou",), None),
        ("region", ("ap-wuhan",), "unknown_region"),
        ("region", ("guangzhou",), None),
    ],
)
def test_what_looks_odd_is_told_and_not_refused(doubt: str, values: tuple[str, ...], code: str) -> None:
    assert getattr(formats, f"doubt_{doubt}")(*values) == code


ID, SECRET = "AKID" + "a1" * 16, "b2" * 16


@pytest.mark.parametrize(
    ("secret_id", "secret_key", "code"),
    [
        (ID, SECRET, None),
        (SECRET, ID, "swapped"),
        (ID, ID, "same"),
        (ID, "AKID" + "c3" * 16, None),
        ("", "", None),
    ],
)
def test_a_swapped_pair_is_noticed(secret_id: str, secret_key: str, code: str | None) -> None:
    assert formats.check_pair(secret_id, secret_key) == code


@pytest.mark.parametrize(
    ("bucket", "appid"), [("songs-1250000000", "1250000000"), ("songs", ""), ("a-1-2", "2"), ("-1", "")]
)
def test_the_appid_ends_the_buckets_name(bucket: str, appid: str) -> None:
    assert formats.appid_of(bucket) == appid


@pytest.mark.parametrize(
    "value",
    [
        "ap-guangzhou",
        "guangzhou",
        "gz",
        "ap_guangzhou",
        "AP-GUANGZHOU",
        " Guangzhou\n",
        "广州",
        "广州（华南）",
        "Guangzhou (ap-guangzhou)",
        "ap-guangzhou.myqcloud.com",
        "https://shanghai-1250000000.cos.ap-guangzhou.myqcloud.com/beijing/a.mp3",
    ],
)
def test_what_people_call_a_region_is_understood(value: str) -> None:
    assert formats.region_like(value) == "ap-guangzhou"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("hong-kong", "ap-hongkong"),
        ("香港", "ap-hongkong"),
        ("Silicon Valley", "na-siliconvalley"),
        ("北京", "ap-beijing"),
        ("AP_Wuhan", "ap-wuhan"),
        ("beijing or shanghai", ""),
        ("ap-beijing, ap-shanghai", ""),
        ("somewhere", ""),
        ("", ""),
    ],
)
def test_a_region_is_guessed_only_when_one_is_meant(value: str, code: str) -> None:
    assert formats.region_like(value) == code


@given(st.text(max_size=60))
def test_a_guessed_region_can_always_be_sent(value: str) -> None:
    guess = formats.region_like(value)
    assert guess == "" or formats.check_region(guess) is None


def test_every_listed_region_is_well_formed_and_goes_by_its_own_names() -> None:
    for region in REGIONS:
        assert formats.doubt_region(region.code) is None
        for name in (region.code, region.chinese, region.english, *region.others):
            assert formats.region_like(name) == region.code
