"""GET and PUT ?acl of buckets and objects: the canned lists, shown as grants as COS shows them."""

from sandbox.store import xml as store_xml
from sandbox.store.errors import StoreError
from sandbox.store.files import Files
from sandbox.store.listing import OWNER
from sandbox.store.request import Answer, StoreRequest

ALL_USERS = "http://cam.qcloud.com/groups/global/AllUsers"
GRANTS = {"private": (), "public-read": ("READ",), "public-read-write": ("READ", "WRITE")}
CANNED = {frozenset(permissions): acl for acl, permissions in GRANTS.items()}
GRANTEE = '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="{}">'


def show(files: Files, request: StoreRequest) -> Answer:
    """GET ?acl. Raises StoreError NoSuchKey."""
    headers = {"Content-Type": "application/xml"}
    acl = files.keys.acl(request.bucket)
    if request.key:
        stored = files.find(request.bucket, request.key)
        if stored is None:
            raise StoreError("NoSuchKey", "The specified key does not exist.")
        acl = stored.headers.get("x-cos-acl", "private")
        # An object without a list of its own inherits the bucket's, which is not shown there.
        headers |= {} if "x-cos-acl" in stored.headers else {"x-cos-acl": "default"}
    grants: list[store_xml.Node] = [{"Grantee": OWNER, "Permission": "FULL_CONTROL"}]
    for permission in GRANTS[acl]:
        grants.append({"Grantee": {"URI": ALL_USERS}, "Permission": permission})
    content: store_xml.Node = {"Owner": OWNER, "AccessControlList": {"Grant": grants}}
    body = store_xml.write("AccessControlPolicy", content)
    for start, kind in (("<ID>", "CanonicalUser"), ("<URI>", "Group")):
        body = body.replace(b"<Grantee>" + start.encode(), (GRANTEE.format(kind) + start).encode())
    return Answer(headers=headers, body=body)


def change(files: Files, request: StoreRequest) -> Answer:
    """PUT ?acl, by header or by document. Raises StoreError."""
    document = request.document()
    acl = canned(request)
    if acl and document:
        raise StoreError("UnexpectedContent", "Give the ACL in a header or in the body, not in both.")
    acl = acl or (_of_document(document) if document else "private")
    if request.key:
        files.amend(request.bucket, request.key, {"x-cos-acl": "" if acl == "default" else acl})
    else:
        files.keys.share(request.bucket, acl)
    return Answer()


def canned(request: StoreRequest) -> str:
    """The request's x-cos-acl, empty when it has none. Raises StoreError for one that does not exist, and
    for grants to single accounts, which the sandbox has not."""
    if any(name.startswith("x-cos-grant-") for name in request.headers):
        raise StoreError("NotImplemented", "The sandbox's store grants to everybody or to nobody.")
    acl = request.headers.get("x-cos-acl", "")
    known = {*GRANTS, "default"} - {"public-read-write"} if request.key else GRANTS
    if acl and acl not in known:
        raise StoreError("InvalidArgument", "The ACL you specified does not exist.")
    return acl


def _of_document(document: bytes) -> str:
    permissions = set()
    for grant in store_xml.read(document).iter("Grant"):
        grantee, permission = grant.find("Grantee"), (grant.findtext("Permission") or "").strip()
        if grantee is None:
            raise StoreError("MalformedXML", "A grant has no grantee.")
        if (grantee.findtext("URI") or "").strip() == ALL_USERS:
            permissions.add(permission)
        elif (grantee.findtext("ID") or "").strip() != OWNER["ID"]:
            raise StoreError("NotImplemented", "The sandbox's store grants to everybody or to nobody.")
    if frozenset(permissions) not in CANNED:
        raise StoreError("InvalidArgument", "No canned ACL grants just that.")
    return CANNED[frozenset(permissions)]
