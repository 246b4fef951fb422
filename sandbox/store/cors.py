"""Cross-origin rules of a bucket: kept, matched, and shown on answers so that browsers may upload."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from sandbox.store import xml as store_xml
from sandbox.store.errors import StoreError
from sandbox.store.files import Files
from sandbox.store.request import Answer, StoreRequest

METHODS = {"GET", "PUT", "POST", "DELETE", "HEAD"}
MOST_RULES = 100
VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"


def configure(files: Files, request: StoreRequest) -> Answer:
    """GET, PUT or DELETE ?cors. Raises StoreError."""
    if request.method == "GET":
        rules = _document(files, request.bucket)
        if rules is None:
            raise StoreError("NoSuchCORSConfiguration", "The CORS configuration does not exist.")
        return Answer(headers={"Content-Type": "application/xml"}, body=rules.encode())
    if request.method == "PUT":
        document = request.document(64 << 10)
        _check(store_xml.read(document))
        _save(files, request.bucket, document.decode())
        return Answer()
    _save(files, request.bucket, None)
    return Answer(status=204)


def preflight(files: Files, request: StoreRequest) -> Answer:
    """OPTIONS: what a browser asks before it sends; 403 AccessForbidden without a matching rule."""
    asked = request.headers.get("access-control-request-headers", "")
    wanted = [name.strip().lower() for name in asked.split(",") if name.strip()]
    origin = request.headers.get("origin", "")
    method = request.headers.get("access-control-request-method", "")
    headers = _grant(files, request.bucket, origin=origin, method=method, wanted=wanted)
    if not headers:
        raise StoreError("AccessForbidden", "CORSResponse: This CORS request is not allowed.")
    return Answer(headers=headers)


def decoration(files: Files, request: StoreRequest) -> dict[str, str]:
    """Headers that let the page of the request's Origin read the answer; empty without a rule."""
    origin = request.headers.get("origin")
    if not origin or not request.bucket:
        return {}
    return _grant(files, request.bucket, origin=origin, method=request.method, wanted=())


def _grant(files: Files, bucket: str, *, origin: str, method: str, wanted: Sequence[str]) -> dict[str, str]:
    document = _document(files, bucket)
    for rule in store_xml.read(document.encode()).iter("CORSRule") if document else ():
        origins, methods = _texts(rule, "AllowedOrigin"), _texts(rule, "AllowedMethod")
        allowed = _texts(rule, "AllowedHeader")
        fits = any(_like(pattern, origin) for pattern in origins) and method in methods
        if fits and all(any(_like(pattern, name) for pattern in allowed) for name in wanted):
            headers = {
                "Access-Control-Allow-Origin": "*" if "*" in origins else origin,
                "Access-Control-Allow-Methods": ",".join(methods),
                "Access-Control-Expose-Headers": ",".join(_texts(rule, "ExposeHeader")),
                "Access-Control-Max-Age": (_texts(rule, "MaxAgeSeconds") or ["0"])[0],
                "Vary": VARY,
            }
            return headers | ({"Access-Control-Allow-Headers": ",".join(wanted)} if wanted else {})
    return {}


def _check(root: ElementTree.Element) -> None:
    rules = list(root.iter("CORSRule"))
    if not 1 <= len(rules) <= MOST_RULES:
        raise StoreError("MalformedXML", "Between 1 and 100 CORS rules must be given.")
    for rule in rules:
        methods = _texts(rule, "AllowedMethod")
        if not _texts(rule, "AllowedOrigin") or not methods or not METHODS.issuperset(methods):
            raise StoreError("MalformedXML", "A CORS rule needs an origin, and methods that COS knows.")


def _texts(rule: ElementTree.Element, name: str) -> list[str]:
    return [(element.text or "").strip() for element in rule.findall(name)]


def _like(pattern: str, text: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text, re.IGNORECASE) is not None


def _document(files: Files, bucket: str) -> str | None:
    row = files.database.one("select cors from bucket where name = ?", bucket)
    return row["cors"] if row else None


def _save(files: Files, bucket: str, document: str | None) -> None:
    files.database.run("update bucket set cors = ? where name = ?", document, bucket)
