"""T18, T19: where a call was meant to go it goes, over https with a certificate that holds, or nowhere."""

from __future__ import annotations

import asyncio
import datetime
import html
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import LazySettings
from django.urls import reverse

from accounts.clients import gateway_for, gateway_without_keys
from accounts.endpoints import LEGACY, all_endpoints
from accounts.forms import RegistrationForm
from accounts.managing import contact, health
from accounts.models import Registration
from accounts.sentences import explain_bucket, explain_cause
from jobs.models import Job
from tencent.bucket import Bucket
from tencent.errors import BucketError, GatewayError, Unreachable
from tencent.streaming import Streaming
from tencent.transports import Blocking
from tests.accounts.wizard import signed_in
from tests.factories import make_account, make_job, make_registration
from tests.jobs.working import work
from tests.security.inside import HostileResolver, Listeners, guarded
from tests.tencent.stores import bucket_at
from tests.tencent.wire_server import WireServer, answer

# What a call carries.
BODY = b'{"tmpSecretKey": "readable"}'


def blocking(url: str) -> None:
    Blocking().send(f"{url}/job", BODY, {"Connection": "close"}, None, 5.0)


def streamed(url: str) -> None:
    async def run() -> None:
        async with Streaming(at_once=1) as streaming:
            await streaming.send(f"{url}/job", BODY, {}, 5.0)

    asyncio.run(run())


BUCKET_CALLS: dict[str, Callable[[Bucket], Any]] = {
    "list": lambda bucket: bucket.list(seconds=5.0),
    "put": lambda bucket: bucket.put("a", BODY),
    "read": lambda bucket: bucket.read("a", 100, seconds=5.0),
    "head": lambda bucket: bucket.head("a", seconds=5.0),
    "delete": lambda bucket: bucket.delete("a"),
    "lets_in": lambda bucket: bucket.lets_in("https://portal.example.com"),
    "exposure": lambda bucket: bucket.exposure(),
    "copy": lambda bucket: bucket.copy("a", "b", etag="e"),
}
CALLS: dict[str, Callable[[str], Any]] = {
    "blocking": blocking,
    "streamed": streamed,
    **{name: (lambda url, call=call: call(bucket_at(url))) for name, call in BUCKET_CALLS.items()},
}


@pytest.mark.parametrize("state", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("name", CALLS)
def test_a_redirect_takes_nothing_to_a_second_host(name: str, state: int) -> None:
    """T19"""
    second = Listeners(1)
    script = answer(state, b"", {"Location": f"http://127.0.0.1:{second.ports[0]}/"})
    with WireServer(script) as first, suppress(BucketError, GatewayError):
        CALLS[name](first.url)
    second.close()
    assert len(first.requests) == 1
    assert (second.came, second.heard) == (0, [])


class TlsListener:
    """Speaks TLS on loopback with a certificate that nobody vouches for; keeps what it could decipher."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.heard = b""
        self.shaken = threading.Event()
        self._context = context
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._run, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _run(self) -> None:
        with suppress(OSError):
            while True:
                peer, _ = self._server.accept()
                with suppress(OSError), self._context.wrap_socket(peer, server_side=True) as served:
                    self.heard += served.recv(65536)
                self.shaken.set()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound certificate for songs.example.com with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "songs.example.com")])
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now - day, now + day
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("songs.example.com")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file: Path = tmp_path_factory.mktemp("tls") / "both.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*plain))
    return file


@pytest.fixture
def impostor(certificate: Path) -> Iterator[TlsListener]:
    """Who answers in the service's place."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = TlsListener(context)
    yield listener
    listener.close()


@pytest.mark.parametrize("name", CALLS)
def test_a_certificate_that_nobody_vouches_for_is_refused_and_said_so(
    name: str, impostor: TlsListener
) -> None:
    """T18"""
    with pytest.raises((Unreachable, BucketError)) as caught:
        CALLS[name](impostor.url)
    error = caught.value
    said = explain_bucket(error) if isinstance(error, BucketError) else explain_cause(error.cause)
    assert "certificate was not accepted" in str(said)
    assert impostor.shaken.wait(10)
    assert impostor.heard == b""


def test_so_is_a_sound_one_of_another_host(
    impostor: TlsListener, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T18"""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with pytest.raises(Unreachable) as caught:
        blocking(impostor.url)
    assert caught.value.cause == "tls"
    assert impostor.shaken.wait(10)
    assert impostor.heard == b""


@pytest.fixture
def no_plain_http(settings: LazySettings) -> LazySettings:
    """As production is without a word of its owner."""
    settings.PLAIN_HTTP = False
    return settings


def test_where_settings_forbid_plain_http_not_even_the_name_is_asked_for(
    alice: Any, no_plain_http: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T18"""
    resolver = HostileResolver("rebinding")
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    account = make_account(alice, endpoint=LEGACY)
    job, draft = make_job(account), make_registration(alice, endpoint=LEGACY)
    with guarded() as guard:
        for call, row in ((gateway_for, account), (gateway_without_keys, draft)):
            with pytest.raises(Unreachable) as caught:
                call(row)
            assert "forbid plain http" in str(explain_cause(caught.value.cause))
        work()
        health.look(str(account.pk), health.ask(account))
        contact.run(str(account.pk), contact.ask(account), questions=["unknown_job"])
    job.refresh_from_db()
    account.refresh_from_db()
    assert (job.state, job.error_words) == (Job.State.QUEUED, "PlainHttpForbidden")
    assert {row["key"]: row["code"] for row in account.health}["endpoint"] == "PlainHttpForbidden"
    assert account.contact_report["trouble"] == "PlainHttpForbidden"
    host = urlsplit(all_endpoints()[LEGACY].url).hostname
    assert host not in resolver.asked
    assert 80 not in {port for _address, port in guard.outward}


def test_then_nobody_is_offered_it(no_plain_http: LazySettings) -> None:
    """T18"""
    assert LEGACY not in dict(RegistrationForm(registration=Registration()).fields["endpoint"].choices)
    no_plain_http.PLAIN_HTTP = True
    assert LEGACY in dict(RegistrationForm(registration=Registration()).fields["endpoint"].choices)


@pytest.mark.parametrize(
    ("language", "forbidden", "sentence"),
    [
        ("en", False, "This account's keys travel unencrypted."),
        ("zh-hans", False, "这个 TMP 账号的密钥以未加密的方式传输。"),
        ("en", True, "Nothing is sent for this account: its service has no https."),
        ("zh-hans", True, "这个 TMP 账号所用的服务不支持 https，因此不会发送任何内容。"),
    ],
)
def test_every_page_of_such_an_account_says_so_in_red(
    language: str, forbidden: bool, sentence: str, alice: Any, settings: LazySettings
) -> None:
    """T18"""
    settings.PLAIN_HTTP = not forbidden
    account, other = make_account(alice, endpoint=LEGACY), make_account(alice)
    page = signed_in(alice, language)
    for name in ("account_detail", "account_health", "account_settings", "account_people"):
        text = html.unescape(page.get(reverse(f"accounts:{name}", args=[account.pk])).text)
        assert (name, sentence in text, "notice--error" in text) == (name, True, True)
        assert sentence not in html.unescape(page.get(reverse(f"accounts:{name}", args=[other.pk])).text)
