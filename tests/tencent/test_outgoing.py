"""The one outgoing door: no way of writing an address leads inside, and nothing goes on for ever."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tencent.outgoing import Door, addresses_of
from tencent.public_hosts import is_public
from tencent.targets import Declined, Forbidden, OutgoingError, Oversized, Unreached

HOST, PUBLIC = "songs.example.com", "93.184.216.34"
URL = f"https://{HOST}/song.mp3?part=1"
MOST = 1024 * 1024
FORBIDDEN_HOSTS = [
    *("127.0.0.1", "127.1", "0x7f.1", "0177.0.0.1", "2130706433", "0x7f000001", "0", "0.0.0.0", "127.0.0.1."),
    *("①②⑦.⓪.⓪.①", "127。0。0。1", "localhost", "LOCALHOST", "localhost.", "a.localhost"),
    *("10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "169.254.0.23"),
    *("100.100.100.200", "168.63.129.16", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
    *("198.18.0.1", "192.0.2.1", "192.88.99.1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::127.0.0.1]"),
    *("[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2001::1]", "[fe80::1]", "[fe80::1%25lo]"),
    *("[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[2001:db8::1]", "[3fff::1]"),
    *("nas.local", "db.internal", "router", "1.1", "1.2.3", "0x01010101", "16843009", "010.8.8.8"),
]
FORBIDDEN = [
    *(f"https://{host}/song.mp3" for host in FORBIDDEN_HOSTS),
    *(
        f"http://{HOST}/",
        f"ftp://{HOST}/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_x",
        "https://",
        "https:///x",
    ),
    *(f"https://{HOST}:8443/", f"https://{HOST}:22/", f"https://{HOST}:0/", f"https://{HOST}:99999/"),
    *(f"https://user:word@{HOST}/", f"https://{HOST}@127.0.0.1/", "https://127.0.0.1\\@good.com/"),
    *(
        f"https://{HOST} /",
        f"https://{HOST}/a\r\nHost: b",
        f"https://{HOST}/\tx",
        "https://[::1",
        "//127.0.0.1/",
    ),
]


class Listener:
    """A server on loopback: plain, or with TLS; counts who comes."""

    def __init__(
        self, script: Callable[[socket.socket], None], context: ssl.SSLContext | None = None
    ) -> None:
        self.requests: list[bytes] = []
        self.came = 0
        self._script = script
        self._context = context
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def connect(self, _address: str, _port: int, seconds: float) -> socket.socket:
        """What stands for the way to a public address."""
        return socket.create_connection(("127.0.0.1", self.port), seconds)

    def _run(self) -> None:
        while True:
            try:
                peer, _ = self._server.accept()
            except OSError:
                return
            self.came += 1
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        try:
            with self._context.wrap_socket(peer, server_side=True) if self._context else peer as served:
                self.requests.append(served.recv(65536))
                self._script(served)
        except OSError:
            return


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's and the client's side of a certificate for HOST."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder: Path = tmp_path_factory.mktemp("tls")
    pem = made.public_bytes(serialization.Encoding.PEM)
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "both.pem").write_bytes(pem + key.private_bytes(*plain))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "both.pem")
    return server, ssl.create_default_context(cadata=pem.decode())


@pytest.fixture
def serving(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> Iterator[Callable[..., tuple[Listener, Door]]]:
    """A server of HOST that says what it is told, and a door that finds it at PUBLIC."""
    listeners: list[Listener] = []

    def serve(
        *answers: bytes, script: Callable[[socket.socket], None] | None = None
    ) -> tuple[Listener, Door]:
        left = list(answers)
        listener = Listener(script or (lambda peer: peer.sendall(left.pop(0))), tls[0])
        listeners.append(listener)
        door = Door(resolve=lambda _host, _port: [PUBLIC], connect=listener.connect, context=tls[1])
        return listener, door

    yield serve
    for listener in listeners:
        listener.close()


def read(door: Door, url: str = URL, *, most: int = MOST, seconds: float = 5.0) -> bytes:
    with door.open(url, most_bytes=most, seconds=lambda _length: seconds) as incoming:
        return b"".join(incoming.chunks)


def answer(body: bytes, *headers: str, state: str = "200 OK") -> bytes:
    lines = (f"HTTP/1.1 {state}", *headers, f"Content-Length: {len(body)}", "", "")
    return "\r\n".join(lines).encode() + body


@contextmanager
def refused(kind: type[OutgoingError], cause: str) -> Iterator[None]:
    with pytest.raises(kind) as caught:
        yield
    assert caught.value.cause == cause
    assert HOST not in str(caught.value)


@pytest.mark.parametrize("url", FORBIDDEN)
def test_no_spelling_of_an_address_leads_inside(url: str) -> None:
    listener = Listener(lambda peer: None)

    def resolve(host: str, port: int) -> list[str]:
        # What the real resolver makes of numbers, without asking anybody else.
        try:
            return [str(each[4][0]) for each in socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST)]
        except OSError:
            return ["127.0.0.1"]

    with pytest.raises(Forbidden):
        read(Door(resolve=resolve, connect=listener.connect), url)
    listener.close()
    assert listener.came == 0


@pytest.mark.parametrize(
    "found", [["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["::1"], ["::ffff:10.0.0.1"], ["fe80::1%eth0"]]
)
def test_a_name_that_leads_inside_is_refused_even_if_only_by_one_of_its_addresses(found: list[str]) -> None:
    listener = Listener(lambda peer: None)
    with refused(Forbidden, "not_public"):
        read(Door(resolve=lambda _host, _port: found, connect=listener.connect))
    listener.close()
    assert listener.came == 0


def test_the_name_is_asked_once_and_the_address_that_was_checked_is_the_one_connected() -> None:
    asked, connected = [], []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    def connect(address: str, port: int, _seconds: float) -> socket.socket:
        connected.append((address, port))
        raise ConnectionRefusedError

    with refused(Unreached, "refused"):
        read(Door(resolve=resolve, connect=connect))
    assert (asked, connected) == ([HOST], [(PUBLIC, 443)])


def test_the_systems_own_resolver_is_asked_for_names() -> None:
    assert set(addresses_of("localhost", 443)) <= {"127.0.0.1", "::1"}
    assert not any(is_public(address) for address in addresses_of("localhost", 443))


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "2606:4700:4700::1111", "2001:4860:4860::8888"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_a_file_comes_whole_with_name_and_host_as_typed(serving) -> None:
    listener, door = serving(answer(b"song" * 1000))
    assert read(door) == b"song" * 1000
    head = listener.requests[0].decode()
    assert head.startswith("GET /song.mp3?part=1 HTTP/1.1\r\n")
    assert f"Host: {HOST}\r\n" in head
    assert "Cookie" not in head and "Authorization" not in head


def test_another_machines_certificate_is_refused(serving) -> None:
    _listener, door = serving(answer(b"song"))
    with refused(Unreached, "tls"):
        read(door, "https://other.example.com/song.mp3")


def test_redirects_are_followed_within_bounds_and_checked_anew(serving) -> None:
    hop = answer(b"", f"Location: https://{HOST}/there", state="302 Found")
    listener, door = serving(hop, answer(b"song"))
    assert read(door) == b"song"
    assert listener.requests[1].startswith(b"GET /there ")
    for inward in (
        "https://127.0.0.1/",
        "http://127.0.0.1:9000/",
        "https://[::1]/",
        f"http://{HOST}/",
        "file:///etc",
    ):
        listener, door = serving(answer(b"", f"Location: {inward}", state="302 Found"))
        with pytest.raises(Forbidden):
            read(door)
        assert listener.came == 1
    _listener, door = serving(*[hop] * 9)
    with refused(Forbidden, "redirects"):
        read(door)


@pytest.mark.parametrize(
    ("said", "kind", "cause"),
    [
        (answer(b"", state="403 Forbidden"), Declined, "http_403"),
        (answer(b"", state="404 Not Found"), Declined, "http_404"),
        (answer(b"", state="503 Busy"), Unreached, "server_error"),
        (answer(b"x", "Content-Encoding: gzip"), Declined, "encoded"),
        (answer(b"x", *(f"X-{n}: {'y' * 8000}" for n in range(9))), Declined, "headers"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", Unreached, "cut"),
        (b"nothing of the kind\r\n\r\n", Unreached, "network"),
    ],
)
def test_what_is_no_file_has_its_word(serving, said: bytes, kind: type[OutgoingError], cause: str) -> None:
    _listener, door = serving(said)
    with refused(kind, cause):
        read(door)


@pytest.mark.parametrize("length", ["Content-Length: 3000000", "Connection: close"])
def test_what_is_too_large_ends_whether_it_says_so_or_not(serving, length: str) -> None:
    def script(peer: socket.socket) -> None:
        peer.sendall(f"HTTP/1.1 200 OK\r\n{length}\r\n\r\n".encode())
        for _ in range(3000):
            peer.sendall(bytes(1000))

    _listener, door = serving(script=script)
    with refused(Oversized, "too_large"):
        read(door)


def test_a_drip_ends_at_the_deadline(serving) -> None:
    def script(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(200):
            peer.sendall(b"x")
            time.sleep(0.05)

    _listener, door = serving(script=script)
    started = time.monotonic()
    with refused(Unreached, "deadline"):
        read(door, seconds=0.6)
    assert time.monotonic() - started < 2


def test_no_proxy_of_the_environment_is_asked(serving, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = Listener(lambda peer: None)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    _listener, door = serving(answer(b"song"))
    assert read(door) == b"song"
    proxy.close()
    assert proxy.came == 0


def test_the_trusted_origin_is_loopback_or_nothing_and_only_as_typed() -> None:
    listener = Listener(lambda peer: peer.sendall(answer(b"song")))
    origin = f"http://127.0.0.1:{listener.port}"
    assert read(Door(trusted_origin=origin), f"{origin}/a") == b"song"
    for url in (f"http://localhost:{listener.port}/a", f"http://127.0.0.1:{listener.port + 1}/a"):
        with pytest.raises(Forbidden):
            read(Door(trusted_origin=origin), url)
    with pytest.raises(Forbidden):
        read(Door(trusted_origin="http://10.0.0.1:80"), "http://10.0.0.1:80/a")
    listener.close()
    assert listener.came == 1
