"""Names what a request to the store asks for, so that rights and handlers cannot disagree about it."""

from sandbox.store.objects import source_of
from sandbox.store.request import StoreRequest

VERBS = {"GET": "Get", "HEAD": "Head", "PUT": "Put", "POST": "Post", "DELETE": "Delete"}
PARTS = {"cors": "CORS", "acl": "ACL", "versions": "ObjectVersions"} | {
    name: name.capitalize() for name in (
        "append", "encryption", "inventory", "lifecycle", "location", "logging", "policy", "referer",
        "replication", "restore", "select", "tagging", "torrent", "versioning", "website",
    )
}  # fmt: skip
STEPS = {
    "GET": "ListParts",
    "PUT": "UploadPart",
    "POST": "CompleteMultipartUpload",
    "DELETE": "AbortMultipartUpload",
}


def action_of(request: StoreRequest) -> str:
    """The COS action (without `name/cos:`); empty when COS has none for it. A delete of many keys is
    DeleteObject without a key."""
    if request.method == "OPTIONS":
        return "OptionsObject"
    if not request.bucket:
        return "GetService" if request.method == "GET" else ""
    thing = "Object" if request.key else "Bucket"
    for part, name in PARTS.items():
        if part in request.query:
            return VERBS.get(request.method, "") + thing + name
    special = _object_action(request) if request.key else _bucket_action(request)
    return special or (VERBS[request.method] + thing if request.method in VERBS else "")


def needs(request: StoreRequest, action: str) -> list[tuple[str, str]]:
    """Action and key of everything the request must be allowed to do; nothing for a delete of many keys, as
    each of them is asked for by itself."""
    if action == "DeleteObject" and not request.key:
        return []
    reads = action in ("PutObject", "UploadPart") and "x-cos-copy-source" in request.headers
    return [(action, request.key), *([("GetObject", source_of(request)[1])] if reads else [])]


def _bucket_action(request: StoreRequest) -> str:
    if request.method == "GET" and "uploads" in request.query:
        return "ListMultipartUploads"
    if request.method == "POST":
        return "DeleteObject" if "delete" in request.query else "PostObject"
    return ""


def _object_action(request: StoreRequest) -> str:
    if request.method == "POST" and "uploads" in request.query:
        return "InitiateMultipartUpload"
    return STEPS.get(request.method, "") if "uploadId" in request.query else ""
