"""A caller of TMP and COS written from the protocol alone: the portal's own code must not be the judge."""

import base64
import email.utils
import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

Json = dict[str, object]
BEAT = {"outputType": 4, "drumType": 2, "enlargeLevel": 3, "splitNum": 3}


@dataclass(frozen=True)
class Reply:
    """An HTTP answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The Code of a COS error, or empty."""
        return self.body.decode().partition("<Code>")[2].partition("</Code>")[0]


def send(
    method: str, url: str, body: bytes | Iterable[bytes] = b"", headers: Mapping[str, str] = {}
) -> Reply:
    """One request on a fresh connection, sent exactly as spelt."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
        given = (
            {"Content-Length": str(len(body))}
            if isinstance(body, bytes) and method in ("PUT", "POST")
            else {}
        )
        connection.request(method, target, body or None, given | dict(headers))
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, found, answer.read())
    finally:
        connection.close()


@dataclass(frozen=True)
class Bucket:
    """A bucket at a store, with the keys that sign for it."""

    store: str
    name: str
    secret_id: str
    secret_key: str = field(repr=False)

    def signature(
        self,
        method: str,
        key: str,
        *,
        params: Mapping[str, str] = {},
        headers: Mapping[str, str] = {},
        start: float | None = None,
        seconds: int = 300,
    ) -> dict[str, str]:
        """The q-* fields for a request on `/key`; params and headers given are signed."""
        begin = int(time.time() if start is None else start)
        span = f"{begin};{begin + seconds}"
        texts = []
        for values in (params, headers):
            pairs = sorted((encoded(name).lower(), encoded(value)) for name, value in values.items())
            texts.append(pairs)
        lines = [method.lower(), "/" + key]
        lines += ["&".join(f"{name}={value}" for name, value in pairs) for pairs in texts]
        digest = hashlib.sha1(("\n".join(lines) + "\n").encode()).hexdigest()
        sign_key = hmac.new(self.secret_key.encode(), span.encode(), hashlib.sha1).hexdigest()
        signature = hmac.new(
            sign_key.encode(), f"sha1\n{span}\n{digest}\n".encode(), hashlib.sha1
        ).hexdigest()
        return {
            "q-sign-algorithm": "sha1",
            "q-ak": self.secret_id,
            "q-sign-time": span,
            "q-key-time": span,
            "q-header-list": ";".join(name for name, _ in texts[1]),
            "q-url-param-list": ";".join(name for name, _ in texts[0]),
            "q-signature": signature,
        }

    def url(self, key: str, params: Mapping[str, str] = {}) -> str:
        query = "?" + urlencode(params, quote_via=quote) if params else ""
        return f"{self.store}/{self.name}/{quote(key)}{query}"

    def signed_url(self, method: str, key: str, params: Mapping[str, str] = {}, **more) -> str:
        """A URL that needs no header to be used."""
        return self.url(key, {**params, **self.signature(method, key, params=params, **more)})

    def ask(
        self,
        method: str,
        key: str = "",
        *,
        params: Mapping[str, str] = {},
        body: bytes | Iterable[bytes] = b"",
        headers: Mapping[str, str] = {},
    ) -> Reply:
        """One request, signed in its Authorization header together with the host, as the Python SDK does."""
        signed = {"host": urlsplit(self.store).hostname or "", **{k.lower(): v for k, v in headers.items()}}
        fields = self.signature(method, key, params=params, headers=signed)
        authorization = "&".join(f"{name}={value}" for name, value in fields.items())
        return send(method, self.url(key, params), body, {**headers, "Authorization": authorization})


def encoded(text: str) -> str:
    return quote(text, safe="-_.~")


@dataclass(frozen=True)
class Caller:
    """A registered account at a gateway."""

    gateway: str
    source: str
    info: Mapping[str, str]

    def headers(self) -> dict[str, str]:
        date = email.utils.formatdate(usegmt=True)
        text = f"date: {date}\nsource: {self.source}"
        digest = hmac.new(self.info["apiGateSecretKey"].encode(), text.encode(), hashlib.sha1).digest()
        authorization = (
            f'hmac id="{self.info["apiGateSecretId"]}", algorithm="hmac-sha1", '
            f'headers="date source", signature="{base64.b64encode(digest).decode()}"'
        )
        return {
            "Content-Type": "application/json",
            "Authorization": authorization,
            "Date": date,
            "Source": self.source,
        }

    def call(self, action: str, **members: object) -> dict:
        """One signed call of /job; the answer's JSON."""
        keys = {"secretId": self.info["tmpSecretId"], "secretKey": self.info["tmpSecretKey"]}
        body = json.dumps({"action": action, **keys, **members}).encode()
        reply = send("POST", f"{self.gateway}/job", body, self.headers())
        assert reply.status == 200, reply
        return reply.json

    def job(self, path: str, **changes: object) -> Json:
        """A createJobRequest for one song of the account's bucket."""
        library = self.info["tmpContentId"]
        output = {
            "contentId": library,
            "destination": "/output/musicBeat",
            "inputSelectors": [0],
            "smartContentDescriptor": {"musicBeat": BEAT},
        }
        return {
            "inputs": [{"source": {"contentId": library, "path": path}}],
            "outputs": [output],
            "customId": "one",
            **changes,
        }

    def create(self, request: Json) -> str:
        """Create a job that must be accepted; its id."""
        return self.call("CreateJob", createJobRequest=request)["createJobResponse"]["job"]["id"]

    def look(self, job_id: str) -> dict:
        return self.call("GetJob", getJobRequest={"id": job_id})["getJobResponse"]["job"]

    def finish(self, job_id: str, seconds: float = 60) -> dict:
        """Look until the job has ended."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            job = self.look(job_id)
            if job["state"] >= 3:
                return job
            time.sleep(0.05)
        raise AssertionError(f"job {job_id} did not end within {seconds} s: {job}")


def registration(bucket: Bucket, **changes: object) -> Json:
    """A Register body; `changes` replace members of registerRequest."""
    config = {
        "secretId": bucket.secret_id,
        "secretKey": bucket.secret_key,
        "bucket": bucket.name,
        "region": "ap-guangzhou",
    }
    request = {"operateUin": "100000000001", "userName": "demo", "cosConfig": config, **changes}
    return {"requestId": "first", "action": "Register", "registerRequest": request}


def register(gateway: str, bucket: Bucket, **changes: object) -> Caller:
    """Register an account that must be accepted."""
    body = registration(bucket, **changes)
    reply = send(
        "POST", f"{gateway}/register", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    request = body["registerRequest"]
    assert isinstance(request, dict)
    return Caller(gateway, f"{request['operateUin']}_{request['userName']}", reply.json["registerInfo"])
