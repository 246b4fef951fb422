"""The canary sweep, `python -m tests.security.canary`: real runs whose secrets must be nowhere (T1, T4, T7).

Three portals at log level DEBUG, with the pages for developers, are led through the same story: one on
SQLite and files, one on PostgreSQL and Redis, and one that leaks on purpose into every sink. Ends with 1
when a secret was found in one of the first two, or in a sink of the third none was.
"""

from __future__ import annotations

import argparse
import os
import secrets
import tempfile
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
# The story names parts of the portal, none of which can be imported before.
django.setup()

from tests.security.canary.story import SecretStory  # noqa: E402
from tests.security.canary.sweeping import Swept, swept  # noqa: E402
from tests.servers import PostgresServer, RedisServer  # noqa: E402

# The portal says these itself and a test does not hear them: what it prints is what it is asked to.
UNPLANTED = {"terminal"}


def main() -> int:
    """0 when all is well."""
    parser = argparse.ArgumentParser(prog="python -m tests.security.canary", description=__doc__)
    parser.add_argument("--port", type=int, default=8450, help="first port to try (default: 8450)")
    port = parser.parse_args().port
    with PostgresServer() as database, RedisServer(password=secrets.token_hex(16)) as queue:
        servers = {"DATABASE_URL": database.new_database("canary"), "REDIS_URL": queue.url}
        told = [_run(port), _run(port, servers, {"password of Redis": queue.password})]
    leaky = _leaky(port)
    blind = {sink for sink, found in leaky.found.items() if not found} - UNPLANTED
    for found in (finding for each in told for sink in each.found.values() for finding in sink):
        print(f"# {found.secret} as {found.spelling} in {found.where}")
    for sink in sorted(blind):
        print(f"# What was planted was not found in: {sink}")
    print(
        f"{told[1].figures.replace(f'hits={told[1].hits}', f'hits={sum(each.hits for each in told)}')} "
        f"canary_leaky_sinks={len(leaky.found) - len(UNPLANTED)} "
        f"canary_leaky_sinks_found={len(leaky.found) - len(UNPLANTED) - len(blind)}"
    )
    return int(any(each.hits or each.planted < each.to_plant for each in told) or bool(blind))


def _run(port: int, backend: dict[str, str] | None = None, more: dict[str, str] | None = None) -> Swept:
    with (
        tempfile.TemporaryDirectory(prefix="tmp-portal-canary-") as name,
        SecretStory(Path(name), port=port, backend=backend) as story,
    ):
        return swept(story.watch.sinks(), {**story.secrets, **(more or {})})


def _leaky(port: int) -> Swept:
    plant = f"planted-{secrets.token_hex(20)}"
    with (
        tempfile.TemporaryDirectory(prefix="tmp-portal-canary-") as name,
        SecretStory(Path(name), port=port, plant=plant) as story,
    ):
        return swept(story.watch.sinks(), {"planted": plant})


if __name__ == "__main__":
    raise SystemExit(main())
