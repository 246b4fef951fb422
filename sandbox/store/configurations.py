"""Settings of a bucket that are kept and shown again, word for word, and have no effect here.

Versions, lifecycle, replication and so on would change what a bucket does on a real account; the sandbox
only remembers them, so that programs which set and read them run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from xml.etree import ElementTree

from sandbox.store import xml as store_xml
from sandbox.store.errors import StoreError
from sandbox.store.files import Files
from sandbox.store.request import Answer, StoreRequest

LARGEST = 1 << 20  # bytes
PAGE = 100  # configurations


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """One sub-resource: `root` is its document's element, `missing` COS's code when it was never set (empty:
    an empty document is shown), `listed` the root of a list where a bucket may have several, told apart by an
    id, of which `default` is taken where none is named; `status` of a PUT."""

    root: str
    missing: str = ""
    listed: str = ""
    default: str = ""
    status: int = 200


KINDS = {
    "encryption": _Kind(root="ServerSideEncryptionConfiguration", missing="NoSuchEncryptionConfiguration"),
    "lifecycle": _Kind(root="LifecycleConfiguration", missing="NoSuchLifecycleConfiguration"),
    "logging": _Kind(root="BucketLoggingStatus"),
    "object-lock": _Kind(root="ObjectLockConfiguration", missing="NoSuchObjectLockConfiguration"),
    "origin": _Kind(root="OriginConfiguration", missing="NoSuchOriginConfiguration"),
    "domain": _Kind(root="DomainConfiguration", missing="NoSuchDomainConfiguration"),
    "policy": _Kind(root="", missing="NoSuchBucketPolicy", status=204),
    "referer": _Kind(root="RefererConfiguration"),
    "replication": _Kind(root="ReplicationConfiguration", missing="ReplicationConfigurationNotFoundError"),
    "tagging": _Kind(root="Tagging", missing="NoSuchTagSet", status=204),
    "versioning": _Kind(root="VersioningConfiguration"),
    "website": _Kind(root="WebsiteConfiguration", missing="NoSuchWebsiteConfiguration"),
    "inventory": _Kind(
        root="InventoryConfiguration",
        missing="NoSuchConfiguration",
        listed="ListInventoryConfigurationResult",
    ),
    "intelligenttiering": _Kind(root="IntelligentTieringConfiguration", default="default"),
    "intelligent-tiering": _Kind(
        root="IntelligentTieringConfiguration",
        missing="NoSuchConfiguration",
        listed="ListBucketIntelligentTieringConfigurationsResult",
    ),
}
SAME = {"intelligent-tiering": "intelligenttiering"}  # two spellings of one setting


def configure(files: Files, request: StoreRequest) -> Answer:
    """GET, PUT or DELETE of one. Raises StoreError."""
    name = next(name for name in KINDS if name in request.query)
    kind = KINDS[name]
    named = request.query.get("id", kind.default)
    step: dict[str, Callable[[Files, str, str, str, StoreRequest], Answer]] = {"GET": _show, "PUT": _set}
    return step.get(request.method, _delete)(files, name, SAME.get(name, name), named, request)


def tags_of(files: Files, bucket: str) -> dict[str, str]:
    """The bucket's tags."""
    row = _row(files, bucket, "tagging", "")
    return tags_in(row) if row else {}


def tags_in(document: bytes) -> dict[str, str]:
    """Keys and values of a Tagging document. Raises StoreError MalformedXML."""
    found = store_xml.read(document).iter("Tag")
    return {(tag.findtext("Key") or "").strip(): (tag.findtext("Value") or "").strip() for tag in found}


def _show(files: Files, name: str, kept: str, named: str, request: StoreRequest) -> Answer:
    kind = KINDS[name]
    if kind.listed and not named:
        return _list(files, kind, kept, request)
    document = _row(files, request.bucket, kept, named)
    if document is None and kind.missing:
        raise StoreError(kind.missing, "The bucket has no such configuration.")
    content_type = "application/xml" if kind.root else "application/json"
    body = store_xml.write(kind.root, None) if document is None else document
    return Answer(headers={"Content-Type": content_type}, body=body)


def _set(files: Files, name: str, kept: str, named: str, request: StoreRequest) -> Answer:
    document, kind = request.document(LARGEST), KINDS[name]
    if not document and not kind.missing:
        return _delete(files, name, kept, named, request)
    if kind.listed and not named:
        raise StoreError("InvalidArgument", "The configuration has no id.")
    if kind.root:
        root = store_xml.read(document)
        if root.tag != kind.root:
            raise StoreError("MalformedXML", f"A {kind.root} was expected.")
        document = _as_shown(name, root, document)
    sql = "replace into configuration values(?, ?, ?, ?)"
    files.database.run(sql, request.bucket, kept, named, document)
    return Answer(status=kind.status)


def _delete(files: Files, name: str, kept: str, named: str, request: StoreRequest) -> Answer:
    sql = "delete from configuration where bucket = ? and name = ? and id = ?"
    files.database.run(sql, request.bucket, kept, named)
    return Answer(status=200 if request.method == "PUT" else 204)


def _list(files: Files, kind: _Kind, kept: str, request: StoreRequest) -> Answer:
    """Pages in the order in which the configurations were made."""
    after = request.query.get("continuation-token") or "0"
    if not (after.isascii() and after.isdigit()):
        raise StoreError("InvalidArgument", "The continuation token is not one of ours.")
    sql = (
        "select rowid, document from configuration"
        " where bucket = ? and name = ? and rowid > ? order by rowid limit ?"
    )
    rows = files.database.all(sql, request.bucket, kept, int(after), PAGE + 1)
    page = ElementTree.Element(kind.listed)
    for row in rows[:PAGE]:
        page.append(store_xml.read(row["document"]))
    facts = {"IsTruncated": "true" if len(rows) > PAGE else "false", "ContinuationToken": after}
    if len(rows) > PAGE:
        facts["NextContinuationToken"] = str(rows[PAGE - 1]["rowid"])
    for name, text in facts.items():
        ElementTree.SubElement(page, name).text = text
    return Answer(headers={"Content-Type": "application/xml"}, body=ElementTree.tostring(page))


def _as_shown(name: str, root: ElementTree.Element, document: bytes) -> bytes:
    """The document, with what COS itself adds or renames (source: the SDK's own tests)."""
    if name == "website":
        for redirect in root.iter("Redirect"):
            if redirect.find("URLRedirect") is None:
                ElementTree.SubElement(redirect, "URLRedirect").text = "Enabled"
        return ElementTree.tostring(root)
    if name == "encryption":
        for element in root.iter("ApplySideEncryptionConfiguration"):
            element.tag = "ApplyServerSideEncryptionByDefault"
        return ElementTree.tostring(root)
    return document


def _row(files: Files, bucket: str, name: str, named: str) -> bytes | None:
    sql = "select document from configuration where bucket = ? and name = ? and id = ?"
    row = files.database.one(sql, bucket, name, named)
    return row["document"] if row else None
