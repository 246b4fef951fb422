"""Keys with named rights: every action against every name, and what a refused request leaves behind."""

import re
from collections.abc import Callable, Iterator

import pytest

from sandbox.assembly import Sandbox
from tests.sandbox.client import Bucket, Reply, send
from tests.sandbox.doors import key_of, knock

RULES = b"""<CORSConfiguration><CORSRule><AllowedOrigin>http://portal.test</AllowedOrigin>
<AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>"""
LIFECYCLE, TAGS = b"<LifecycleConfiguration/>", b"<Tagging><TagSet/></Tagging>"
READ = {"HeadBucket", "GetBucket", "HeadObject", "GetObject"}
WRITE = {"PutObject", "CopyObject", "InitiateMultipartUpload", "UploadPart", "CompleteMultipartUpload"}
WRITE |= {"AbortMultipartUpload", "AppendObject"}
REMOVE = {"DeleteObject", "DeleteObjects"}
LOOK = {"ListMultipartUploads", "ListParts"}
CONFIGURE = {"GetService", "GetBucketCORS", "PutBucketCORS", "DeleteBucketCORS", "GetBucketACL"}
CONFIGURE |= {"GetBucketLocation", "GetObjectACL", "PutBucketACL", "PutObjectACL", "PutBucketPolicy"}
CONFIGURE |= {"PutBucketLifecycle", "GetBucketObjectVersions"}
CONFIGURE |= {"GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging"}
# A full key may ask for these; the bucket, or the store, says no.
REFUSED = {
    "PutBucket": 409,
    "DeleteBucket": 409,
    "RestoreObject": 403,
    "SelectObject": 501,
    "PostObject": 400,
}
ALLOWED = {
    "full": READ | WRITE | REMOVE | LOOK | CONFIGURE | REFUSED.keys(),
    "data": READ | WRITE | REMOVE | LOOK | {"PostObject"},
    "blind": READ | WRITE | {"PostObject"},
    "read": READ,
    "none": set(),
}


def copied(own: Bucket, source: str = "there") -> Reply:
    header = {"x-cos-copy-source": f"{own.name}.cos.ap-guangzhou.myqcloud.com/{source}"}
    return own.ask("PUT", "copy", headers=header)


def deleted(own: Bucket, *keys: str) -> Reply:
    items = "".join(f"<Object><Key>{key}</Key></Object>" for key in keys)
    return own.ask("POST", params={"delete": ""}, body=f"<Delete>{items}</Delete>".encode())


def completed(own: Bucket, upload: str) -> Reply:
    part = b"<Part><PartNumber>1</PartNumber><ETag>0cc175b9c0f1b6a831c399e269772661</ETag></Part>"
    body = b"<CompleteMultipartUpload>" + part + b"</CompleteMultipartUpload>"
    return own.ask("POST", "big", params={"uploadId": upload}, body=body)


ACTIONS: dict[str, Callable[[Bucket, str], Reply]] = {
    "GetService": lambda own, _: send("GET", signed_service(own)),
    "HeadBucket": lambda own, _: own.ask("HEAD"),
    "GetBucket": lambda own, _: own.ask("GET", params={"prefix": "th"}),
    "GetBucketCORS": lambda own, _: own.ask("GET", params={"cors": ""}),
    "PutBucketCORS": lambda own, _: own.ask("PUT", params={"cors": ""}, body=RULES),
    "DeleteBucketCORS": lambda own, _: own.ask("DELETE", params={"cors": ""}),
    "GetBucketACL": lambda own, _: own.ask("GET", params={"acl": ""}),
    "PutBucketACL": lambda own, _: own.ask("PUT", params={"acl": ""}),
    "GetBucketLocation": lambda own, _: own.ask("GET", params={"location": ""}),
    "PutBucketLifecycle": lambda own, _: own.ask("PUT", params={"lifecycle": ""}, body=LIFECYCLE),
    "PutBucketPolicy": lambda own, _: own.ask("PUT", params={"policy": ""}, body=b"{}"),
    "GetBucketObjectVersions": lambda own, _: own.ask("GET", params={"versions": ""}),
    "PutBucket": lambda own, _: own.ask("PUT"),
    "DeleteBucket": lambda own, _: own.ask("DELETE"),
    "HeadObject": lambda own, _: own.ask("HEAD", "there"),
    "GetObject": lambda own, _: own.ask("GET", "there"),
    "GetObjectACL": lambda own, _: own.ask("GET", "there", params={"acl": ""}),
    "PutObjectACL": lambda own, _: own.ask("PUT", "there", params={"acl": ""}),
    "GetObjectTagging": lambda own, _: own.ask("GET", "there", params={"tagging": ""}),
    "PutObjectTagging": lambda own, _: own.ask("PUT", "there", params={"tagging": ""}, body=TAGS),
    "DeleteObjectTagging": lambda own, _: own.ask("DELETE", "there", params={"tagging": ""}),
    "AppendObject": lambda own, _: own.ask("POST", "log", params={"append": "", "position": "0"}, body=b"x"),
    "RestoreObject": lambda own, _: own.ask("POST", "there", params={"restore": ""}, body=b"<R/>"),
    "SelectObject": lambda own, _: own.ask("POST", "there", params={"select": ""}, body=b"<S/>"),
    "PutObject": lambda own, _: own.ask("PUT", "new", body=b"x"),
    "PostObject": lambda own, _: own.ask("POST", body=b"x"),
    "CopyObject": lambda own, _: copied(own),
    "DeleteObject": lambda own, _: own.ask("DELETE", "there"),
    "DeleteObjects": lambda own, _: deleted(own, "there", "second"),
    "InitiateMultipartUpload": lambda own, _: own.ask("POST", "big", params={"uploads": ""}),
    "UploadPart": lambda own, upload: own.ask(
        "PUT", "big", params={"uploadId": upload, "partNumber": "1"}, body=b"a"
    ),
    "ListParts": lambda own, upload: own.ask("GET", "big", params={"uploadId": upload}),
    "CompleteMultipartUpload": completed,
    "AbortMultipartUpload": lambda own, upload: own.ask("DELETE", "big", params={"uploadId": upload}),
    "ListMultipartUploads": lambda own, _: own.ask("GET", params={"uploads": ""}),
}


def signed_service(own: Bucket) -> str:
    return own.signed_url("GET", "").replace(f"/{own.name}/", "/")


@pytest.fixture(scope="module")
def keys(sandbox: Sandbox) -> dict[str, Bucket]:
    return {rights: key_of(sandbox, rights=rights) for rights in ALLOWED}


@pytest.fixture
def upload(bucket: Bucket) -> Iterator[str]:
    """An unfinished upload of `big`, in a bucket that holds `there`, `second` and CORS rules."""
    for key in ("there", "second"):
        bucket.ask("PUT", key, body=key.encode())
    bucket.ask("PUT", params={"cors": ""}, body=RULES)
    text = bucket.ask("POST", "big", params={"uploads": ""}).body.decode()
    upload = re.findall("<UploadId>(.*?)<", text)[0]
    bucket.ask("PUT", "big", params={"uploadId": upload, "partNumber": "1"}, body=b"a")
    yield upload
    for key in ("new", "copy", "big", "log"):
        bucket.ask("DELETE", key)


def state(bucket: Bucket) -> list[object]:
    """Everything a request could have changed."""
    listing = re.findall("<Key>.*?</Key>|<ETag>.*?</ETag>", bucket.ask("GET").body.decode())
    uploads = re.findall("<UploadId>.*?<", bucket.ask("GET", params={"uploads": ""}).body.decode())
    settings = [bucket.ask("GET", params={name: ""}).body for name in ("cors", "acl")]
    tags = [bucket.ask("GET", key, params={"tagging": ""}).body for key in ("there", "second")]
    return [listing, uploads, *settings, *tags]


def test_the_matrix_misses_no_action() -> None:
    assert set(ACTIONS) == ALLOWED["full"]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("rights", ALLOWED)
def test_a_key_does_what_its_rights_name_and_nothing_else(
    keys: dict[str, Bucket], bucket: Bucket, upload: str, rights: str, action: str
) -> None:
    before = state(bucket)
    reply = ACTIONS[action](keys[rights], upload)
    if action == "DeleteObjects" and action not in ALLOWED[rights]:
        assert reply.body.count(b"<Code>AccessDenied</Code>") == 2
        assert b"<Deleted>" not in reply.body
    elif action in ALLOWED[rights]:
        assert reply.status in ([REFUSED[action]] if action in REFUSED else (200, 204))
        return
    else:
        assert reply.status == 403
        assert reply.code == ("" if action.startswith("Head") else "AccessDenied")
    assert state(bucket) == before


def test_a_part_of_the_query_does_not_widen_a_request(keys: dict[str, Bucket], upload: str) -> None:
    own = keys["read"]
    for method, key, params in (
        ("DELETE", "big", {"uploadId": upload, "prefix": ""}),
        ("GET", "", {"acl": "", "uploads": ""}),
        ("GET", "", {"cors": "", "prefix": ""}),
        ("PUT", "there", {"uploadId": upload, "partNumber": "1"}),
        ("POST", "there", {"uploads": "", "delete": ""}),
    ):
        assert own.ask(method, key, params=params, body=b"").code == "AccessDenied"


def test_a_signed_address_is_worth_what_its_key_is(keys: dict[str, Bucket], upload: str) -> None:
    for rights, status in (("data", 200), ("read", 200), ("none", 403)):
        assert send("GET", keys[rights].signed_url("GET", "there")).status == status
    for rights, status in (("data", 200), ("blind", 200), ("read", 403)):
        assert send("PUT", keys[rights].signed_url("PUT", "new"), b"x").status == status


def test_a_key_opens_no_other_bucket_whatever_its_rights(
    sandbox: Sandbox, keys: dict[str, Bucket], other_bucket: Bucket
) -> None:
    other_bucket.ask("PUT", "there", body=b"theirs")
    for own in (*keys.values(), key_of(sandbox, rights="full", bucket="third-1250000000")):
        url = own.signed_url("GET", "there")
        assert send("GET", url.replace(own.name, other_bucket.name)).code == "AccessDenied"
        strange = Bucket(own.store, other_bucket.name, own.secret_id, own.secret_key)
        assert deleted(strange, "there").code == "AccessDenied"
    assert other_bucket.ask("GET", "there").body == b"theirs"


def test_a_stranger_deletes_nothing(bucket: Bucket, upload: str) -> None:
    body = b"<Delete><Object><Key>there</Key></Object></Delete>"
    reply = send("POST", bucket.url("") + "?delete", body)
    assert (reply.status, reply.code) == (403, "AccessDenied")
    assert bucket.ask("HEAD", "there").status == 200


def test_a_public_bucket_is_open_to_everybody_as_far_as_its_list_says(
    sandbox: Sandbox, keys: dict[str, Bucket], upload: str
) -> None:
    own = key_of(sandbox, rights="full", bucket="public-1250000000")
    own.ask("PUT", "there", body=b"mine")
    stranger = Bucket(own.store, own.name, keys["full"].secret_id, keys["full"].secret_key)
    seen = []
    for acl in ("private", "public-read", "public-read-write", "private"):
        assert knock(sandbox, "buckets", {"bucket": own.name, "acl": acl}).status == 200
        seen.append(
            (
                send("GET", own.url("there")).status,
                send("GET", own.url("")).status,
                send("PUT", own.url("new"), b"x").status,
                send("GET", own.url("") + "?acl").status,
                stranger.ask("GET", "there").status,
                own.ask("GET", "there").status,
            )
        )
    closed = (403, 403, 403, 403, 403, 200)
    assert seen == [closed, (200, 200, 403, 403, 200, 200), (200, 200, 200, 403, 200, 200), closed]


@pytest.mark.parametrize(
    ("acl", "permissions"),
    [("private", []), ("public-read", ["READ"]), ("public-read-write", ["READ", "WRITE"])],
)
def test_the_access_list_names_everybody_when_a_bucket_is_public(
    sandbox: Sandbox, acl: str, permissions: list[str]
) -> None:
    own = key_of(sandbox, rights="full", bucket="listed-1250000000")
    knock(sandbox, "buckets", {"bucket": own.name, "acl": acl})
    text = own.ask("GET", params={"acl": ""}).body.decode()
    group = "http://cam.qcloud.com/groups/global/AllUsers</URI></Grantee><Permission>(.*?)<"
    assert re.findall(f'xsi:type="Group"><URI>{group}', text) == permissions
    assert text.count('xsi:type="CanonicalUser"><ID>') == text.count("FULL_CONTROL") == 1
