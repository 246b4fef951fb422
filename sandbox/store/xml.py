"""COS speaks XML without namespaces; this writes it and reads it with the dangerous parts refused."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import TypeAlias
from xml.etree import ElementTree

from sandbox.store.errors import StoreError

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # XML 1.0 cannot say these

Node: TypeAlias = "str | int | None | Mapping[str, Node] | Sequence[Node]"


def write(root: str, content: Node) -> bytes:
    """One XML document; a list under a name repeats that element."""
    return ("<?xml version='1.0' encoding='utf-8' ?>\n" + _element(root, content)).encode()


def _element(name: str, content: Node) -> str:
    if isinstance(content, Mapping):
        inner = "".join(_element(key, value) for key, value in content.items())
    elif isinstance(content, Sequence) and not isinstance(content, str):
        return "".join(_element(name, item) for item in content)
    else:
        inner = "" if content is None else escape(CONTROL.sub("?", str(content)), quote=False)
    return f"<{name}>{inner}</{name}>"


def read(body: bytes) -> ElementTree.Element:
    """The root of a request body, names without namespaces. Raises StoreError MalformedXML."""
    # A document type is the only way to entity bombs and outside files; COS needs none.
    if b"<!" in body:
        raise StoreError("MalformedXML", "The XML you provided has a document type.")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314  (no document type gets here)
    except ElementTree.ParseError as error:
        raise StoreError("MalformedXML", "The XML you provided was not well-formed.") from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def iso(seconds: float) -> str:
    """Seconds since 1970 as COS writes times in XML."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
