"""What the sandbox's store costs: a gibibyte up and down in how much memory, and its speed beside nginx's.

One connection each, raw sockets on this machine; store and nginx hand out the same bytes, in turn.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from tests.benchmarks.figures import note
from tests.sandbox.client import Bucket
from tests.sandbox_process import SandboxProcess

MIB = 1 << 20
LARGE, HALF, PART = 1024 * MIB, 512 * MIB, 64 * MIB  # bytes
ROUNDS = 5
PATIENCE = 60.0  # seconds without a byte
NGINX = """
daemon off; user root; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{}}
http {{
    access_log off; sendfile on; tcp_nopush on; default_type application/octet-stream;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{ listen 127.0.0.1:{port}; root {folder}/www; }}
}}
"""


def main() -> dict[str, float]:
    """Print and return the figures."""
    with TemporaryDirectory() as name:
        sandbox = SandboxProcess(Path(name) / "data").start()
        try:
            figures = _measure(sandbox, Path(name))
        finally:
            sandbox.stop()
    print("\n".join(f"{name}={value:.4f}" for name, value in figures.items()), flush=True)
    return figures


def _measure(sandbox: SandboxProcess, folder: Path) -> dict[str, float]:
    own = Bucket(sandbox.store, sandbox.bucket, sandbox.secret_id, sandbox.secret_key)
    idle = _peak_mib(sandbox.pid)
    block = os.urandom(MIB)
    put_seconds = _put(own, "large", block, LARGE)
    parts_seconds = _put_parts(own, "joined", block)
    digest = _get(own.signed_url("GET", "large"), digest=True)[1]
    expected = hashlib.md5(usedforsecurity=False)
    for _ in range(LARGE // MIB):
        expected.update(block)
    if digest != expected.hexdigest():
        raise RuntimeError("the gibibyte that came back is not the one that went up")
    figures = {
        "store_idle_rss_mib": idle,
        "store_rss_mib_1gib": _peak_mib(sandbox.pid),
        "store_put_mib_per_s": LARGE / MIB / put_seconds,
        "store_put_parts_mib_per_s": LARGE / MIB / parts_seconds,
    }
    _put(own, "half", block, HALF)
    return figures | _beside_nginx(own.signed_url("GET", "half", seconds=3600), block, folder)


def _beside_nginx(url: str, block: bytes, folder: Path) -> dict[str, float]:
    """GETs in turn; without nginx only the store's."""
    speeds: dict[str, list[float]] = {"store": [], "nginx": []}
    with _nginx(folder, block) as other:
        for _ in range(ROUNDS):
            for name, address in (("store", url), ("nginx", other)):
                if address:
                    speeds[name].append(HALF / MIB / _get(address)[0])
    figures = {f"{name}_get_mib_per_s": median(found) for name, found in speeds.items() if found}
    if speeds["nginx"]:
        each = (ours / theirs for ours, theirs in zip(speeds["store"], speeds["nginx"], strict=True))
        figures["store_get_vs_nginx"] = median(each)
    return figures


@contextmanager
def _nginx(folder: Path, block: bytes) -> Iterator[str]:
    """The address of the same bytes at an nginx, empty where there is none."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        note("nginx is not installed (apt-get install nginx-light): the store is measured alone")
        yield ""
        return
    (folder / "www").mkdir()
    with (folder / "www" / "half").open("wb") as out:
        for _ in range(HALF // MIB):
            out.write(block)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = folder / "nginx.conf"
    settings.write_text(NGINX.format(folder=folder, port=port))
    process = subprocess.Popen([program, "-c", str(settings)])
    try:
        _wait_for(port)
        note(subprocess.run([program, "-v"], capture_output=True, text=True).stderr.strip())
        yield f"http://127.0.0.1:{port}/half"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("nginx does not listen")


def _put(own: Bucket, key: str, block: bytes, size: int) -> float:
    """Seconds that one PUT of so many bytes takes, until it is answered."""
    url = urlsplit(own.signed_url("PUT", key, seconds=3600))
    head = f"PUT {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Length: {size}\r\n\r\n"
    with _connected(url.hostname or "", url.port or 80) as connection:
        started = time.monotonic()
        connection.sendall(head.encode())
        for _ in range(size // len(block)):
            connection.sendall(block)
        if not connection.recv(65536).startswith(b"HTTP/1.1 200"):
            raise RuntimeError("the store did not take it")
        return time.monotonic() - started


def _put_parts(own: Bucket, key: str, block: bytes) -> float:
    """Seconds that the large object takes in parts, one after the other, and put together."""
    started = time.monotonic()
    body = block * (PART // len(block))
    begun = own.ask("POST", key, params={"uploads": ""}).body.decode()
    upload = begun.partition("<UploadId>")[2].partition("<")[0]
    parts = ""
    for number in range(1, LARGE // len(body) + 1):
        part = own.ask("PUT", key, params={"uploadId": upload, "partNumber": str(number)}, body=body)
        parts += f"<Part><PartNumber>{number}</PartNumber><ETag>{part.headers['etag']}</ETag></Part>"
    document = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
    reply = own.ask("POST", key, params={"uploadId": upload}, body=document)
    if reply.status != 200:
        raise RuntimeError(reply.body.decode())
    return time.monotonic() - started


def _get(address: str, *, digest: bool = False) -> tuple[float, str]:
    """Seconds from the request to the last byte of the body, and its MD5 if that is asked for."""
    url, buffer = urlsplit(address), bytearray(MIB)
    view, md5 = memoryview(buffer), hashlib.md5(usedforsecurity=False)
    target = url.path + (f"?{url.query}" if url.query else "")
    with _connected(url.hostname or "", url.port or 80) as connection:
        started = time.monotonic()
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n".encode())
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        head, _, data = data.partition(b"\r\n\r\n")
        left = int(head.lower().partition(b"content-length:")[2].split()[0]) - len(data)
        md5.update(data)
        while left:
            count = connection.recv_into(view)
            if not count:
                raise RuntimeError("the body ended early")
            left -= count
            if digest:
                md5.update(view[:count])
        return time.monotonic() - started, md5.hexdigest()


def _connected(host: str, port: int) -> socket.socket:
    connection = socket.create_connection((host, port), timeout=PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _peak_mib(pid: int) -> float:
    """The most memory that the process ever had, as Linux counts it."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
