"""Every setting of every switch by itself, then random dialects, or one dialect that is named.

Prints a line for each run and their sum; ends with 1 when the portal did not stand one of them.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

from django.conf import settings
from django.db import connection
from django.test.utils import setup_test_environment

from accounts.models import Account, Registration
from jobs.engine.reading import readers
from sandbox.dialects import STANDARD, SWITCHES, Dialect, DialectError, read
from tests.dialects import journey, processes
from tmpportal.translations import compile_translations

SEED = 20261129
COMBINATIONS = 50


def main(words: list[str]) -> int:
    """0 when the portal stood everything, 2 for words that are no dialect."""
    options = _parser().parse_args(words)
    try:
        asked = [read(options.words)] if options.words else None
    except DialectError as error:
        print(error, file=sys.stderr)
        return 2
    _set_up()
    singles = list(_singles()) if asked is None else []
    randoms = [] if asked else [Dialect.random(options.seed + number) for number in range(options.random)]
    runs = [
        (str(dialect), partial(journey.troubles, dialect)) for dialect in [*(asked or []), *singles, *randoms]
    ]
    heard = [] if asked else [(words, partial(processes.troubles, words)) for words in processes.HEARD]
    failed = sum(not _held(words, run) for words, run in [*runs, *heard])
    readers().end()
    print(
        f"dialects_settings={len(singles)} dialects_combinations={len(randoms)} "
        f"dialects_processes={len(heard)} "
        f"dialects_seed={options.seed} dialects_failed={failed}"
    )
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.dialects", description=__doc__)
    parser.add_argument("words", nargs="*", help="one dialect, as name=setting or random:SEED")
    parser.add_argument("--seed", type=int, default=SEED, help="of the first random dialect")
    parser.add_argument("--random", type=int, default=COMBINATIONS, help="how many of them")
    return parser


def _set_up() -> None:
    logging.disable(logging.ERROR)
    setup_test_environment()
    compile_translations()
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    connection.creation.create_test_db(verbosity=0, autoclobber=True)


def _singles() -> Iterator[Dialect]:
    yield STANDARD
    for switch in SWITCHES.values():
        for setting in list(switch.settings)[1:]:
            yield Dialect({switch.name: setting})


def _held(words: str, run: Callable[[], list[str]]) -> bool:
    started = time.monotonic()
    try:
        found = run()
    finally:
        # What one run left would be looked after in the next.
        Registration.objects.all().delete()
        Account.objects.all().delete()
    seconds = time.monotonic() - started
    verdict = "failed" if found else "held"
    print(f'dialect="{words}" verdict={verdict} seconds={seconds:.1f}', flush=True)
    for trouble in found:
        print(f"    {trouble}", flush=True)
    return not found
