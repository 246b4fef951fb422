"""Addresses, environment files, tables and notes: what people have at hand instead of a request."""

from __future__ import annotations

import pytest

from accounts.pasting import recognise

UIN, NAME, BUCKET, REGION = "100012345678", "demo", "my-songs-1250000000", "ap-guangzhou"
KEY_ID, KEY = "AKID" + "abCD1234" * 4, "wxYZ5678" * 4
PLACE = {"bucket": BUCKET, "region": REGION}
PAIR = {"bucket_secret_id": KEY_ID, "bucket_secret_key": KEY}
CONSOLE = "https://console.cloud.tencent.com/cos"
ADDRESSES = {
    f"{BUCKET}.cos.{REGION}.myqcloud.com": PLACE,
    f"https://{BUCKET}.cos.{REGION}.myqcloud.com/": PLACE,
    f" http://{BUCKET.upper()}.cos.{REGION}.MyQCloud.com/songs/a%20b.mp3?x=1 \n": PLACE,
    f"https://{BUCKET}.cos.{REGION}.tencentcos.cn:443/a": PLACE,
    f"{BUCKET}.cos-website.{REGION}.myqcloud.com": PLACE,
    f"{BUCKET}.cos-internal.{REGION}.tencentcos.cn": PLACE,
    f"https://{BUCKET}.cos.accelerate.myqcloud.com/a": {"bucket": BUCKET},
    f"https://{BUCKET}.cos.accelerate-overseas.myqcloud.com/a": {"bucket": BUCKET},
    f"https://{BUCKET}.file.myqcloud.com/a": {"bucket": BUCKET},
    f"https://cos.{REGION}.myqcloud.com/{BUCKET}": PLACE,
    f"https://cos.{REGION}.myqcloud.com/{BUCKET}/songs/a.mp3": PLACE,
    f"{CONSOLE}/bucket?bucket={BUCKET}&region={REGION}": PLACE,
    f"{CONSOLE}/bucket?region={REGION}&bucket={BUCKET}": PLACE,
    f"{CONSOLE}5/bucket/setting?type=filelist&bucketName={BUCKET}&path=%252F&region={REGION}": PLACE,
    f"https://console.tencentcloud.com/cos/bucket?bucket={BUCKET}&amp;region={REGION}": PLACE,
    f"cosn://{BUCKET}/songs": {"bucket": BUCKET},
    f"cos://{BUCKET}": {"bucket": BUCKET},
    f"My bucket is https://{BUCKET}.cos.{REGION}.myqcloud.com, thank you.": PLACE,
    BUCKET: {"bucket": BUCKET},
    REGION: {"region": REGION},
    f"{BUCKET}\n{REGION}\n": PLACE,
}


@pytest.mark.parametrize(("text", "values"), ADDRESSES.items(), ids=list(ADDRESSES))
def test_an_address_gives_bucket_and_region(text, values):
    found = recognise(text)
    assert (found.kind, found.values, found.notes) == ("address", values, ())


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (f"{BUCKET}.cos.{REGION}.myqcloud.com", {"bucket": "host name", "region": "host name"}),
        (f"{CONSOLE}/bucket?bucket={BUCKET}&region={REGION}", {"bucket": "bucket=", "region": "region="}),
        (f"cos://{BUCKET}", {"bucket": "cos://"}),
    ],
)
def test_it_says_which_part_of_an_address_it_took(text, where):
    assert recognise(text).taken_from == where


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \ufeff\n",
        "hello",
        "https://cloud.tencent.com/register",
        f"https://{BUCKET}.cos.{REGION}.myqcloud.com.evil.example/",
        f"https://evil.example/?{REGION}",
        "8d8f0b7e-1111-2222-3333-125000000000",
        UIN,
        KEY,
        f"{KEY_ID}\n{KEY_ID[::-1]}\nAKID{KEY}",
        "operateUin: 腾讯云子用户的账号 ID",
        "secretId: 存储桶的 secretId",
        "name = x\nid = y\nregion of the world: all of it",
        "curl",
        "{}",
        "API_GATE_SOURCE",
    ],
)
def test_what_is_ambiguous_or_something_else_is_nothing(text):
    found = recognise(text)
    assert (found.kind, found.values, found.reply, found.gateway_url) == ("nothing", {}, None, "")


ALL = {"operate_uin": UIN, "user_name": NAME, **PLACE, **PAIR}
LINES = {
    "environment": f"COS_SECRET_ID={KEY_ID}\nCOS_SECRET_KEY={KEY}\nCOS_BUCKET={BUCKET}\ncos_region={REGION}\n"
    f"OPERATE_UIN={UIN}\nUSER_NAME={NAME}",
    "exports": f"export COS_SECRET_ID='{KEY_ID}'\nexport COS_SECRET_KEY=\"{KEY}\" # mine\n"
    f"export COS_BUCKET={BUCKET};\nexport COS_REGION={REGION}\n"
    f"export operateUin={UIN}\nexport userName={NAME}",
    "Windows": f'set COS_SECRET_ID={KEY_ID}\r\n$env:COS_SECRET_KEY = "{KEY}"\r\n'
    f'$env:COS_BUCKET="{BUCKET}"\r\n'
    f"set region={REGION}\r\nset uin={UIN}\r\nset userName={NAME}",
    "colons": f"operateUin: {UIN}\nuserName: {NAME}\nsecretId: {KEY_ID}\nsecretKey: {KEY}\n"
    f"bucket: {BUCKET}\nregion: {REGION}",
    "YAML": f"registerRequest:\n  operateUin: '{UIN}'\n  userName: {NAME}\n  cosConfig:\n"
    f"    secretId: {KEY_ID}\n    secretKey: {KEY}\n    bucket: {BUCKET}\n    region: {REGION}",
    "dotted": f"registerRequest.operateUin={UIN}\nuserName={NAME}\ncosConfig.secretId={KEY_ID}\n"
    f"cosConfig.secretKey={KEY}\ncosConfig.bucket={BUCKET}\ncosConfig.region={REGION}",
    "tabs": f"operateUin\t{UIN}\nuserName\t{NAME}\nSecretId\t{KEY_ID}\nSecretKey\t{KEY}\nbucket\t{BUCKET}\n"
    f"region\t{REGION}",
    "two columns": f"operateUin,{UIN}\nuserName,{NAME}\nSecretId,{KEY_ID}\nSecretKey,{KEY}\nbucket,{BUCKET}\n"
    f"region,{REGION}",
    "a table of Markdown": f"| operateUin | {UIN} |\n| --- | --- |\n| userName | {NAME} |\n"
    f"| SecretId | {KEY_ID} |\n"
    f"| SecretKey | `{KEY}` |\n| bucket | {BUCKET} |\n| region | {REGION} |",
    "a heading and a row": f"operateUin,userName,SecretId,SecretKey,bucket,region\n"
    f'{UIN},{NAME},"{KEY_ID}",{KEY},{BUCKET},{REGION}',
    "a list": f"- operateUin: {UIN} (main account)\n- userName: {NAME}\n"
    f"* secretId: {KEY_ID}\n* secretKey: {KEY}\n"
    f"1. bucket: {BUCKET}\n2. region: {REGION}",
    "Chinese": f"账号ID：{UIN}\n用户名称：{NAME}\n密钥/SecretId：{KEY_ID}\n密钥/SecretKey：{KEY}\n"
    f"存储桶名称：{BUCKET}\n所属地域：广州（中国）（{REGION}）",
    "labels above their values": f"账号ID\n{UIN}\n用户名称\n{NAME}\nSecretId\n{KEY_ID}\nSecretKey\n{KEY}\n"
    f"存储桶名称\n{BUCKET}\n所属地域\n广州（中国）（{REGION}）",
    "one line": f"operateUin={UIN} userName={NAME} secretId={KEY_ID} secretKey={KEY} "
    f"bucket={BUCKET} region={REGION}",
    "one line with commas": f"uin: {UIN}, userName: {NAME}, secretId: {KEY_ID}, secretKey: {KEY}, "
    f"bucket: {BUCKET}, region: {REGION}",
    "the inside of an object": f'"operateUin": "{UIN}",\n"userName": "{NAME}",\n"secretId": "{KEY_ID}",\n'
    f'"secretKey": "{KEY}",\n"bucket": "{BUCKET}",\n"region": "{REGION}"',
    "an address among them": f"uin={UIN}\nuserName={NAME}\nhttps://{BUCKET}.cos.{REGION}.myqcloud.com\n{KEY_ID}\n{KEY}",
    "an address with a label": f"uin={UIN}\nuserName={NAME}\nSecretId={KEY_ID}\nSecretKey={KEY}\n"
    f"访问域名: https://{BUCKET}.cos.{REGION}.myqcloud.com",
    "invisible padding": f"\ufeffuin=\u200b{UIN}\u3000\nuserName\u00a0=\u00a0{NAME}\n"
    f"SecretId={KEY_ID}\u200b\n"
    f"SecretKey=\u3000{KEY}\nbucket={BUCKET}\nregion={REGION}",
}


@pytest.mark.parametrize("text", LINES.values(), ids=LINES)
def test_lines_give_every_value_however_they_are_named(text):
    found = recognise(text)
    assert (found.kind, found.values) == ("lines", ALL)
    assert (found.notes, found.placeholders, found.reply) == ((), (), None)


def test_lines_say_which_name_they_were_under():
    found = recognise(f"cos_region={REGION}\n存储桶名称：{BUCKET}\nSecretKey,{KEY}")
    assert found.taken_from == {
        "region": "cos_region=",
        "bucket": "存储桶名称：",
        "bucket_secret_key": "SecretKey",
    }


@pytest.mark.parametrize(
    "text",
    [
        f"{KEY_ID}\n{KEY}",
        f"\n{KEY_ID}  \n\n{KEY}\n",
        f"{KEY_ID} {KEY}",
        f"SecretId,SecretKey\n{KEY_ID},{KEY}\n",
        f"\ufeffUserName,SecretId,SecretKey\r\ncam-user,{KEY_ID},{KEY}\r\n",
        f"SecretId\tSecretKey\n{KEY_ID}\t{KEY}",
        f'{{"SecretId": "{KEY_ID}", "SecretKey": "{KEY}"}}',
    ],
)
def test_a_key_pair_of_the_console_is_recognised(text):
    assert recognise(text).values == PAIR


def test_tmps_own_keys_are_not_the_buckets():
    found = recognise(f"TMP_SECRET_ID=a1b2c3\nTMP_SECRET_KEY=d4e5f6\nCOS_BUCKET={BUCKET}")
    assert (found.values, found.reply) == ({"bucket": BUCKET}, None)
    assert found.notes == ("incomplete_reply",)


def test_the_service_is_found_among_lines():
    found = recognise(f"GATEWAY_URL=http://127.0.0.1:8123/release\nbucket={BUCKET}")
    assert (found.gateway_url, found.taken_from["gateway_url"]) == (
        "http://127.0.0.1:8123/release",
        "GATEWAY_URL=",
    )
    assert (
        recognise("POST https://api.mediax.tencent.com/register").gateway_url
        == "https://api.mediax.tencent.com"
    )


def test_wrong_values_are_left_for_the_form_to_judge():
    found = recognise(f"region=guangzhou\nbucket=my-songs\nuin=12ab\nsecretId={KEY}")
    assert found.values == {
        **{"region": "guangzhou", "bucket": "my-songs", "operate_uin": "12ab", "bucket_secret_id": KEY}
    }


def test_a_key_broken_over_two_lines_is_not_joined():
    found = recognise(f"secretId={KEY_ID}\nsecretKey={KEY[:20]}\n{KEY[20:]}\n")
    assert found.values == {"bucket_secret_id": KEY_ID, "bucket_secret_key": f"{KEY[:20]}\n{KEY[20:]}"}


def test_placeholders_among_lines_are_named():
    found = recognise(f"bucket={BUCKET}\nSecretId=<your id>\nSecretKey=****\nuin=your-uin\nregion=xxx")
    assert found.values == {"bucket": BUCKET}
    assert found.placeholders == ("bucket_secret_id", "bucket_secret_key", "operate_uin", "region")


def test_the_first_of_two_lines_stays():
    found = recognise(f"region={REGION}\nregion=ap-beijing")
    assert (found.values, found.notes) == ({"region": REGION}, ("two_values",))
