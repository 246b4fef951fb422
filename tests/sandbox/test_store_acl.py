"""ACLs of buckets and objects: what is shown is what everybody may do, and no more."""

import pytest

from tests.sandbox.client import Bucket, send

ALL_USERS = "http://cam.qcloud.com/groups/global/AllUsers"
OWNER = "qcs::cam::uin/100000000001:uin/100000000001"


@pytest.fixture
def own(bucket: Bucket) -> Bucket:
    for key in ("one", "two"):
        bucket.ask("PUT", key, body=key.encode())
    bucket.ask("PUT", params={"acl": ""}, headers={"x-cos-acl": "private"})
    return bucket


def document(*grants: tuple[str, str]) -> bytes:
    items = "".join(
        f"<Grant><Grantee>{who}</Grantee><Permission>{permission}</Permission></Grant>"
        for who, permission in grants
    )
    return (
        f"<AccessControlPolicy><AccessControlList>{items}</AccessControlList></AccessControlPolicy>".encode()
    )


def open_to_all(own: Bucket) -> dict[str, list[int]]:
    """Statuses of GET, HEAD, PUT and DELETE by nobody in particular, per key."""
    methods = ("GET", "HEAD", "PUT")
    return {key: [send(method, own.url(key), b"").status for method in methods] for key in ("one", "two")}


def test_an_object_can_be_public_in_a_private_bucket(own: Bucket) -> None:
    assert own.ask("PUT", "one", params={"acl": ""}, headers={"x-cos-acl": "public-read"}).status == 200
    assert open_to_all(own) == {"one": [200, 200, 403], "two": [403, 403, 403]}
    assert send("GET", own.url("")).status == 403
    assert f"<URI>{ALL_USERS}</URI>" in own.ask("GET", "one", params={"acl": ""}).body.decode()
    assert own.ask("PUT", "one", params={"acl": ""}, headers={"x-cos-acl": "default"}).status == 200
    assert open_to_all(own)["one"] == [403, 403, 403]


def test_an_object_can_be_private_in_a_public_bucket(own: Bucket) -> None:
    own.ask("PUT", params={"acl": ""}, headers={"x-cos-acl": "public-read"})
    assert own.ask("PUT", "one", body=b"x", headers={"x-cos-acl": "private"}).status == 200
    assert open_to_all(own) == {"one": [403, 403, 403], "two": [200, 200, 403]}
    assert own.ask("GET", "two", params={"acl": ""}).headers["x-cos-acl"] == "default"
    assert "x-cos-acl" not in own.ask("GET", "one", params={"acl": ""}).headers
    assert "x-cos-acl" not in own.ask("GET", "one").headers


def test_a_list_of_grants_is_taken_when_it_is_one_of_the_canned_ones(own: Bucket) -> None:
    mine, everybody = (f"<ID>{OWNER}</ID>", "FULL_CONTROL"), f"<URI>{ALL_USERS}</URI>"
    assert own.ask("PUT", params={"acl": ""}, body=document(mine, (everybody, "READ"))).status == 200
    assert open_to_all(own)["one"] == [200, 200, 403]
    assert own.ask("PUT", params={"acl": ""}, body=document(mine)).status == 200
    assert open_to_all(own)["one"] == [403, 403, 403]
    assert own.ask("PUT", params={"acl": ""}, body=document((everybody, "WRITE"))).code == "InvalidArgument"


def test_grants_to_single_accounts_are_said_to_be_missing(own: Bucket) -> None:
    other = document(("<ID>qcs::cam::uin/2:uin/2</ID>", "READ"))
    assert own.ask("PUT", params={"acl": ""}, body=other).status == 501
    header = {"x-cos-grant-read": 'id="100000000002"'}
    assert own.ask("PUT", params={"acl": ""}, headers=header).status == 501
    assert own.ask("PUT", "one", body=b"x", headers=header).status == 501
    assert own.ask("GET", "one").body == b"one"


@pytest.mark.parametrize(
    ("key", "acl"), [("", "public-read-writ"), ("", "default"), ("one", "public-read-write")]
)
def test_an_acl_that_does_not_exist_is_refused(own: Bucket, key: str, acl: str) -> None:
    assert own.ask("PUT", key, params={"acl": ""}, headers={"x-cos-acl": acl}).code == "InvalidArgument"
    both = own.ask("PUT", params={"acl": ""}, headers={"x-cos-acl": "private"}, body=document())
    assert both.code == "UnexpectedContent"
    assert own.ask("PUT", "missing", params={"acl": ""}, headers={"x-cos-acl": "private"}).code == "NoSuchKey"


def test_a_copy_takes_no_acl_from_its_source(own: Bucket) -> None:
    own.ask("PUT", "one", body=b"one", headers={"x-cos-acl": "public-read"})
    source = {"x-cos-copy-source": f"{own.name}.cos.ap-guangzhou.myqcloud.com/one"}
    assert own.ask("PUT", "two", headers=source).status == 200
    assert open_to_all(own) == {"one": [200, 200, 403], "two": [403, 403, 403]}
