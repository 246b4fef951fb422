"""A raw store that the bucket tests share: answers by what a request asks for, in COS's own form."""

from __future__ import annotations

import socket

from tencent.bucket import Bucket
from tencent.keys import BucketKeys
from tests.tencent.wire_server import Script, answer

NAME = "songs-1250000000"
KEYS = BucketKeys(secret_id="AKIDbucket", secret_key="bucket-secret-key-1")
XML = {"Content-Type": "application/xml"}
EMPTY = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"


def bucket_at(url: str) -> Bucket:
    return Bucket(NAME, "ap-guangzhou", KEYS, store_url=url)


def xml(body: str, headers: dict[str, str] | None = None) -> Script:
    return answer(200, body, {**XML, **(headers or {})})


def xml_error(state: int, code: str, message: str) -> Script:
    body = (
        f"<Error><Code>{code}</Code><Message>{message}</Message>"
        "<Resource>r</Resource><RequestId>i</RequestId></Error>"
    )
    return answer(state, body, XML)


DENIED = xml_error(403, "AccessDenied", "Access Denied.")


class Store:
    """A script for WireServer: a sound private bucket in ap-guangzhou, but for what `odd` says.

    Its keys are the steps of a check, and `location`, `HEAD` for the two ways to ask for the region.
    """

    def __init__(self, **odd: Script) -> None:
        self.kept: dict[bytes, bytes] = {}
        self._odd = odd

    def __call__(self, peer: socket.socket, request: bytes) -> None:
        method, target, _ = request.split(b" ", 2)
        path, _, query = target.partition(b"?")
        asked = self._asked(method, path, query.split(b"&"))
        if asked in self._odd:
            self._odd[asked](peer, request)
        else:
            self._sound(asked, path, request)(peer, request)

    @staticmethod
    def _asked(method: bytes, path: bytes, query: list[bytes]) -> str:
        is_object = path.rstrip(b"/") != f"/{NAME}".encode()
        if is_object:
            return {b"PUT": "put", b"GET": "get", b"DELETE": "delete"}[method]
        if method == b"HEAD":
            return "HEAD"
        names = {part.split(b"=")[0].decode() for part in query}
        steps = {"cors": "cors", "acl": "acl", "location": "location", "uploads": "multipart"}
        return next((step for name, step in steps.items() if name in names), "list")

    def _sound(self, asked: str, path: bytes, request: bytes) -> Script:
        if asked == "put":
            self.kept[path] = request.partition(b"\r\n\r\n")[2]
        if asked == "delete":
            self.kept.pop(path, None)
        return {
            "list": xml(EMPTY),
            "put": answer(200, b"", {"ETag": '"e"'}),
            "get": answer(200, self.kept.get(path, b"")),
            "HEAD": answer(200, b"", {"x-cos-bucket-region": "ap-guangzhou"}),
            "location": xml("<LocationConstraint>ap-guangzhou</LocationConstraint>"),
            "delete": answer(204),
            "cors": xml(CORS),
            "acl": xml(acl(("qcs::cam::uin/1:uin/1", "ID", "FULL_CONTROL"))),
            "multipart": xml("<ListMultipartUploadsResult></ListMultipartUploadsResult>"),
        }[asked]


CORS = (
    "<CORSConfiguration><CORSRule><AllowedOrigin>https://portal.example</AllowedOrigin>"
    "<AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod></CORSRule></CORSConfiguration>"
)


def acl(*grants: tuple[str, str, str]) -> str:
    """An ACL of (grantee, the member that names it, permission)."""
    kinds = {"ID": "CanonicalUser", "URI": "Group"}
    rows = "".join(
        '<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:type="{kinds[member]}"><{member}>{grantee}</{member}></Grantee>'
        f"<Permission>{permission}</Permission></Grant>"
        for grantee, member, permission in grants
    )
    owner = "<Owner><ID>o</ID><DisplayName>o</DisplayName></Owner>"
    return f"<AccessControlPolicy>{owner}<AccessControlList>{rows}</AccessControlList></AccessControlPolicy>"
