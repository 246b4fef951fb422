"""Settings of a bucket that are only kept, tags of objects, and what a HEAD tells about them."""

import re

import pytest

from tests.sandbox.client import Bucket

KEPT = {
    "lifecycle": (
        "<LifecycleConfiguration><Rule><ID>1</ID></Rule></LifecycleConfiguration>",
        "NoSuchLifecycle",
    ),
    "replication": ("<ReplicationConfiguration><Role>r</Role></ReplicationConfiguration>", "ReplicationConf"),
    "object-lock": ("<ObjectLockConfiguration>x</ObjectLockConfiguration>", "NoSuchObjectLock"),
    "origin": ("<OriginConfiguration><OriginRule/></OriginConfiguration>", "NoSuchOrigin"),
    "domain": ("<DomainConfiguration><DomainRule/></DomainConfiguration>", "NoSuchDomain"),
    "policy": ('{"version": "2.0", "Statement": []}', "NoSuchBucketPolicy"),
    "tagging": ("<Tagging><TagSet/></Tagging>", "NoSuchTagSet"),
    "website": ("<WebsiteConfiguration><IndexDocument/></WebsiteConfiguration>", "NoSuchWebsite"),
    "encryption": (
        "<ServerSideEncryptionConfiguration><Rule/></ServerSideEncryptionConfiguration>",
        "NoSuchEnc",
    ),
    "versioning": ("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", ""),
    "logging": ("<BucketLoggingStatus><LoggingEnabled/></BucketLoggingStatus>", ""),
    "referer": ("<RefererConfiguration><Status>Enabled</Status></RefererConfiguration>", ""),
}


@pytest.mark.parametrize("name", KEPT)
def test_a_setting_comes_back_until_it_is_deleted(bucket: Bucket, other_bucket: Bucket, name: str) -> None:
    document, missing = KEPT[name]

    def absent(of: Bucket) -> bool:
        reply = of.ask("GET", params={name: ""})
        if missing:
            return reply.status == 404 and reply.code.startswith(missing)
        return re.search(r"\?>\n<(\w+)></\1>$", reply.body.decode()) is not None

    assert absent(bucket)
    assert bucket.ask("PUT", params={name: ""}, body=document.encode()).status in (200, 204)
    shown = bucket.ask("GET", params={name: ""})
    assert (shown.status, shown.body.decode().replace(" />", "/>")) == (200, document)
    assert absent(other_bucket)
    assert bucket.ask("DELETE", params={name: ""}).status == 204
    assert absent(bucket)


def test_a_setting_that_is_no_such_document_is_refused(bucket: Bucket) -> None:
    for body in (b"<Other/>", b"<LifecycleConfiguration>", b"<!DOCTYPE a><LifecycleConfiguration/>", b""):
        assert bucket.ask("PUT", params={"lifecycle": ""}, body=body).code == "MalformedXML"
    wrong = bucket.ask("PUT", params={"policy": ""}, body=b"{}", headers={"Content-MD5": "eA=="})
    assert wrong.code == "BadDigest"
    assert bucket.ask("GET", params={"policy": ""}).code == "NoSuchBucketPolicy"


def test_cos_adds_and_renames_where_it_does_so_itself(bucket: Bucket) -> None:
    site = (
        b"<WebsiteConfiguration><RoutingRules><RoutingRule><Redirect><ReplaceKeyWith>a</ReplaceKeyWith>"
        b"</Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>"
    )
    bucket.ask("PUT", params={"website": ""}, body=site)
    assert b"<URLRedirect>Enabled</URLRedirect></Redirect>" in bucket.ask("GET", params={"website": ""}).body
    name = b"ApplySideEncryptionConfiguration"
    rule = b"<%s><SSEAlgorithm>AES256</SSEAlgorithm></%s>" % (name, name)
    body = b"<ServerSideEncryptionConfiguration><Rule>%s</Rule></ServerSideEncryptionConfiguration>" % rule
    bucket.ask("PUT", params={"encryption": ""}, body=body)
    assert b"<ApplyServerSideEncryptionByDefault>" in bucket.ask("GET", params={"encryption": ""}).body
    for name in ("website", "encryption"):
        bucket.ask("DELETE", params={name: ""})


def test_inventories_are_told_apart_by_their_ids_and_listed_in_pages(bucket: Bucket) -> None:
    for number in range(101):
        body = f"<InventoryConfiguration><Id>{number}</Id></InventoryConfiguration>".encode()
        assert bucket.ask("PUT", params={"inventory": "", "id": str(number)}, body=body).status == 200
    assert b"<Id>7</Id>" in bucket.ask("GET", params={"inventory": "", "id": "7"}).body
    first = bucket.ask("GET", params={"inventory": ""}).body.decode()
    assert len(re.findall("<Id>", first)) == 100
    token = re.findall("<NextContinuationToken>(.*?)<", first)[0]
    rest = bucket.ask("GET", params={"inventory": "", "continuation-token": token}).body.decode()
    assert re.findall("<Id>(.*?)<", rest) == ["100"]
    assert "<IsTruncated>false<" in rest
    odd = bucket.ask("GET", params={"inventory": "", "continuation-token": "x"})
    assert odd.code == "InvalidArgument"
    assert bucket.ask("PUT", params={"inventory": ""}, body=body).code == "InvalidArgument"
    assert bucket.ask("DELETE", params={"inventory": "", "id": "7"}).status == 204
    assert bucket.ask("GET", params={"inventory": "", "id": "7"}).code == "NoSuchConfiguration"


def tags(*pairs: tuple[str, str]) -> bytes:
    items = "".join(f"<Tag><Key>{name}</Key><Value>{value}</Value></Tag>" for name, value in pairs)
    return f"<Tagging><TagSet>{items}</TagSet></Tagging>".encode()


def shown(bucket: Bucket, key: str) -> list[tuple[str, str]]:
    body = bucket.ask("GET", key, params={"tagging": ""}).body.decode()
    return re.findall("<Key>(.*?)</Key><Value>(.*?)</Value>", body)


def test_an_object_s_tags_are_set_counted_copied_and_taken_away(bucket: Bucket) -> None:
    bucket.ask("PUT", "tagged", body=b"x", headers={"x-cos-tagging": "a=1&b%20c=%E4%B8%AD"})
    assert shown(bucket, "tagged") == [("a", "1"), ("b c", "中")]
    assert bucket.ask("HEAD", "tagged").headers["x-cos-tagging-count"] == "2"
    source = {"x-cos-copy-source": f"{bucket.name}.cos.ap-guangzhou.myqcloud.com/tagged"}
    bucket.ask("PUT", "same", headers={**source, "x-cos-metadata-directive": "Replaced"})
    bucket.ask(
        "PUT", "new", headers={**source, "x-cos-tagging-directive": "Replaced", "x-cos-tagging": "z=9"}
    )
    assert (shown(bucket, "same"), shown(bucket, "new")) == ([("a", "1"), ("b c", "中")], [("z", "9")])
    assert bucket.ask("PUT", "tagged", params={"tagging": ""}, body=tags(("only", "one"))).status == 200
    assert shown(bucket, "tagged") == [("only", "one")]
    assert bucket.ask("DELETE", "tagged", params={"tagging": ""}).status == 204
    assert shown(bucket, "tagged") == []
    assert "x-cos-tagging-count" not in bucket.ask("HEAD", "tagged").headers


@pytest.mark.parametrize(
    "body",
    [
        tags(*((str(n), "") for n in range(11))),
        tags(("k" * 129, "")),
        tags(("k", "v" * 257)),
        tags(("", "v")),
    ],
)
def test_tags_that_cos_would_not_take_are_refused(bucket: Bucket, body: bytes) -> None:
    bucket.ask("PUT", "plain", body=b"x")
    assert bucket.ask("PUT", "plain", params={"tagging": ""}, body=body).code == "InvalidTag"
    assert shown(bucket, "plain") == []
    assert bucket.ask("PUT", "missing", params={"tagging": ""}, body=tags()).code == "NoSuchKey"
