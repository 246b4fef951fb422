"""The command `python -m sandbox`: starts the stand-in, says where it is, and serves until told to stop."""

import argparse
import logging
import signal
import socket
import sqlite3
import sys
from contextlib import suppress

from sandbox.assembly import BusyError, Sandbox
from sandbox.dialects import DialectError
from sandbox.dialects import read as read_dialect
from sandbox.options import parser


def main() -> int:
    """Serve until SIGTERM or SIGINT; 2 when folder, ports or dialect are not to be had."""
    options = parser().parse_args()
    level = logging.INFO if options.verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(name)s %(message)s")
    told_to_stop = _listen_for_signals()
    try:
        sandbox = _built(options)
    except (BusyError, DialectError) as error:
        return _refused(str(error))
    except OSError as error:
        return _refused(error.strerror or str(error))
    except sqlite3.DatabaseError as error:
        return _refused(
            f"what {options.data} holds cannot be used ({error}); move it away, or name another folder"
        )
    sandbox.start()
    # Who reads no further, or closed it, may know the addresses from the last start.
    with suppress(OSError):
        _announce(sandbox)
        if sys.stdout and sys.stdout.isatty():
            _greet(sandbox)
    told_to_stop.recv(1)
    sandbox.stop()
    return 0


def _refused(words: str) -> int:
    print(f"sandbox: {words}", file=sys.stderr)
    return 2


def _built(options: argparse.Namespace) -> Sandbox:
    sandbox = Sandbox(
        options.data,
        pace=options.pace,
        port=options.port,
        store_port=options.store_port,
        buckets=options.buckets,
        key_rights=options.key_rights,
        ears=options.ears,
        seed=options.seed,
        skew=options.skew,
        since_2024=options.since_2024,
        most_bytes=options.most,
        dialect=read_dialect(options.dialect),
    )
    trouble = sandbox.trouble
    for mishaps, ordered in (
        (trouble.faults, options.fault),
        (trouble.outcomes, options.outcome),
        (trouble.store_faults, options.store_fault),
    ):
        for mishap in ordered:
            mishaps.order(mishap)
    trouble.limit.set(options.limit)
    return sandbox


def _listen_for_signals() -> socket.socket:
    # Any thread may be the one that takes a signal, and only a file descriptor wakes the main thread then.
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.detach())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    return reader


def _announce(sandbox: Sandbox) -> None:
    print(f"gateway={sandbox.gateway.url}", f"store={sandbox.store.url}", sep="\n", flush=True)
    for number, credential in enumerate(sandbox.credentials, start=1):
        mark = "" if number == 1 else number
        print(f"bucket{mark}={credential.bucket}", f"region{mark}={sandbox.region}", sep="\n", flush=True)
        print(f"secret_id{mark}={credential.secret_id}", flush=True)
        print(f"secret_key{mark}={credential.secret_key}", flush=True)


def _greet(sandbox: Sandbox) -> None:
    print(
        f"\nOpen {sandbox.gateway.url}/ to see how to point curl, the guide's demo or the portal here.",
        f"Accounts, jobs, files and these keys are kept in {sandbox.data}. Ctrl-C stops.",
        sep="\n",
        flush=True,
    )


if __name__ == "__main__":
    raise SystemExit(main())
