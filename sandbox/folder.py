"""The data folder: made, locked, and with the ports of its last start, each refusal in a sentence."""

import errno
import fcntl
import re
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

from sandbox.server import Server

HIGHEST_PORT = 65_535


class BusyError(Exception):
    """Another sandbox works in this data folder."""


def open_folder(data: Path | str | None, closing: ExitStack) -> Path:
    """The folder, made and locked until `closing`; a temporary one without `data`. Raises BusyError, and
    OSError for one that cannot be made or written."""
    if data is None:
        data = closing.enter_context(tempfile.TemporaryDirectory(prefix="tmp-sandbox-"))
    folder = Path(data).resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = closing.enter_context((folder / "lock").open("w"))
    except OSError as error:
        raise _sentence(error, f"nothing can be kept in {folder}: {_reason(error)}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise BusyError(f"another sandbox works in {folder}") from error
    return folder


def open_servers(
    file: Path, ports: tuple[int | None, int | None], closing: ExitStack
) -> tuple[Server, Server]:
    """Gateway and store at these ports, which the file remembers for the next start. Raises OSError."""
    last = _remembered(file)
    gateway = _bound(ports[0], last[:1])
    closing.callback(gateway.stop)
    store = _bound(ports[1], last[1:])
    closing.callback(store.stop)
    file.write_text(f"{gateway.server_port} {store.server_port}\n")
    return gateway, store


def _remembered(file: Path) -> list[int]:
    """Two ports, or none where the file holds anything else."""
    found = re.fullmatch(rb"([0-9]{1,5}) ([0-9]{1,5})\n", file.read_bytes()) if file.exists() else None
    ports = [int(port) for port in found.groups()] if found else []
    return ports if all(port <= HIGHEST_PORT for port in ports) else []


def _bound(port: int | None, last: list[int]) -> Server:
    if port is None and last:
        with suppress(OSError):
            return Server(last[0])
    try:
        return Server(port or 0)
    except OSError as error:
        words = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be had: {_reason(error)}"
        raise _sentence(error, f"port {port} {words}; name another, or 0 for any that is free") from error


def _reason(error: OSError) -> str:
    if isinstance(error, FileExistsError | NotADirectoryError):
        return "it is no folder"
    return (error.strerror or str(error)).lower()


def _sentence(error: OSError, words: str) -> OSError:
    """An error of the same kind and number whose `strerror` is a sentence for people."""
    return OSError(error.errno, words)
