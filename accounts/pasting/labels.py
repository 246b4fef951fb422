"""Knows how people, consoles and programs call each field, so that all readers know the same names."""

from __future__ import annotations

import re

FIELDS = (
    "operate_uin",
    "user_name",
    "bucket",
    "region",
    "domain",
    "bucket_secret_id",
    "bucket_secret_key",
    "request_id",
)
KEY_MEMBERS = ("tmpContentId", "tmpSecretId", "tmpSecretKey", "apiGateSecretId", "apiGateSecretKey")
PROSE = ("demoCosPath", "usageDescription")
MEMBERS = (*KEY_MEMBERS, *PROSE)
LONGEST_LABEL = 60

_OWNERS = (
    "",
    "cos",
    "tencentcos",
    "tencent",
    "tencentcloud",
    "qcloud",
    "cam",
    "cosconfig",
    "bucket",
    "cosbucket",
)
_OF_A_BUCKET = {
    "bucket": "bucket bucketname",
    "region": "region",
    "domain": "domain",
    "address": "url endpoint host address",
    "bucket_secret_id": "secretid accesskeyid ak",
    "bucket_secret_key": "secretkey accesskeysecret secretaccesskey sk",
}
_OTHERS = {
    "operate_uin": "operateuin uin accountid accountuin tencentclouduin 账号id 账户id 帐号id 主账号id "
    "子账号id 腾讯云账号id 子用户账号id 账号uin",
    "user_name": "username tmpusername customedname 用户名称 用户名",
    "bucket": "存储桶 存储桶名称 存储桶名 桶名称 桶名 cos桶 cos桶名称",
    "region": "地域 所属地域 存储桶地域 桶地域 地区 所属地区",
    "domain": "自定义域名 自定义源站域名 桶域名",
    "address": "访问域名 默认域名 源站域名 请求域名",
    "bucket_secret_id": "密钥id 密钥secretid 用户secretid",
    "bucket_secret_key": "密钥key 密钥secretkey 用户secretkey",
    "request_id": "requestid",
    "source": "apigatesource tmpsource",
    "gateway_url": "gatewayurl tmpgatewayurl tmpurl registerurl",
    "tmpContentId": "tmpcontentid contentid 仓库id",
    "tmpSecretId": "tmpsecretid",
    "tmpSecretKey": "tmpsecretkey",
    "apiGateSecretId": "apigatesecretid gatewaysecretid tmpgatewaysecretid",
    "apiGateSecretKey": "apigatesecretkey gatewaysecretkey tmpgatewaysecretkey",
    "demoCosPath": "democospath demopath",
    "usageDescription": "usagedescription",
}
_NAMES = {
    owner + word: name for name, words in _OF_A_BUCKET.items() for word in words.split() for owner in _OWNERS
} | {word: name for name, words in _OTHERS.items() for word in words.split()}
_BRACKETED = re.compile(r"[（(]([^（()）]*)[)）]")
_NOT_IN_NAMES = re.compile(r"[\W_]+")


def field_named(label: str) -> tuple[str, str] | None:
    """What a label stands for, and the part of it that says so; None when it is unknown.

    A field, a member of registerInfo, or one of source (`<operateUin>_<userName>`), gateway_url and address.
    """
    if len(label) > LONGEST_LABEL:
        return None
    for spelling in (label, _BRACKETED.sub("", label), *_BRACKETED.findall(label)):
        if name := _NAMES.get(plain_label(spelling).removeprefix("registerrequest")):
            return name, spelling.strip(" \t\"'“”‘’`*-•|")
    return None


def plain_label(label: str) -> str:
    """Letters and digits only, in lower case: `COS_SECRET-Id` -> `cossecretid`."""
    return _NOT_IN_NAMES.sub("", label).casefold()
