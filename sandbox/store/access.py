"""Who may do what to which key: the caller's bound buckets and rights, and what ACLs let everybody do."""

from sandbox.store.actions import needs
from sandbox.store.errors import StoreError
from sandbox.store.files import Files
from sandbox.store.keys import Credential
from sandbox.store.request import StoreRequest
from sandbox.store.rights import PUBLIC, decide, resource_of

READS = frozenset(("GetObject", "HeadObject"))


def admit(files: Files, request: StoreRequest, action: str) -> None:
    """Let a request pass whose signature was checked. Raises StoreError NoSuchBucket or AccessDenied."""
    if action == "PutBucket":
        return _admit_maker(files, request)
    # In path style the bucket is not part of the signed text: without binding keys to buckets, a URL
    # signed for one bucket would open the same key in any other.
    caller = request.caller
    bucket = request.bucket or (caller.bucket if caller else "")
    if caller and request.bucket:
        _check_place(files, request)
    stranger = caller is None or not files.keys.opens(caller.secret_id, bucket)
    if stranger and request.bucket and action not in public(files, bucket, request.key):
        raise StoreError("AccessDenied", "Access Denied.")
    for needed, place, key in needs(request, action, bucket=bucket):
        if not may(files, caller, needed, bucket=place, key=key):
            raise StoreError("AccessDenied", "Access Denied.")


def may(files: Files, caller: Credential | None, action: str, *, bucket: str, key: str) -> bool:
    """Whether the caller (None: everybody) may do it; the bucket itself has an empty key."""
    verdict = None
    if caller and (files.keys.opens(caller.secret_id, bucket) or action == "GetService"):
        verdict = _decided(caller, action, _resource(files, bucket, key))
    return action in public(files, bucket, key) if verdict is None else verdict


def public(files: Files, bucket: str, key: str) -> frozenset[str]:
    """The actions that everybody may do; an object's own ACL speaks about reading it only."""
    allowed = PUBLIC[files.keys.acl(bucket)]
    stored = files.find(bucket, key) if key else None
    acl = stored.headers.get("x-cos-acl", "default") if stored else "default"
    if acl == "default":
        return allowed
    return allowed - READS if acl == "private" else allowed | READS


def _admit_maker(files: Files, request: StoreRequest) -> None:
    caller = request.caller
    if caller is None or not _decided(caller, "PutBucket", _resource(files, request.bucket, "")):
        raise StoreError("AccessDenied", "Access Denied.")


def _check_place(files: Files, request: StoreRequest) -> None:
    found = files.keys.bucket(request.bucket)
    if found is None or request.region not in ("", found.region):
        raise StoreError("NoSuchBucket", "The specified bucket does not exist.")


def _decided(caller: Credential, action: str, resource: str) -> bool | None:
    """As rights.decide; a temporary key needs the word of both its own rights and those it was made with."""
    verdicts = [decide(rights, action, resource) for rights in (caller.rights, caller.within)]
    return False if False in verdicts else None if None in verdicts else True


def _resource(files: Files, bucket: str, key: str) -> str:
    found = files.keys.bucket(bucket)
    return resource_of(bucket, key, region=found.region if found else files.keys.home)
