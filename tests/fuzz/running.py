"""One run of the fuzz: goes on where the last one of its seed ended, and says what it found."""

from __future__ import annotations

import argparse
import json
import logging
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.test.utils import setup_test_environment

from tests.demo_process import ROOT
from tests.fuzz.answers import BUNDLE, Answers
from tests.fuzz.callbacks import Callbacks
from tests.fuzz.stage import only_loopback, set_stage
from tests.fuzz.views import Views
from tests.sandbox_process import SandboxProcess

KEPT = ROOT / "var" / "fuzz"
# Of one view, before the next has its turn: a run that is stopped has been everywhere.
CHUNK = 20
SAVE_SECONDS = 20.0


@dataclass
class Kept:
    """What all runs of one seed did together, in var/fuzz."""

    path: Path
    views: dict[str, int] = field(default_factory=dict)
    answers: int = 0
    pages: int = 0
    callbacks: int = 0
    server_errors: int = 0
    crashes: int = 0
    callback_errors: int = 0
    broken: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, seed: int) -> Kept:
        """As the last run left it."""
        path = KEPT / f"{seed}.json"
        return cls(path=path, **(json.loads(path.read_text()) if path.exists() else {}))

    def save(self) -> None:
        """Whole or not at all."""
        KEPT.mkdir(parents=True, exist_ok=True)
        told = {name: value for name, value in self.__dict__.items() if name != "path"}
        aside = self.path.with_suffix(".part")
        aside.write_text(json.dumps(told, indent=1))
        aside.rename(self.path)

    @property
    def figures(self) -> str:
        """In one line."""
        least = min(self.views.values(), default=0)
        return (
            f"fuzz_views={len(self.views)} fuzz_examples={sum(self.views.values())} "
            f"fuzz_examples_least={least} fuzz_server_errors={self.server_errors} "
            f"fuzz_answers={self.answers} fuzz_pages={self.pages} fuzz_crashes={self.crashes} "
            f"fuzz_callbacks={self.callbacks} fuzz_callback_errors={self.callback_errors}"
        )


def run(options: argparse.Namespace, folder: Path) -> int:
    """0 when nothing was found by this run or those before it."""
    logging.disable(logging.CRITICAL)
    setup_test_environment()
    until = time.monotonic() + options.hours * 3600
    kept = Kept.of(options.seed)
    call_command("migrate", verbosity=0)
    with SandboxProcess(folder, ears="quick") as sandbox, only_loopback():
        names = ("gateway", "store", "bucket", "region", "secret_id", "secret_key")
        settings.SANDBOX = {name: getattr(sandbox, name) for name in names}
        stage = set_stage(sandbox)
        try:
            _callbacks(Callbacks(stage, options.seed), kept, options.callbacks, until)
            _answers(Answers(stage, options.seed), kept, options.answers, until)
            _views(Views(stage), kept, options, until)
        finally:
            kept.save()
    for what, how in kept.broken.items():
        print(f"# {what}\n#   {how}")
    print(f"fuzz_seed={options.seed} {kept.figures}")
    return int(bool(kept.broken))


def _callbacks(callbacks: Callbacks, kept: Kept, count: int, until: float) -> None:
    errors = kept.callback_errors

    def step() -> bool:
        callbacks.fuzz(kept.callbacks)
        kept.callbacks += 1
        kept.callback_errors = errors + callbacks.heard.errors
        kept.broken |= callbacks.heard.broken
        return kept.callbacks < count

    _on(kept, until, step, kept.callbacks < count)


def _answers(answers: Answers, kept: Kept, count: int, until: float) -> None:
    pages, crashes = kept.pages, kept.crashes

    def step() -> bool:
        answers.fuzz(kept.answers)
        kept.answers += BUNDLE
        kept.pages, kept.crashes = pages + answers.read.pages, crashes + answers.read.crashes
        kept.broken |= answers.read.broken
        return kept.answers < count

    _on(kept, until, step, kept.answers < count)


def _views(views: Views, kept: Kept, options: argparse.Namespace, until: float) -> None:
    chosen = [each for each in views.names if options.only in each[0]]
    waiting = [each for each in chosen if kept.views.get(each[0], 0) < options.examples]

    errors = kept.server_errors

    def step() -> bool:
        name, route, method = waiting.pop(0)
        done = kept.views.get(name, 0)
        number = zlib.crc32(f"{options.seed}/{name}/{done}".encode())
        count = min(CHUNK, options.examples - done)
        before = views.found.examples[name]
        views.fuzz(name, route, method, count=count, number=number)
        # A view with nothing to draw for is through with fewer.
        kept.views[name] = done + max(views.found.examples[name] - before, count)
        kept.server_errors = errors + views.found.errors
        kept.broken |= views.found.broken
        if kept.views[name] < options.examples:
            waiting.append((name, route, method))
        return bool(waiting)

    _on(kept, until, step, bool(waiting))
    print(f"# slowest: {views.found.slowest[0]:.1f} s {views.found.slowest[1][:300]}")
    print(f"# answers by state: {dict(sorted(views.found.states.items()))}")


def _on(kept: Kept, until: float, step: Callable[[], bool], may_begin: bool) -> None:
    """Steps until there is no more to do or no more time, saved now and then."""
    saved = time.monotonic()
    goes_on = may_begin
    while goes_on and time.monotonic() < until:
        goes_on = step()
        if time.monotonic() - saved > SAVE_SECONDS:
            kept.save()
            saved = time.monotonic()
