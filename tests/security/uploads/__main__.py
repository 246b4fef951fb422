"""Brings every nasty file by each way, then 2,000 damaged songs: `python -m tests.security.uploads` (T21).

Ends with 1 when one of them ended without a sentence, something was left of it, or memory grew.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.servers import PostgresServer

# Of this process; a song that stayed would be more than pages which Python keeps for the next time.
MOST_GROWTH_MIB = 64.0


def main() -> int:
    """0 when all is well."""
    parser = argparse.ArgumentParser(prog="python -m tests.security.uploads", description=__doc__)
    parser.add_argument("--number", type=int, default=2000, help="how many mutations (default: 2000)")
    parser.add_argument("--first", type=int, default=0, help="number of the first one (default: 0)")
    parser.add_argument("--seed", type=int, default=1, help="draws the same again (default: 1)")
    options = parser.parse_args()
    with PostgresServer() as server, tempfile.TemporaryDirectory(prefix="tmp-portal-uploads-") as name:
        os.environ |= {"DATABASE_URL": server.url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        import django

        django.setup()
        faults, count = _corpus(Path(name))
        more, ended = _mutations(options)
    print(f"upload_files={count} upload_ways=3 upload_faults={len(faults)} {ended}")
    for what, why in [*faults.items(), *more.items()]:
        print(f"# {what}: {why}")
    return int(bool(faults or more))


def _corpus(folder: Path) -> tuple[dict[str, str], int]:
    """Every file by every way, under a name that fits it as badly as can be."""
    from django.conf import settings
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    from tests.accounts.bringing import Browser, account_with_bucket
    from tests.factories import make_user
    from tests.sandbox_process import SandboxProcess
    from tests.security.uploads.bringing import Bringer
    from tests.security.uploads.nasty import NAMES, corpus

    setup_test_environment()
    call_command("migrate", verbosity=0)
    faults, files = {}, corpus()
    with SandboxProcess(folder) as sandbox:
        names = ("gateway", "store", "bucket", "region", "secret_id", "secret_key")
        settings.SANDBOX = {name: getattr(sandbox, name) for name in names}
        user = make_user()
        account = account_with_bucket(user, sandbox, "nasty")
        bringer = Bringer(account, Browser(user, account))
        for number, (what, made) in enumerate(files.items()):
            content, name = made(), NAMES[number % len(NAMES)]
            for way in ("by_form", "by_links", "by_preparing"):
                words = (content, name) if way != "by_preparing" else (content,)
                if wrong := getattr(bringer, way)(*words):
                    faults[f"{what} {way}"] = wrong
    return faults, len(files)


def _mutations(options: argparse.Namespace) -> tuple[dict[str, str], str]:
    from tests.security.uploads.mutations import Ended, fuzz, memory_mib

    ended, began, before = Ended(), time.monotonic(), 0.0
    numbers = range(options.first, options.first + options.number)
    for number in fuzz(numbers, options.seed, ended):
        if number == options.first + 20:
            before = memory_mib()
    growth = memory_mib() - before if before else 0.0
    faults = {f"mutation {number}": why for number, why in ended.faults.items()}
    if growth > MOST_GROWTH_MIB:
        faults["memory"] = f"{growth:.0f} MiB more than at the beginning"
    told = (
        f"upload_mutations={options.number} upload_mutations_taken={ended.judged['taken']} "
        f"upload_mutations_converted={ended.converted['converted']} "
        f"upload_children_crashed={ended.converted['crash']} upload_mutation_faults={len(ended.faults)} "
        f"upload_rss_growth_mib={growth:.1f} upload_mutations_s={time.monotonic() - began:.0f}"
    )
    return faults, told


if __name__ == "__main__":
    sys.exit(main())
