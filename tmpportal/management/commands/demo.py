"""`manage.py demo`: from registration to beats, against the sandbox, through the portal's own pages."""

from __future__ import annotations

import json
import secrets
import subprocess
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from accounts.second_step import OFFERED
from tmpportal import launch
from tmpportal.demo_tour import Beats, f_measure, take_tour
from tmpportal.env import BASE_DIR
from tmpportal.processes import ChildFailed, Children, Stopped, free_port, python
from tmpportal.visitor import VisitFailed, Visitor

SANDBOX_KEYS = ("gateway", "store", "bucket", "region", "secret_id", "secret_key")
DEMO_STYLE = "city_pop"


class Command(BaseCommand):
    """Does the whole main job once, prints what came of it, and keeps serving."""

    help = (
        "Try everything without a Tencent account: sandbox, site and worker, and one song through all of it."
    )
    # After the keys, whose loss is told in one sentence.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="end after the tour instead of serving")
        parser.add_argument(
            "--song", type=Path, help="your own song (mp3, wav, flac, ogg) instead of the bundled one"
        )
        parser.add_argument(
            "--port", type=int, default=8000, help="first port to try on 127.0.0.1 (default 8000)"
        )
        parser.add_argument(
            "--bind",
            default=launch.LOOPBACK,
            help="the address to listen on; 0.0.0.0 lets a phone in your network in (see docs/deploy.md)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        song: Path | None = options["song"]
        if song is not None and not song.is_file():
            raise CommandError(f"There is no file {song}.")
        try:
            launch.keep_private()
            launch.require_keys()
            self.check()
            with Children(logs=settings.DATA_DIR / "logs") as children:
                self._demonstrate(children, song, options["port"], options["bind"])
                if not options["once"]:
                    self._say("Serving. Ctrl-C stops everything.")
                    children.wait()
        except Stopped:
            self._say("Stopped.")
        except (ChildFailed, VisitFailed) as error:
            raise CommandError(str(error)) from error

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        # Scripts that read a file or a pipe must see each line at once.
        self.stdout.flush()

    def _demonstrate(self, children: Children, song: Path | None, first_port: int, bind: str) -> None:
        self._say("Starting the sandbox ...")
        sandbox = children.start(
            "sandbox",
            python(
                "-m",
                "sandbox",
                "--data",
                str(settings.DATA_DIR / "sandbox"),
                "--pace",
                "looks",
                "--port",
                "0",
            ),
            env={"PYTHONPATH": str(BASE_DIR)},
            announce=SANDBOX_KEYS,
        )
        self._say("Preparing the database and the pages ...")
        launch.prepare()
        self._say("Starting the worker and the site ...")
        env = {f"TMPPORTAL_SANDBOX_{key.upper()}": sandbox[key] for key in SANDBOX_KEYS}
        # The tour signs in by name and password.
        env["TMPPORTAL_SECOND_STEP"] = OFFERED
        address = launch.start_site(children, free_port(first_port), env, bind=bind)
        truth = None
        if song is None:
            song, truth = self._bundled_song()
        password = secrets.token_urlsafe(9)
        self._set_password("demo", password)
        self._tour(Visitor(address), song, truth, password)
        self._say(f"open={address}/ user=demo password={password}")

    def _tour(self, visitor: Visitor, song: Path, truth: Beats | None, password: str) -> None:
        started = time.monotonic()
        for event in take_tour(visitor, song=song, user="demo", password=password):
            if event.kind == "progress":
                self._say(event.text)
            elif event.kind == "registered":
                self._say(f"registration=done seconds={time.monotonic() - started:.1f}")
            elif event.kind == "beats" and event.beats is not None:
                score = f" f_measure={f_measure(truth.times, event.beats.times):.3f}" if truth else ""
                self._say(f"bpm={event.beats.bpm:.1f} beats={len(event.beats.times)}{score}")

    def _bundled_song(self) -> tuple[Path, Beats]:
        folder = settings.DATA_DIR / "songs"
        song, truth = folder / f"{DEMO_STYLE}.wav", folder / f"{DEMO_STYLE}.json"
        if not truth.exists():
            self._say("Composing the bundled song ...")
            command = python("-m", "sandbox.tunes", "--out", str(folder), "--style", DEMO_STYLE)
            done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True)  # noqa: S603  (our own program)
            if done.returncode != 0:
                raise ChildFailed(f"The bundled song could not be composed: {done.stderr.strip()[-300:]}")
        known = json.loads(truth.read_text(encoding="utf-8"))
        return song, Beats(bpm=known["bpm"], times=known["beats"])

    def _set_password(self, name: str, password: str) -> None:
        user, _ = get_user_model().objects.get_or_create(username=name)
        user.set_password(password)
        user.is_superuser = user.is_staff = True
        user.save()
