"""The words of the command `python -m sandbox`, and what each may be."""

import argparse
import math
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from sandbox.assembly import REGION
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


def parser() -> argparse.ArgumentParser:
    """Reads the words into what `Sandbox` and its trouble take; refuses with a sentence what cannot be."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        usage="python -m sandbox [options]",
        description="Stands in for Tencent's smart music platform (TMP) and its COS bucket, on this machine.",
        epilog=EPILOG,
        formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(
            prog, max_help_position=24, width=min(100, shutil.get_terminal_size().columns)
        ),
    )
    _add_place(parser.add_argument)
    _add_trouble(parser.add_argument)
    add = parser.add_argument
    add("--version", action="version", version=f"TMP Portal's sandbox {_version()}")
    add("--verbose", action="store_true", help="log every request, without queries and secrets")
    return parser


def _add_place(add: Callable[..., object]) -> None:
    """Where it is, how long things take, and who may do what there."""
    usual = _folder()
    add("--data", type=_named, default=usual, metavar="DIR", help=f"all it keeps ({_short(usual)})")
    add("--pace", choices=PACES, default="looks", metavar="PACE", help="how long things take (looks)")
    add("--ears", choices=EARS, default=LISTEN, metavar="EARS", help="how jobs are performed (listen)")
    add("--port", type=_port, metavar="N", help="gateway port (that of the last start, or any)")
    add("--store-port", type=_port, metavar="N", help="store port (that of the last start, or any)")
    add("--host", type=_host, metavar="HOST", help="this machine's own loopback only")
    add("--buckets", type=_count, default=1, metavar="N", help="buckets with a key each (1)")
    add("--since-2024", action="store_true", help="its buckets refuse path style")
    add("--most", type=_size, metavar="SIZE", help="bytes the store takes, as in 20G (no limit)")
    add("--key-rights", type=_rights, default=FULL, metavar="RIGHTS", help="of new keys (full)")


def _add_trouble(add: Callable[..., object]) -> None:
    """What goes wrong, and how it speaks."""
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
    told = "a reading of docs/dialects.md, or random:SEED"
    add("--dialect", action="append", default=[], metavar="NAME=WORD", help=told)


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
