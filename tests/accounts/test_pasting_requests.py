"""Requests as people paste them: the guide's curl in every shell, and JSON that is almost JSON."""

from __future__ import annotations

import json

import pytest

from accounts.pasting import recognise

UIN, NAME, BUCKET, REGION = "100012345678", "demo", "my-songs-1250000000", "ap-guangzhou"
KEY_ID, KEY = "AKID" + "abCD1234" * 4, "wxYZ5678" * 4
OLD_GATEWAY = "http://service-mqk0mc83-1257411467.bj.apigw.tencentcs.com/release"
NEW_GATEWAY = "https://api.mediax.tencent.com"
VALUES = {
    "request_id": "test-1",
    "operate_uin": UIN,
    "user_name": NAME,
    "bucket_secret_id": KEY_ID,
    "bucket_secret_key": KEY,
    "bucket": BUCKET,
    "region": REGION,
}
BODY = {
    "requestId": "test-1",
    "action": "Register",
    "registerRequest": {
        "operateUin": UIN,
        "userName": NAME,
        "cosConfig": {"secretId": KEY_ID, "secretKey": KEY, "bucket": BUCKET, "region": REGION},
    },
}
LINE = json.dumps(BODY)
GUIDE = """curl -X POST \\
http://service-mqk0mc83-1257411467.bj.apigw.tencentcs.com/release/register \\
-H 'Content-Type: application/json' \\
-H 'Cache-control: no-cache' \\
-d '{
"requestId": "test-regisiter-service",
"action": "Register",
"registerRequest": {
"operateUin": <operateUin>,
"userName": <customedName>,
"cosConfig": {
"secretId": <CosConfig.secretId>,
"secretKey": <CosConfig.secretKey>,
"bucket": <CosConfig.bucket>,
"region": <CosConfig.region>
}
}
}'
"""
UNQUOTED = (
    GUIDE.replace("<operateUin>", UIN)
    .replace("<customedName>", NAME)
    .replace("<CosConfig.secretId>", KEY_ID)
    .replace("<CosConfig.secretKey>", KEY)
    .replace("<CosConfig.bucket>", BUCKET)
    .replace("<CosConfig.region>", REGION)
    .replace("test-regisiter-service", "test-1")
)
ESCAPED, DOUBLED = LINE.replace('"', '\\"'), LINE.replace('"', '""')
CARETED, BACKTICKED = LINE.replace('"', '^\\^"'), LINE.replace('"', '`"')
CURLY, ENTITIES = LINE.replace('"', "”"), LINE.replace('"', "&quot;")
COMMANDS = {
    "unquoted values": UNQUOTED,
    "without line ends for a shell": UNQUOTED.replace(" \\\n", "\n"),
    "a space behind the backslash": UNQUOTED.replace("\\\n", "\\ \n"),
    "typographic quotes": UNQUOTED.replace('"', "“").replace("'", "’"),
    "paired typographic quotes": f"curl -d ‘{CURLY}’ {OLD_GATEWAY}/register",
    "full width": UNQUOTED.replace(": ", "：").replace(",\n", "，\n").replace('"', "＂"),
    "one line in single quotes": f"$ curl {OLD_GATEWAY}/register -d '{LINE}'",
    "double quotes": f'curl --data "{ESCAPED}" -H "X: y" {OLD_GATEWAY}/register',
    "double quotes nobody escaped": f'curl {OLD_GATEWAY}/register -d "{LINE}"',
    "ANSI-C quotes": f"curl --data-raw $'{LINE}' {OLD_GATEWAY}/register",
    "attached": f"curl --data-binary='{LINE}' {OLD_GATEWAY}/register",
    "cmd": f'curl.exe -X POST ^\r\n {OLD_GATEWAY}/register ^\r\n -d "{ESCAPED}"',
    "cmd with doubled quotes": f'curl -X POST ^\n {OLD_GATEWAY}/register ^\n -d "{DOUBLED}"',
    "cmd as Chrome copies it": f'curl ^"{OLD_GATEWAY}/register^" ^\n --data-raw ^"{CARETED}^"',
    "PowerShell": f"curl.exe `\n {OLD_GATEWAY}/register `\n -d '{ESCAPED}'",
    "Invoke-RestMethod": f"Invoke-RestMethod -Method Post -Uri {OLD_GATEWAY}/register `\n -Body '{LINE}'",
    "a quoted Uri": f'irm -Uri "{OLD_GATEWAY}/register" -Body "{BACKTICKED}"',
    "a here-string": f"$b = @'\n{LINE}\n'@\nInvoke-RestMethod -Uri '{OLD_GATEWAY}/register' -Body $b",
    "copied from a browser": f"curl '{OLD_GATEWAY}/register' \\\n  -H 'Origin: https://a.example' \\\n"
    f"  -H 'Referer: https://a.example/register' \\\n  --data-raw '{LINE}' \\\n  --compressed",
    "HTML": f"curl -d '{ENTITIES}' {OLD_GATEWAY}/register",
}


def test_the_guides_own_command_is_all_placeholders():
    found = recognise(GUIDE)
    assert found.kind == "curl"
    assert found.values == {"request_id": "test-regisiter-service"}
    assert found.gateway_url == OLD_GATEWAY
    assert found.placeholders == (
        *("operate_uin", "user_name", "bucket_secret_id", "bucket_secret_key", "bucket", "region"),
    )
    assert (found.notes, found.reply) == ((), None)


@pytest.mark.parametrize("text", COMMANDS.values(), ids=COMMANDS)
def test_a_command_gives_every_value_in_every_shell(text):
    found = recognise(text)
    assert (found.kind, found.values) == ("curl", VALUES)
    assert found.gateway_url == OLD_GATEWAY
    assert (found.placeholders, found.reply) == ((), None)


def test_it_says_where_it_took_each_value_from():
    assert recognise(UNQUOTED).taken_from == {
        "request_id": "requestId",
        "operate_uin": "registerRequest.operateUin",
        "user_name": "registerRequest.userName",
        "bucket_secret_id": "registerRequest.cosConfig.secretId",
        "bucket_secret_key": "registerRequest.cosConfig.secretKey",
        "bucket": "registerRequest.cosConfig.bucket",
        "region": "registerRequest.cosConfig.region",
        "gateway_url": "URL",
    }


def test_the_new_host_is_a_gateway_too():
    assert recognise(f"curl {NEW_GATEWAY}/register -d '{LINE}'").gateway_url == NEW_GATEWAY


def test_some_placeholders_left_in_are_named():
    found = recognise(UNQUOTED.replace(KEY, "<CosConfig.secretKey>").replace(NAME, "xxx"))
    assert found.placeholders == ("user_name", "bucket_secret_key")
    assert "bucket_secret_key" not in found.values


@pytest.mark.parametrize(
    "left",
    [
        "<your key>",
        "xxx",
        "AKIDxxxxxxxx",
        "your-secret-id",
        "yourSecretId",
        "***",
        "AKID****wxyz",
        "${ID}",
        "secretId",
    ],
)
def test_what_is_left_to_fill_in_is_no_value(left):
    found = recognise(LINE.replace(KEY_ID, left))
    assert found.placeholders == ("bucket_secret_id",)
    assert "bucket_secret_id" not in found.values


def test_a_variable_of_the_shell_is_looked_up_in_the_lines_before():
    body = LINE.replace(KEY, "$COS_SECRET_KEY")
    found = recognise(f"export COS_SECRET_KEY={KEY}\ncurl {NEW_GATEWAY}/register -d '{body}'")
    assert (found.kind, found.values, found.placeholders) == ("curl", VALUES, ())


BODIES = {
    "pretty": json.dumps(BODY, indent=2),
    "Python": repr(BODY),
    "trailing commas and comments": json.dumps(BODY, indent=2)
    .replace(f'"{REGION}"', f'"{REGION}", // where it is')
    .replace(f'"{NAME}",', f'"{NAME}", # mine'),
    "upper case": LINE.replace("operateUin", "OPERATEUIN").replace("cosConfig", "CosConfig"),
    "a number": LINE.replace(f'"{UIN}"', UIN),
    "inside a fetch": f'fetch("x", {{"method": "POST", "body": {json.dumps(LINE)}}})',
    "a PowerShell table": "$b = @{\n requestId = 'test-1'\n registerRequest = @{\n"
    f" operateUin = '{UIN}'; userName = '{NAME}'\n cosConfig = @{{ secretId = '{KEY_ID}'; "
    f"secretKey = '{KEY}'; bucket = '{BUCKET}'; region = '{REGION}' }}\n }}\n}} | ConvertTo-Json",
}


@pytest.mark.parametrize("text", BODIES.values(), ids=BODIES)
def test_a_body_gives_every_value_however_it_is_written(text):
    found = recognise(text)
    assert (found.kind, found.values, found.gateway_url) == ("body", VALUES, "")


def test_a_part_of_a_body_gives_what_it_has():
    request = recognise(json.dumps(BODY["registerRequest"]))
    assert request.values == {name: VALUES[name] for name in VALUES if name != "request_id"}
    config = recognise(json.dumps({**BODY["registerRequest"]["cosConfig"], "domain": "songs.example.com"}))
    assert config.values == {
        **{name: VALUES[name] for name in ("bucket_secret_id", "bucket_secret_key", "bucket", "region")},
        "domain": "songs.example.com",
    }
    assert config.taken_from["region"] == "region"


def test_a_body_cut_short_gives_its_complete_values_only():
    found = recognise(LINE[: LINE.index(KEY) + 10])
    assert found.values == {
        name: VALUES[name] for name in ("request_id", "operate_uin", "user_name", "bucket_secret_id")
    }
    assert found.notes == ("truncated_json",)


def test_a_body_without_its_beginning_gives_what_is_left():
    assert recognise(json.dumps(BODY, indent=1)[40:]).values == {
        name: VALUES[name] for name in VALUES if name != "request_id"
    }


def test_a_missing_quote_ends_with_the_line():
    found = recognise(json.dumps(BODY, indent=1).replace(f'"{NAME}"', f'"{NAME}'))
    assert (found.values, found.notes) == (VALUES, ("quotes_repaired",))


def test_a_key_broken_by_a_terminal_stays_broken_for_the_form_to_judge():
    found = recognise(LINE.replace(KEY, KEY[:20] + "\n" + KEY[20:]))
    assert found.values["bucket_secret_key"] == KEY[:20] + "\n" + KEY[20:]


def test_invisible_padding_is_cut_off():
    assert recognise(LINE.replace(KEY, f"\u200b {KEY}\u3000\ufeff\u00a0")).values == VALUES


def test_members_nobody_knows_are_noted():
    assert recognise(LINE.replace('"userName"', '"colour": 1, "userName"')).notes == ("unknown_members",)


def test_the_first_of_two_values_stays():
    found = recognise(LINE + "\n" + LINE.replace(REGION, "ap-beijing"))
    assert (found.values, found.notes) == (VALUES, ("two_values",))
    twice = recognise(LINE.replace('"region"', '"region": "ap-beijing", "region"'))
    assert (twice.values["region"], twice.notes) == ("ap-beijing", ("two_values",))
    assert recognise(LINE + "\n" + LINE).notes == ()


def test_a_bucket_address_in_a_body_is_split():
    address = f"https://{BUCKET}.cos.ap-beijing.myqcloud.com"
    found = recognise(LINE.replace(BUCKET, address).replace(f', "region": "{REGION}"', ""))
    assert (found.values["bucket"], found.values["region"]) == (BUCKET, "ap-beijing")


def test_the_keys_of_a_job_are_not_the_buckets():
    job = {"action": "CreateJob", "secretId": "tmpId123", "secretKey": "tmpKey123", "createJobRequest": {}}
    found = recognise(f"curl {OLD_GATEWAY}/job -d '{json.dumps(job)}'")
    assert (found.values, found.reply, found.notes) == ({}, None, ("job_request",))
    assert found.gateway_url == OLD_GATEWAY


def test_somebody_elses_command_is_nothing():
    found = recognise("curl -fsSL https://example.com/install.sh | sh")
    assert (found.kind, found.values, found.gateway_url) == ("nothing", {}, "")
