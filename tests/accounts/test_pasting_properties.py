"""What holds for any paste whatever: no exception, nothing invented, no secret shown, nothing lost."""

from __future__ import annotations

import html
import json
import re
import shlex
from urllib.parse import unquote

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from accounts.pasting import Pasted, recognise
from accounts.pasting.placeholders import is_placeholder
from sandbox.platform.demo_script import demo_script
from tencent.formats import check_bucket_name, check_region
from tencent.keys import BucketKeys
from tencent.messages import RegisterRequest
from tests.accounts.test_pasting_lines import ADDRESSES, LINES
from tests.accounts.test_pasting_replies import REPLIES, SCRIPTS
from tests.accounts.test_pasting_requests import BODIES, COMMANDS, GUIDE

EXAMPLES = [
    *(GUIDE, *COMMANDS.values(), *BODIES.values(), *REPLIES.values()),
    *(text for text, _notes in SCRIPTS.values()),
    *(*ADDRESSES, *LINES.values()),
]
KINDS = {"curl", "body", "reply", "script", "address", "lines", "nothing"}
FIELDS = {
    *("operate_uin", "user_name", "bucket", "region", "domain"),
    *("bucket_secret_id", "bucket_secret_key", "request_id"),
}
JUNK = st.sampled_from(
    [
        '"',
        "'",
        "“",
        "”",
        "{",
        "}",
        "[",
        "\\",
        "^",
        "`",
        "\n",
        ",",
        "：",
        "=",
        "\x00",
        "\ud800",
        "&quot;",
        "//",
        "<",
        "xxx",
    ]
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """An example as an accident leaves it: parts gone, quotes swapped, junk in between."""
    text = draw(st.sampled_from(EXAMPLES))
    for _change in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 60)))
        text = text[:start] + draw(st.just("") | JUNK | st.text(max_size=5)) + text[end:]
        if draw(st.booleans()):
            text = text.replace(*draw(st.permutations(['"', "'", "“", "”"]))[:2])
    return text


def check(found: Pasted, text: str) -> None:
    assert found.kind in KINDS
    assert found.values.keys() <= FIELDS
    assert found.taken_from.keys() <= FIELDS | {"gateway_url", "reply"}
    assert not found.values.keys() & set(found.placeholders)
    assert len(found.notes) == len(set(found.notes))
    json.dumps([found.values, found.reply, found.gateway_url, found.words]).encode()
    for name, value in found.values.items():
        assert is_in(value, text), (name, value)


def is_in(value: str, text: str) -> bool:
    """Whether a value stands in the text, apart from what escapes and quotes a text wraps around it."""
    decoded = [text, unquote(text), html.unescape(text), text.lower()]
    decoded += [re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)]
    # html reads an entity without its end, too, which may as well be part of a value.
    decoded += [re.sub(r"&#?\w+;", lambda m: html.unescape(m[0]), text)]
    return any(bare(value) in bare(form) for form in decoded)


def bare(text: str) -> str:
    text = re.sub(r"\\[nrtbf]", "", text.replace("\\\\", "\\"))
    return re.sub(r"[\\\"'^`\s\x08]", "", text)


@given(st.text())
def test_any_text_is_survived(text):
    check(recognise(text), text)


@given(mutated())
@example(
    "curl -d '{&quot;action&quot;: &quot;Register&quot;, &quot;registerRequest&quot;: "
    "{&quot;operateUin&quot;: &quot &quot;userName&quot;: &quot;demo&quot;}}' https://gateway.example.com/register"
)
@settings(max_examples=400, deadline=None)
def test_any_accident_is_survived_and_nothing_is_invented(text):
    check(recognise(text), text)


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_prefix_is_survived(text):
    for end in range(0, len(text), 29):
        check(recognise(text[:end]), text[:end])


@given(mutated())
@settings(deadline=None)
def test_no_secret_shows_in_the_repr(text):
    found = recognise(text)
    shown = repr(found)
    kept = [found.values.get("bucket_secret_id", ""), found.values.get("bucket_secret_key", "")]
    info = found.reply["registerInfo"] if found.reply else {}
    kept += [
        str(info.get(name)) for name in ("tmpSecretId", "tmpSecretKey", "apiGateSecretKey") if name in info
    ]
    assert [secret for secret in kept if len(secret) > 11 and secret in shown] == []


HUGE = {
    "braces": "{" * 5_000_000,
    "objects in objects": '{"a":' * 100_000,
    "arrays": '{"a":' + "[" * 200_000,
    "quotes": '"' * 300_000,
    "curly quotes": "{“" * 100_000,
    "mixed quotes": "{“‘\"'" * 50_000,
    "empty objects": "{}" * 100_000,
    "unclosed comments": "{/*" * 80_000,
    "commands": "curl -d '{' " * 20_000,
    "one word": "a" * 5_000_000,
    "lines": "bucket=\n" * 30_000,
    "separators": "a=" * 100_000,
    "commas": "a: b, " * 40_000,
    "dots": "a." * 100_000,
    "hosts": "a-12345.cos." * 20_000,
    "slashes": "http://" + "a/" * 120_000,
    "schemes": "http://a" * 30_000,
    "numbers": '{"operateUin": ' + "9" * 100_000 + "}",
    "unary": "TMP_SECRET_ID = " + "-" * 60_000 + "1",
    "brackets": "TMP_SECRET_ID = " + "(" * 60_000,
    "entities": "&quot;" * 40_000,
    "spaces": '{"a"' + " " * 250_000,
    "blank": " \t" * 120_000 + "x",
    "backslashes": '{"' + "\\" * 200_000,
    "carets": '^"' * 100_000,
    "addresses": "a-12345.cos.ap-x.myqcloud.com" * 9_000,
    "gateways": "http://a/register" * 15_000,
    "broken strings": "{" + '"a\nb"x ' * 32_000,
    "an array": '{"a":[' + "{}," * 80_000 + "]}",
    "many": '{"region":"a-b"}' * 16_000,
    "spaces inside": "a" + " " * 200_000 + "b=",
    "escapes": '{\\"' + "\\" * 200_000,
    "cmd": 'curl ^\n "' + "\\" * 200_000,
    "blank lines": "import x\nTMP_SECRET_ID=" + "\n" * 200_000,
    "console": "console.cloud.tencent.com/cos" * 8_000,
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_a_huge_text_is_survived(text):
    found = recognise(text)
    assert found.values.keys() <= {"operate_uin", "bucket", "region"}
    assert ("too_long" in found.notes) == (len(text) > 256 * 1024)


def test_what_is_too_long_still_gives_its_beginning():
    found = recognise("region=ap-guangzhou\n" + "# padding\n" * 100_000)
    assert (found.values, found.notes) == ({"region": "ap-guangzhou"}, ("too_long",))


WORD = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=4, max_size=19)
NOT_YET = re.compile(r"x{3}|^your|^none$|^null$", re.IGNORECASE)
SECRET = st.text(
    "abcXYZ0189+/=_-.!?~%^$&'\"\\`{}[]()<>,:;#@|* ".replace(" ", ""), min_size=0, max_size=30
).map(lambda tail: f"Ak0{tail}Z9")
PLAIN_SECRET = st.text("abcXYZ0189+/_-.", max_size=30).map(lambda tail: f"Ak0{tail}Z9")


def requests(secrets: st.SearchStrategy[str]) -> st.SearchStrategy[RegisterRequest]:
    return st.builds(
        RegisterRequest,
        request_id=WORD.filter(lambda word: not is_placeholder(word, "request_id")),
        operate_uin=st.integers(10**6, 10**15).map(str),
        user_name=WORD.filter(lambda word: not (word.startswith("Ak0") or is_placeholder(word, "user_name"))),
        keys=st.builds(BucketKeys, secret_id=secrets, secret_key=secrets),
        bucket=st.from_regex(r"[a-z][a-z0-9]{3,20}-1[0-9]{9}", fullmatch=True),
        region=st.sampled_from(["ap-guangzhou", "ap-beijing-fsi", "na-siliconvalley", "eu-frankfurt"]),
    )


def values_of(request: RegisterRequest) -> dict[str, str]:
    assume(check_bucket_name(request.bucket) is None and check_region(request.region) is None)
    values = {
        "request_id": request.request_id,
        "operate_uin": request.operate_uin,
        "user_name": request.user_name,
        "bucket": request.bucket,
        "region": request.region,
        "bucket_secret_id": request.keys.secret_id,
        "bucket_secret_key": request.keys.secret_key,
    }
    text = " ".join(values.values())
    assume(not any(NOT_YET.search(value) for value in values.values()))
    assume(not any(mark in text for mark in ("***", "...", "<", "{")))
    return values


@given(requests(SECRET), st.booleans())
@settings(deadline=None)
def test_a_body_and_a_curl_command_give_back_exactly_what_went_in(request, pretty):
    values = values_of(request)
    body = json.dumps(request.body(), indent=2 if pretty else None)
    assert recognise(body).values == values
    assume(not re.search(r"[\\^`]\s", body) and '^"' not in body and "&" not in body)
    command = f"curl -X POST https://api.mediax.tencent.com/register \\\n -d {shlex.quote(body)}"
    found = recognise(command)
    assert (found.kind, found.values) == ("curl", values)


@given(requests(PLAIN_SECRET))
@settings(deadline=None)
def test_lines_give_back_exactly_what_went_in(request):
    values = values_of(request)
    assert recognise("\n".join(f"{name}={value}" for name, value in values.items())).values == values


@given(WORD, st.integers(10**6, 10**15).map(str), st.lists(SECRET, min_size=5, max_size=5))
@settings(deadline=None)
def test_a_demo_script_gives_back_exactly_what_went_in(name, uin, keys):
    assume(not any(NOT_YET.search(text) or "***" in text or "..." in text for text in (name, *keys)))
    assume(not any("&" in key for key in keys))
    gate_id, gate_key, content_id, tmp_id, tmp_key = keys
    text = demo_script(
        source=f"{uin}_{name}",
        gate_id=gate_id,
        gate_key=gate_key,
        url="https://api.mediax.tencent.com/job",
        content_id=content_id,
        tmp_id=tmp_id,
        tmp_key=tmp_key,
    )
    found = recognise(text.decode())
    assert (found.kind, found.values) == ("script", {"operate_uin": uin, "user_name": name})
    assert found.reply["registerInfo"] == {
        "demoCosPath": "",
        "tmpContentId": content_id,
        "tmpSecretId": tmp_id,
        "tmpSecretKey": tmp_key,
        "apiGateSecretId": gate_id,
        "apiGateSecretKey": gate_key,
    }
