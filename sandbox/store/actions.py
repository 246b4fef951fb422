"""Names what a request to the store asks for, so that rights and handlers cannot disagree about it."""

from urllib.parse import unquote

from sandbox.store.request import StoreRequest

COPY_SOURCE = "x-cos-copy-source"
VERBS = {"GET": "Get", "HEAD": "Head", "PUT": "Put", "POST": "Post", "DELETE": "Delete"}
PARTS = {
    "cors": "CORS",
    "acl": "ACL",
    "versions": "ObjectVersions",
    "domaincertificate": "DomainCertificate",
    "object-lock": "ObjectLockConfiguration",
    "intelligenttiering": "IntelligentTiering",
    "intelligent-tiering": "IntelligentTiering",
    "response-control": "ResponseControl",
} | {
    name: name.capitalize() for name in (
        "accelerate", "append", "domain", "encryption", "inventory", "lifecycle", "live", "location",
        "logging", "origin", "policy", "referer", "replication", "restore", "retention", "select", "symlink",
        "tagging", "torrent", "versioning", "website",
    )
}  # fmt: skip
NAMED_OTHERWISE = {
    "PostObjectAppend": "AppendObject",
    "PostObjectRestore": "RestoreObject",
}
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
            action = VERBS.get(request.method, "") + thing + name
            return NAMED_OTHERWISE.get(action, action)
    special = _object_action(request) if request.key else _bucket_action(request)
    plain = request.method in VERBS and request.method != "POST"
    return special or (VERBS[request.method] + thing if plain else "")


def needs(request: StoreRequest, action: str, *, bucket: str) -> list[tuple[str, str, str]]:
    """Action, bucket and key of everything the request must be allowed to do; nothing for a delete of many
    keys, as each of them is asked for by itself."""
    if action == "DeleteObject" and not request.key:
        return []
    reads = action in ("PutObject", "UploadPart") and COPY_SOURCE in request.headers
    return [(action, bucket, request.key), *([("GetObject", *source_of(request))] if reads else [])]


def source_of(request: StoreRequest) -> tuple[str, str]:
    """Bucket and key that x-cos-copy-source names."""
    host, _, key = unquote(request.headers[COPY_SOURCE].partition("?")[0]).partition("/")
    return host.partition(".")[0], key


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
