"""The command `python -m sandbox`: starts the stand-in, says where it is, and serves until told to stop."""

import argparse
import logging
import math
import os
import re
import shutil
import signal
import socket
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

from sandbox.assembly import REGION, BusyError, Sandbox
from sandbox.dialects import DialectError
from sandbox.dialects import read as read_dialect
from sandbox.gateway.control import MOST_CALLS, MOST_SKEW
from sandbox.gateway.words import lasting_fault, lasting_outcome, lasting_store_fault
from sandbox.platform.pace import PACES
from sandbox.platform.quick import EARS, LISTEN
from sandbox.platform.refusing import RefusedError
from sandbox.store.rights import FULL, PolicyError, granted
from sandbox.trouble.mishaps import Mishap

EPILOG = """\
paces   instant nothing waits | looks states 1 and 2 are shown twice each
        clock as slow as TMP: Register two minutes, a job at least 35 s
ears    listen a job hears its song | quick it needs none, and is done at once
rights  full | data as the guide grants | tight[:PREFIX] the least that works
        blind no deletes, no lists of uploads | read | none

WORDS are a kind and what narrows it, until cleared or their times are over:
  --fault "http status=503 action=CreateJob share=0.1"
  --outcome "never_ends custom_id=night- times=1" --fault "slow seconds=2"

Printed: gateway=, store=, bucket=, region=, secret_id=, secret_key=, one a line.
Open the gateway's address in a browser: how to point curl, the guide's demo or
the portal at it, what arrived, every kind of trouble. More: docs/sandbox.md
"""


def main() -> int:
    """Serve until SIGTERM or SIGINT; 2 when folder, ports or dialect are not to be had."""
    options = _parser().parse_args()
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
    _announce(sandbox)
    if sys.stdout.isatty():
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        usage="python -m sandbox [options]",
        description="Stands in for Tencent's smart music platform (TMP) and its COS bucket, on this machine.",
        epilog=EPILOG,
        formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(
            prog, max_help_position=24, width=min(100, shutil.get_terminal_size().columns)
        ),
    )
    add = parser.add_argument
    usual = _folder()
    add("--data", type=_named, default=usual, metavar="DIR", help=f"all it keeps ({_short(usual)})")
    add("--pace", choices=PACES, default="looks", metavar="PACE", help="how long things take (looks)")
    add("--ears", choices=EARS, default=LISTEN, metavar="EARS", help="how jobs are performed (listen)")
    add("--port", type=_port, metavar="N", help="gateway port (that of the last start, or any)")
    add("--store-port", type=_port, metavar="N", help="store port (that of the last start, or any)")
    add("--host", type=_host, metavar="HOST", help="this machine's own loopback only")
    add("--buckets", type=_count, default=1, metavar="N", help="buckets with a key each (1)")
    add(
        "--since-2024",
        action="store_true",
        help="its buckets refuse path style",
    )
    add("--most", type=_size, metavar="SIZE", help="bytes the store takes, as in 20G (no limit)")
    add("--key-rights", type=_rights, default=FULL, metavar="RIGHTS", help="of new keys (full)")
    words: tuple[tuple[str, Callable[[str], Mishap], str], ...] = (
        ("--fault", lasting_fault, "spoils calls; may be repeated"),
        ("--outcome", lasting_outcome, "ends jobs so; may be repeated"),
        ("--store-fault", lasting_store_fault, "spoils the store's answers"),
    )
    for name, read, effect in words:
        add(name, type=_sentence(read), action="append", default=[], metavar="WORDS", help=effect)
    add("--limit", type=_calls, default=0, metavar="N", help="calls a second and caller; more are told 429")
    add("--skew", type=_skew, default=0, metavar="SECONDS", help="how far the clock is ahead (0)")
    add("--seed", type=int, metavar="N", help="lets shares of faults fall the same way again")
    add(
        "--dialect",
        action="append",
        default=[],
        metavar="NAME=WORD",
        help="a reading of docs/dialects.md, or random:SEED",
    )
    add("--version", action="version", version=f"TMP Portal's sandbox {_version()}")
    add("--verbose", action="store_true", help="log every request, without queries and secrets")
    return parser


def _folder() -> Path:
    """Where caches of this user belong."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "tmp-sandbox"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tmp-sandbox"


def _named(text: str) -> Path:
    if not text.strip():
        raise argparse.ArgumentTypeError("a folder has a name")
    return Path(text)


def _short(folder: Path) -> str:
    home = str(Path.home())
    return f"~{str(folder).removeprefix(home)}" if str(folder).startswith(home + "/") else str(folder)


def _host(text: str) -> str:
    if text not in ("127.0.0.1", "localhost"):
        raise argparse.ArgumentTypeError(
            f"the sandbox binds to loopback only (127.0.0.1), not to {text}: whoever reaches it can make keys"
            " and order faults. From another machine, forward both ports: ssh -L PORT:127.0.0.1:PORT HOST"
        )
    return text


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 1 << 16):
        raise argparse.ArgumentTypeError(f"a port is a number from 0 (any) to 65535, not {text}")
    return int(text)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 100):
        raise argparse.ArgumentTypeError(f"1 to 100 buckets, not {text}")
    return int(text)


def _size(text: str) -> int:
    found = re.fullmatch(r"([0-9]{1,15})([KMGT]?)", text)
    if not found:
        raise argparse.ArgumentTypeError(f"a size is a number, or one of K, M, G or T as in 20G, not {text}")
    return int(found[1]) << 10 * " KMGT".index(found[2] or " ")


def _calls(text: str) -> float:
    value = _number(text)
    if not 0 <= value <= MOST_CALLS:
        raise argparse.ArgumentTypeError(f"0 (no limit) to {MOST_CALLS:g} calls a second, not {text}")
    return value


def _skew(text: str) -> float:
    value = _number(text)
    if not -MOST_SKEW <= value <= MOST_SKEW:
        raise argparse.ArgumentTypeError(f"a clock is off by at most {MOST_SKEW} seconds, not {text}")
    return value


def _number(text: str) -> float:
    """Not a number, which lies within no bounds, for what is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _rights(text: str) -> str:
    try:
        granted(text, bucket="any-1", region=REGION)
    except PolicyError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _sentence(read: Callable[[str], Mishap]) -> Callable[[str], Mishap]:
    """As `read`, with the words of its refusal as argparse's own."""

    def reading(words: str) -> Mishap:
        try:
            return read(words)
        except RefusedError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return reading


def _version() -> str:
    """The first heading of the project's changelog, which the portal reads too."""
    changelog = Path(__file__).resolve().parent.parent / "CHANGELOG.md"
    return changelog.read_text(encoding="utf-8").split("\n## ", 1)[1].split()[0]


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
