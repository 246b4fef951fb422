"""What a start needs before its first page: tables, static files, translations, then web and worker."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import requests
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from accounts import sealing
from tmpportal import env
from tmpportal.processes import ChildFailed, Children, python
from tmpportal.translations import compile_translations

WEB_PATIENCE_SECONDS = 30.0
OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO
LOOPBACK, EVERYWHERE = "127.0.0.1", "0.0.0.0"  # noqa: S104 - only where a person asks for it
# The processes of a portal on any number of hosts, as docker/compose.yaml and docs/deploy.md have them; web
# also wants to be told where to listen. gunicorn by itself would close idle connections after 2 s, just when
# a watching page asks again, and its control socket would lie in a home directory, where there may be none.
# Two processes, for eight threads of one wait for each other's Python; the code is read before they part.
COMMANDS = {
    "web": (
        *("gunicorn", "tmpportal.wsgi", "--worker-class", "tmpportal.patience.PatientWorker"),
        *("--preload", "--workers", "2", "--threads", "4"),
        *("--worker-connections", "500", "--keep-alive", "15"),
        *("--timeout", "120", "--no-control-socket"),
        *("--logger-class", "tmpportal.gunicorn_log.Logger"),
    ),
    "worker": (
        *("celery", "--quiet", "-A", "tmpportal", "worker", "-P", "threads"),
        *("--without-mingle", "--without-gossip", "--loglevel", "INFO"),
    ),
    "scheduler": ("celery", "--quiet", "-A", "tmpportal", "beat", "--loglevel", "INFO", "--pidfile="),
}
# Python's words for a worker that houses the scheduler, too.
WORKER = ("-m", *COMMANDS["worker"], "-B")
# Parts of packages that no page uses; DEBUG, which wants the long forms of some, finds them where they are.
UNUSED_STATIC = [
    "*.d.ts",
    "*.map",
    "*.cjs",
    "plugins",
    "reactive",
    "spectrogram*",
    "ext",
    "htmax-*",
    "htmx-4*",
    "htmx-2.js",
    "jquery.js",
    "select2.full.js",
    "xregexp.js",
]


def keep_private() -> None:
    """What this process and its children write from now on, and what an older version left, only their user
    may read."""
    os.umask(0o077)
    for path in _left():
        # What belongs to somebody else is theirs to close; `check --deploy` names it.
        with suppress(PermissionError, FileNotFoundError):
            mode = stat.S_IMODE(path.lstat().st_mode)
            if mode & OF_OTHERS and not path.is_symlink():
                path.chmod(mode & ~OF_OTHERS)


def _left() -> Iterator[Path]:
    """The data folder and all in it, and a SQLite database elsewhere with what belongs to it."""
    yield settings.DATA_DIR
    yield from settings.DATA_DIR.rglob("*")
    if connection.vendor == "sqlite":
        database = Path(str(connection.settings_dict["NAME"]))
        yield from (database.with_name(f"{database.name}{end}") for end in ("", "-wal", "-shm", "-journal"))


def require_keys() -> None:
    """Refuse to go on with a keyring that does not open the database; raises ChildFailed with one sentence.

    Where nothing is sealed yet nothing can be lost, and a missing key file is simply made.
    """
    found = sealing.report()
    if refusal := found.refusal(keys_from=env.field_keys_from(settings.DATA_DIR)):
        raise ChildFailed(refusal)
    if not settings.FIELD_KEYS:
        settings.FIELD_KEYS = env.make_field_keys(settings.DATA_DIR)


def prepare(*, database: bool = True) -> None:
    """Compile translations, collect static files and migrate the database; quick when nothing changed."""
    compile_translations()
    collect_static()
    if database:
        call_command("migrate", verbosity=0, interactive=False)


def collect_static() -> None:
    """Copy, hash and compress static files when a source is newer than the last time."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    folders = [Path(str(folder)) for folder in settings.STATICFILES_DIRS]
    newest = max(path.stat().st_mtime for folder in folders for path in folder.rglob("*"))
    if manifest.exists() and manifest.stat().st_mtime >= newest:
        return
    call_command(
        "collectstatic",
        verbosity=0,
        interactive=False,
        clear=True,
        ignore_patterns=UNUSED_STATIC,
    )


def start_site(children: Children, port: int, env: Mapping[str, str], *, bind: str = LOOPBACK) -> str:
    """Start worker (with its scheduler) and web, which listens on `bind`; returns its address on this machine
    once it answers."""
    children.start("worker", python(*WORKER), env=env)
    children.start("web", python("-m", *COMMANDS["web"], "--bind", f"{bind}:{port}"), env=env)
    address = f"http://{LOOPBACK if bind == EVERYWHERE else bind}:{port}"
    _wait_until_up(children, address)
    return address


def _wait_until_up(children: Children, address: str) -> None:
    session = requests.Session()
    session.trust_env = False
    deadline = time.monotonic() + WEB_PATIENCE_SECONDS
    while time.monotonic() < deadline:
        children.check()
        try:
            # nosemgrep: redirect-followed  (our own web process, on loopback)
            if session.get(f"{address}/healthz", timeout=2).status_code == 200:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise ChildFailed(f"The site did not answer at {address} within {WEB_PATIENCE_SECONDS:.0f} s.")
