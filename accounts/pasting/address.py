"""Finds a bucket in the addresses that a store and its console show, and the service in those of TMP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl

from tencent.formats import check_bucket_name, check_endpoint, check_region

_REGION = r"[a-z]{2,12}-[a-z]{2,20}(?:-[a-z0-9]{1,12}){0,3}"
_STORE = r"(?:myqcloud\.com|tencentcos\.(?:cn|com))(?![\w-]|\.\w)"
_BUCKET = r"(?<![\w.-])(?P<bucket>[a-z0-9][a-z0-9-]{0,60}-\d{5,12})"
_ADDRESSES = (
    re.compile(rf"{_BUCKET}\.(?:cos|cos-website|cos-internal|ci)\.(?P<region>[a-z0-9-]{{2,40}})\.{_STORE}"),
    re.compile(rf"{_BUCKET}\.(?P<region>file)\.myqcloud\.com(?![\w-]|\.\w)"),
    re.compile(
        rf"(?<![\w.-])cos\.(?P<region>{_REGION})\.{_STORE}/(?P<bucket>[a-z0-9][a-z0-9-]{{0,60}}-\d{{5,12}})"
        r"(?![\w-])"
    ),
)
_SCHEME = re.compile(r"\bcosn?://(?P<bucket>[a-z0-9][a-z0-9-]{0,60}-\d{5,12})(?![\w-]|\.\w)")
_CONSOLE = re.compile(
    r"console(?:\.[a-z]{2,8})?\.(?:cloud\.tencent|tencentcloud)\.com/cos[a-z0-9]{0,4}[^\s?#\"'<>]{0,100}[?#](?P<query>[^\s\"'<>]+)",
    re.IGNORECASE,
)
_NO_REGION = re.compile(r"accelerate.*|file")
_GATEWAY = re.compile(
    r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:/[\w.~-]+)*?/(?:register|job)(?![\w-]|[/.]\w)",
    re.IGNORECASE,
)
_OF_TMP = re.compile(
    r"https?://[A-Za-z0-9.-]*(?:\.apigw\.tencentcs\.com|mediax\.tencent\.com)[:/]", re.IGNORECASE
)
_ACTION = re.compile(r"/(?:register|job)/?\Z", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a bucket is; `region` is "" where the address names none (acceleration, cos://)."""

    bucket: str
    region: str
    bucket_from: str = "host name"
    region_from: str = "host name"


def places_in(text: str) -> Iterator[Place]:
    """Every bucket that an address in the text names."""
    lower = text.lower()
    for pattern in _ADDRESSES:
        for found in pattern.finditer(lower):
            region = "" if _NO_REGION.fullmatch(found["region"]) else found["region"]
            if check_bucket_name(found["bucket"]) is None and (not region or check_region(region) is None):
                yield Place(bucket=found["bucket"], region=region)
    for found in _SCHEME.finditer(lower):
        yield Place(bucket=found["bucket"], region="", bucket_from=found[0].partition("//")[0] + "//")
    for found in _CONSOLE.finditer(text):
        if place := _in_console(found["query"]):
            yield place


def find_place(text: str) -> Place | None:
    """The bucket of a text that is one address; None when it is none, or names several."""
    places = set(places_in(text)) if "." in text or "://" in text else set()
    return places.pop() if len(places) == 1 else None


def _in_console(query: str) -> Place | None:
    asked = {name.lower(): value for name, value in parse_qsl(query.replace("#", "&").replace("?", "&"))}
    name = "bucket" if "bucket" in asked else "bucketname"
    if check_bucket_name(asked.get(name, "")) is not None:
        return None
    region = asked.get("region", "")
    return Place(
        bucket=asked[name],
        region=region if check_region(region) is None else "",
        bucket_from="bucket=" if name == "bucket" else "bucketName=",
        region_from="region=",
    )


def region_in(text: str) -> str:
    """`ap-guangzhou` out of `广州（中国）（ap-guangzhou）`; the whole text when it is not that clear."""
    found = set(re.findall(rf"(?<![\w.-]){_REGION}(?![\w.-])", text, re.ASCII))
    return str(found.pop()) if len(found) == 1 else text


def gateway_base(url: str) -> str:
    """The service's address as the portal keeps it: no action, no slash behind; "" for what is no address."""
    base = _ACTION.sub("", url.partition("?")[0].partition("#")[0]).rstrip("/")
    return base if check_endpoint(base) is None and len(base) <= 255 else ""


def gateways_in(text: str, *, anyone: bool) -> list[str]:
    """Addresses that end in an action of TMP, in order; only on TMP's hosts unless `anyone` may answer."""
    return [url for url in _GATEWAY.findall(text) if anyone or _OF_TMP.match(url)]
