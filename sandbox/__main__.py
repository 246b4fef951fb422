"""The command `python -m sandbox`: starts the stand-in, says where it is, and serves until told to stop."""

import argparse
import logging
import signal
import socket
import sys
from pathlib import Path

from sandbox.assembly import BusyError, Sandbox
from sandbox.dialects import DialectError
from sandbox.dialects import read as read_dialect
from sandbox.platform.pace import PACES
from sandbox.platform.quick import EARS, LISTEN
from sandbox.store.rights import FULL, NAMED

EPILOG = """\
Printed at the start, one line each: gateway=, store=, bucket=, region=, secret_id= and secret_key= (a bucket
that is ready to be used; further ones with a number, as in bucket2=). The keys are made at the first start of
a data folder and kept there, as are accounts, jobs and files. The gateway's address opens in a browser.

key rights: full    everything
            data    data read and write as the bucket's page grants it: no ACL, CORS, location
            blind   as data, but deletes nothing and lists no unfinished uploads
            read    lists and reads
            none    nothing

paces: instant   nothing waits
       looks     Register takes 1 s; GetJob shows states 1 and 2 twice each before a job's end
       clock     Register takes 120 s, a job at least 35 s: as slow as the real service

ears: listen    a job hears its song, one job at a time
      quick     a job hears nothing and needs no song; its one file of beats follows from its custom id

What arrived is told by GET /_ledger; POST /_control/... orders faults, outcomes, barriers, another clock and
a call limit: see docs/sandbox.md.
"""


def main() -> int:
    """Serve until SIGTERM or SIGINT; 2 when the folder or a port is taken, or there is no such dialect."""
    options = _parser().parse_args()
    level = logging.INFO if options.verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(name)s %(message)s")
    told_to_stop = _listen_for_signals()
    try:
        sandbox = Sandbox(
            options.data,
            pace=PACES[options.pace],
            port=options.port,
            store_port=options.store_port,
            buckets=options.buckets,
            key_rights=options.key_rights,
            ears=options.ears,
            seed=options.seed,
            skew=options.skew,
            dialect=read_dialect(options.dialect),
        )
    except (BusyError, DialectError, OSError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    sandbox.start()
    _announce(sandbox)
    told_to_stop.recv(1)
    sandbox.stop()
    return 0


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
        description="Stands in for Tencent's smart music platform (TMP) and its COS bucket, on this machine.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="DIR", help="folder that keeps everything")
    add("--pace", choices=PACES, default="looks", help="how long things take (default: looks)")
    add("--port", type=int, default=0, metavar="N", help="gateway port (default: any free one)")
    add("--store-port", type=int, default=0, metavar="N", help="store port (default: any free one)")
    add("--buckets", type=int, default=1, metavar="N", help="ready buckets (default: 1)")
    add("--key-rights", choices=NAMED, default=FULL, help="rights of keys made at this start (default: full)")
    add("--ears", choices=EARS, default=LISTEN, help="how jobs are performed (default: listen)")
    add("--seed", type=int, metavar="N", help="makes ordered chances fall the same way again")
    add("--skew", type=float, default=0, metavar="SECONDS", help="how far the clock is ahead (default: 0)")
    add(
        "--dialect",
        action="append",
        default=[],
        metavar="NAME=SETTING",
        help="another setting for a switch of docs/dialects.md, or random:SEED; may be repeated",
    )
    add("--version", action="version", version=f"TMP Portal's sandbox {_version()}")
    add("--verbose", action="store_true", help="log every request, without queries and secrets")
    return parser


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


if __name__ == "__main__":
    raise SystemExit(main())
