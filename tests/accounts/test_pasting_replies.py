"""Replies and demo scripts: the keys that TMP hands out once, wherever a person still has them."""

from __future__ import annotations

import html
import json

import pytest

from accounts.pasting import recognise
from sandbox.platform.demo_script import demo_script
from tencent.messages import Registered

UIN, NAME, BUCKET = "100012345678", "demo", "my-songs-1250000000"
GATEWAY = "http://service-mqk0mc83-1257411467.bj.apigw.tencentcs.com/release"
DEMO = f"{UIN}_demo/run_musicBeat.py"
KEYS = {
    "tmpContentId": "8d8f0b7e-1111-2222-3333-444455556666",
    "tmpSecretId": "tmpIdABCDEFG",
    "tmpSecretKey": "tmpKeyHIJKLMN",
    "apiGateSecretId": "AKID" + "gateOPQR" * 4,
    "apiGateSecretKey": "gateKey" + "STUVWXYZ" * 4,
}
INFO = {
    **KEYS,
    "demoCosPath": DEMO,
    "usageDescription": f"请从COS桶[{BUCKET}]中下载python版本demo文件[{DEMO}], 执行python run_musicBeat.py",
    "message": "注册成功,感谢注册",
    "createdAt": "2026-11-22 10:00:00",
    "updatedAt": 1763805600,
}
REPLY = {"requestId": "test-1", "registerInfo": INFO}
LINE = json.dumps(REPLY, ensure_ascii=False)
PRETTY = json.dumps(REPLY, ensure_ascii=False, indent=2)
FOUND = {"request_id": "test-1", "operate_uin": UIN, "bucket": BUCKET}
REPLIES = {
    "one line": LINE,
    "pretty": PRETTY,
    "ASCII": json.dumps(REPLY),
    "behind its command": f"$ curl {GATEWAY}/register -d @body.json\n  % Total 100  641\n{PRETTY}\n$ exit\n",
    "in a log": f"2026-11-22 10:00:00 [INFO] {{register}} answered: {LINE} (120 s)",
    "escaped in a log": f'{{"level": "info", "answer": {json.dumps(LINE)}}}',
    "escaped outside of JSON": "answer=" + LINE.replace('"', '\\"'),
    "HTML": html.escape(PRETTY),
    "printed by Python": repr(REPLY),
    "another letter case": LINE.replace("registerInfo", "RegisterInfo").replace("tmpSecretId", "TmpSecretId"),
}


@pytest.mark.parametrize("text", REPLIES.values(), ids=REPLIES)
def test_a_reply_is_recognised_wherever_it_stands(text):
    found = recognise(text)
    assert (found.kind, found.values, found.reply) == ("reply", FOUND, REPLY)
    assert found.taken_from["reply"] == "registerInfo"
    assert (found.placeholders, found.notes) == ((), ())
    assert Registered.from_answer(found.reply).tmp_keys.secret_key == KEYS["tmpSecretKey"]


def test_it_says_where_it_took_bucket_and_account_from():
    found = recognise(LINE)
    assert found.taken_from == {
        "request_id": "requestId",
        "operate_uin": "demoCosPath",
        "bucket": "usageDescription",
        "reply": "registerInfo",
    }


def test_only_the_inner_object_is_enough():
    found = recognise(json.dumps(INFO))
    assert found.reply == {"requestId": "", "registerInfo": INFO}
    assert found.values == {"operate_uin": UIN, "bucket": BUCKET}


def test_typographic_quotes_in_a_reply_are_repaired():
    found = recognise(PRETTY.replace('": "', "”： “").replace('  "', "  “").replace('",', "”，"))
    assert (found.reply, found.values) == (REPLY, FOUND)
    assert found.notes == ("quotes_repaired",)


def test_a_whole_session_gives_what_was_asked_and_what_was_answered():
    cos = {"secretId": "AKIDabc", "secretKey": "keykey", "bucket": BUCKET, "region": "ap-guangzhou"}
    asked = {
        "requestId": "test-1",
        "registerRequest": {"operateUin": UIN, "userName": NAME, "cosConfig": cos},
    }
    found = recognise(f"$ curl -X POST {GATEWAY}/register -d '{json.dumps(asked)}'\n{LINE}\n")
    assert (found.kind, found.reply, found.gateway_url) == ("reply", REPLY, GATEWAY)
    assert found.values == {
        **FOUND,
        "user_name": NAME,
        "region": "ap-guangzhou",
        "bucket_secret_id": "AKIDabc",
        "bucket_secret_key": "keykey",
    }
    assert found.notes == ()


def test_the_guides_own_reply_holds_no_account():
    text = PRETTY.replace(DEMO, "UIN_demo/run_musicBeat.py").replace(BUCKET, "CosConfig.bucket")
    for name, value in KEYS.items():
        text = text.replace(f'"{value}"', f"<{name}>")
    found = recognise(text)
    assert (found.kind, found.reply, found.values) == ("reply", None, {"request_id": "test-1"})
    assert found.placeholders == tuple(KEYS)


def test_half_a_reply_is_no_account():
    found = recognise(PRETTY[: PRETTY.index("STUV") + 3])
    assert (found.kind, found.reply) == ("reply", None)
    assert found.notes == ("incomplete_reply", "truncated_json")


def test_two_replies_are_not_mixed():
    other = LINE.replace(KEYS["tmpSecretKey"], "another")
    found = recognise(f"{LINE}\n{other}")
    assert (found.reply, found.notes) == (REPLY, ("two_replies",))
    assert recognise(f"{LINE}\n{PRETTY}").notes == ()


def test_members_nobody_documented_are_kept_and_noted():
    found = recognise(json.dumps({"registerInfo": {**INFO, "quota": {"jobs": 5}}}))
    assert found.reply["registerInfo"]["quota"] == {"jobs": 5}
    assert found.notes == ("unknown_members",)


def test_the_reply_to_a_job_is_not_for_onboarding():
    found = recognise('{"requestId": "a", "createJobResponse": {"job": {"id": "1-2", "state": 1}}}')
    assert (found.kind, found.values, found.reply, found.notes) == ("reply", {}, None, ("job_reply",))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"requestId": "a", "errorResponse": {"message": "服务未开通"}}', "服务未开通"),
        ('{"message":"HMAC signature does not match"}\n', "HMAC signature does not match"),
    ],
)
def test_an_error_reply_gives_tmps_own_words(text, words):
    found = recognise(text)
    assert (found.kind, found.notes, found.words, found.reply) == ("reply", ("error_reply",), words, None)


GUIDE_SCRIPT = f'''import requests
import datetime
GMT_FORMAT = "%a, %d %b %Y %H:%M:%S GMT"
API_GATE_SOURCE = "{UIN}_{NAME}"
API_GATE_SECRET_ID = "{KEYS["apiGateSecretId"]}"
API_GATE_SECRET_KEY = "{KEYS["apiGateSecretKey"]}"
URL = "{GATEWAY}/job"
TMP_CONTENT_ID = "{KEYS["tmpContentId"]}"
TMP_SECRET_ID = "{KEYS["tmpSecretId"]}"
TMP_SECRET_KEY = "{KEYS["tmpSecretKey"]}"
def get_api_gate_signature(source, secret_id, secret_key):
    return secret_id
if __name__ == "__main__":
    request = {{"action": "CreateJob", "secretId": TMP_SECRET_ID, "secretKey": TMP_SECRET_KEY,
        "createJobRequest": {{"inputs": [{{"source": {{"path": "file_path_to_root"}}}}]}}}}
    resp = requests.post(url=URL, json=request)
    print(resp.text)
'''
FLAT = "\n".join(line.strip() for line in GUIDE_SCRIPT.split("\n"))
SANDBOX_SCRIPT = demo_script(
    source=f"{UIN}_{NAME}",
    gate_id=KEYS["apiGateSecretId"],
    gate_key=KEYS["apiGateSecretKey"],
    url=f"{GATEWAY}/job",
    content_id=KEYS["tmpContentId"],
    tmp_id=KEYS["tmpSecretId"],
    tmp_key=KEYS["tmpSecretKey"],
).decode()
CONSTANTS = "\n".join(GUIDE_SCRIPT.split("\n")[3:10])
SCRIPTS = {
    "the guide's": (GUIDE_SCRIPT, ()),
    "the sandbox's": (SANDBOX_SCRIPT, ()),
    "only its constants": (CONSTANTS, ()),
    "indentation lost": (FLAT, ("script_did_not_parse",)),
    "Python 2": (GUIDE_SCRIPT.replace("print(resp.text)", "print resp.text"), ("script_did_not_parse",)),
    "Windows line ends": (GUIDE_SCRIPT.replace("\n", "\r\n"), ()),
    "typographic quotes": (FLAT.replace(' = "', " = “").replace('"\n', "”\n"), ("script_did_not_parse",)),
    "behind a prompt": ("$ cat run_musicBeat.py\n" + GUIDE_SCRIPT, ("script_did_not_parse",)),
    "HTML": (html.escape(GUIDE_SCRIPT), ()),
}


@pytest.mark.parametrize(("text", "notes"), SCRIPTS.values(), ids=SCRIPTS)
def test_a_demo_script_is_read_and_not_run(text, notes):
    found = recognise(text)
    assert (found.kind, found.values) == ("script", {"operate_uin": UIN, "user_name": NAME})
    assert (found.gateway_url, found.notes, found.placeholders) == (GATEWAY, notes, ())
    assert found.reply == {"requestId": "", "registerInfo": {"demoCosPath": "", **KEYS}}
    assert Registered.from_answer(found.reply).gateway_keys.secret_key == KEYS["apiGateSecretKey"]
    assert found.taken_from == {
        "operate_uin": "API_GATE_SOURCE",
        "user_name": "API_GATE_SOURCE",
        "gateway_url": "URL",
        "reply": "TMP_SECRET_ID",
    }


def test_a_script_nobody_filled_in_is_all_placeholders():
    text = FLAT.replace(f"{UIN}_{NAME}", "uin_userName")
    for name, value in KEYS.items():
        text = text.replace(f'"{value}"', f'"{name.replace("apiGate", "api")}"')
    found = recognise(text)
    assert (found.kind, found.values, found.reply) == ("script", {}, None)
    assert set(found.placeholders) == {"operate_uin", "user_name", *KEYS}
    assert found.gateway_url == GATEWAY


def test_a_constant_in_a_comment_or_a_docstring_is_not_taken():
    text = f'"""\nTMP_SECRET_KEY = "old"\n"""\n# TMP_SECRET_KEY = "older"\n{GUIDE_SCRIPT}'
    assert recognise(text).reply["registerInfo"]["tmpSecretKey"] == KEYS["tmpSecretKey"]


def test_nothing_of_a_script_is_executed(tmp_path):
    trace = tmp_path / "ran"
    recognise(
        f"open({str(trace)!r}, 'w').close()\nTMP_SECRET_ID = open({str(trace)!r}, 'w').name\n{GUIDE_SCRIPT}"
    )
    assert not trace.exists()


def test_the_name_starts_behind_the_first_underscore():
    found = recognise(GUIDE_SCRIPT.replace(f"{UIN}_{NAME}", f"{UIN}_a_b"))
    assert (found.values["operate_uin"], found.values["user_name"]) == (UIN, "a_b")


def test_the_portals_own_environment_file_is_an_account_too():
    lines = {
        "API_GATE_SOURCE": f"{UIN}_{NAME}",
        "API_GATE_SECRET_ID": KEYS["apiGateSecretId"],
        "API_GATE_SECRET_KEY": KEYS["apiGateSecretKey"],
        "TMP_CONTENT_ID": KEYS["tmpContentId"],
        "TMP_SECRET_ID": KEYS["tmpSecretId"],
        "TMP_SECRET_KEY": KEYS["tmpSecretKey"],
    }
    found = recognise("\n".join(f"{name}={value}" for name, value in lines.items()))
    assert (found.kind, found.values) == ("lines", {"operate_uin": UIN, "user_name": NAME})
    assert found.reply == {"requestId": "", "registerInfo": {"demoCosPath": "", **KEYS}}
