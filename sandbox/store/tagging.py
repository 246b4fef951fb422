"""Tags of objects: given with a PUT or by ?tagging, counted in answers."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from sandbox.store import xml as store_xml
from sandbox.store.configurations import tags_in
from sandbox.store.errors import StoreError
from sandbox.store.files import Files
from sandbox.store.request import Answer, StoreRequest

TAGS = "x-cos-tagging"  # the header that carries tags, and under which they are kept
MOST, LONGEST_NAME, LONGEST_VALUE = 10, 128, 256  # tags of an object, characters (source: doc 436/42998)


def tag(files: Files, request: StoreRequest) -> Answer:
    """GET, PUT or DELETE ?tagging of an object. Raises StoreError."""
    stored = files.find(request.bucket, request.key)
    if stored is None:
        raise StoreError("NoSuchKey", "The specified key does not exist.")
    if request.method == "GET":
        tags = dict(parse_qsl(stored.headers.get(TAGS, ""), keep_blank_values=True))
        items: list[store_xml.Node] = [{"Key": name, "Value": value} for name, value in tags.items()]
        body = store_xml.write("Tagging", {"TagSet": {"Tag": items}})
        return Answer(headers={"Content-Type": "application/xml"}, body=body)
    tags = tags_in(request.document()) if request.method == "PUT" else {}
    files.amend(request.bucket, request.key, {TAGS: _checked(tags)})
    return Answer(status=200 if request.method == "PUT" else 204)


def tags_of(request: StoreRequest) -> dict[str, str]:
    """The tags to keep with an object, as a header. Raises StoreError."""
    given = dict(parse_qsl(request.headers.get(TAGS, ""), keep_blank_values=True))
    return {TAGS: _checked(given)} if given else {}


def count(headers: Mapping[str, str]) -> dict[str, str]:
    """How many tags an object has, as an answer's header."""
    found = len(parse_qsl(headers.get(TAGS, ""), keep_blank_values=True))
    return {f"{TAGS}-count": str(found)} if found else {}


def _checked(tags: Mapping[str, str]) -> str:
    if len(tags) > MOST:
        raise StoreError("InvalidTag", "An object has at most 10 tags.")
    for name, value in tags.items():
        if not 1 <= len(name) <= LONGEST_NAME or len(value) > LONGEST_VALUE:
            raise StoreError("InvalidTag", "The key or the value of a tag is too long or missing.")
    return urlencode(tags)
