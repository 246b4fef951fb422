"""Buckets themselves: made, looked at, listed by their owner's key, and deleted."""

import time
from collections.abc import Callable, Mapping
from operator import ge, gt, le, lt
from typing import Any

from sandbox.store import xml as store_xml
from sandbox.store.acl import canned
from sandbox.store.configurations import tags_of
from sandbox.store.errors import StoreError
from sandbox.store.files import Files
from sandbox.store.keys import Bucket
from sandbox.store.listing import OWNER
from sandbox.store.request import BUCKET_NAME, Answer, StoreRequest

MOST_PER_PAGE = 2000
LONGEST_NAME = 63  # characters of a DNS label; the SDK's own tests exceed the 60 for a host of doc 436/13312
TRAITS = {"BucketAZConfig": "x-cos-bucket-az-type", "BucketArchConfig": "x-cos-bucket-arch"}
RANGES: Mapping[str, Callable[[Any, Any], bool]] = {"gt": gt, "gte": ge, "lt": lt, "lte": le}


def create(files: Files, request: StoreRequest) -> Answer:
    """PUT Bucket, in the region that the host names; the caller's key is bound to it. Raises StoreError."""
    name, region = request.bucket, request.region or files.keys.home
    if not BUCKET_NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise StoreError("InvalidBucketName", "The specified bucket is not valid.")
    root = store_xml.read(request.document() or b"<CreateBucketConfiguration/>")
    traits = {header: root.findtext(name) or "" for name, header in TRAITS.items()}
    made = Bucket(
        name=name,
        created=time.time(),
        region=region,
        acl=canned(request) or "private",
        traits={header: value for header, value in traits.items() if value},
    )
    owner = request.caller.secret_id if request.caller else ""
    if not files.keys.create(made, owner=owner):
        own = files.keys.opens(owner, name)
        code = "BucketAlreadyOwnedByYou" if own else "BucketAlreadyExists"
        raise StoreError(code, "The bucket you tried to create exists already.")
    return Answer(headers={"Location": f"http://{request.host}/"})


def head(files: Files, request: StoreRequest) -> Answer:
    """HEAD Bucket: its region, and how it was made."""
    found = _found(files, request)
    return Answer(headers={"x-cos-bucket-region": found.region, **found.traits})


def locate(files: Files, request: StoreRequest) -> Answer:
    """GET ?location."""
    body = store_xml.write("LocationConstraint", _found(files, request).region)
    return Answer(headers={"Content-Type": "application/xml"}, body=body)


def delete(files: Files, request: StoreRequest) -> Answer:
    """DELETE Bucket. Raises StoreError BucketNotEmpty."""
    files.remove_bucket(request.bucket)
    return Answer(status=204)


def list_own(files: Files, request: StoreRequest) -> Answer:
    """GET Service: the buckets that the caller's key opens, perhaps of one region, with one tag or of some
    time only. Raises StoreError."""
    ask = request.query.get
    marker, region, tag = ask("marker", ""), ask("region", request.region), ask("tagkey")
    owner = request.caller.secret_id if request.caller else ""
    found = [
        bucket
        for bucket in files.keys.buckets_of(owner)
        if bucket.name > marker and region in ("", bucket.region) and _made_then(bucket, request)
    ]
    if tag:
        found = [each for each in found if tags_of(files, each.name).get(tag) == ask("tagvalue", "")]
    size = ask("max-keys") or str(MOST_PER_PAGE)
    if not (size.isascii() and size.isdigit() and int(size) > 0):
        raise StoreError("InvalidArgument", "max-keys must be a number above zero.")
    page = found[: min(int(size), MOST_PER_PAGE)]
    more = len(page) < len(found)
    facts: dict[str, store_xml.Node] = {"Marker": marker, "IsTruncated": "true" if more else "false"}
    if more:
        facts["NextMarker"] = page[-1].name
    content = {"Owner": OWNER, "Buckets": {"Bucket": [_entry(bucket) for bucket in page]}, **facts}
    body = store_xml.write("ListAllMyBucketsResult", content)
    return Answer(headers={"Content-Type": "application/xml"}, body=body)


def _entry(bucket: Bucket) -> store_xml.Node:
    created = store_xml.iso(bucket.created).replace(".000Z", "Z")
    return {"Name": bucket.name, "Location": bucket.region, "CreationDate": created, "BucketType": "cos"}


def _made_then(bucket: Bucket, request: StoreRequest) -> bool:
    compare, moment = request.query.get("range", ""), request.query.get("create-time", "")
    if not compare and not moment:
        return True
    if compare not in RANGES or not (moment.isascii() and moment.isdigit()):
        raise StoreError(
            "InvalidArgument", "range is gt, gte, lt or lte, and create-time a number of seconds."
        )
    return RANGES[compare](int(bucket.created), int(moment))


def _found(files: Files, request: StoreRequest) -> Bucket:
    found = files.keys.bucket(request.bucket)
    if found is None:
        raise StoreError("NoSuchBucket", "The specified bucket does not exist.")
    return found
