"""Fuzzes views, answers and callbacks on a PostgreSQL of its own: `python -m tests.fuzz --seed 1`.

What was done is kept in var/fuzz, so that a run goes on where the last one of its seed ended. Ends with 1
when a server error, a crash or a believed callback was found; each is printed with what led to it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.servers import PostgresServer


def main() -> int:
    """0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="draws the same again, or goes on (default: 1)")
    parser.add_argument("--hours", type=float, default=12.0, help="stop after so long (default: 12)")
    parser.add_argument("--examples", type=int, default=1_000, help="of each view (default: 1000)")
    parser.add_argument("--answers", type=int, default=100_000, help="of a gateway (default: 100000)")
    parser.add_argument("--callbacks", type=int, default=10_000, help="(default: 10000)")
    parser.add_argument("--only", default="", help="views whose name has this word in it")
    options = parser.parse_args()
    with PostgresServer() as server, tempfile.TemporaryDirectory(prefix="tmp-portal-fuzz-") as name:
        os.environ |= {"DATABASE_URL": server.url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        import django

        django.setup()
        from tests.fuzz.running import run

        return run(options, Path(name))


if __name__ == "__main__":
    sys.exit(main())
