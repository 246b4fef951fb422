"""Capabilities that do to their reader what a hostile answer or file might, were there a hole for it."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path
from typing import Any

from django import forms

from jobs.capabilities.base import Capability, OpenFile
from jobs.capabilities.music_beat import MusicBeat
from jobs.results import Result


class Hostile(Capability):
    """What is so called does it as `key` says."""

    title = summary = "Hostile"
    Form = forms.Form

    def read(self, found: Any, open_file: OpenFile, *, seconds: float | None) -> Result:
        return Result(values={"did": self.do(found, open_file)})

    def do(self, found: Any, open_file: OpenFile) -> Any:
        raise NotImplementedError


class EatsMemory(Hostile):
    key = "eatsMemory"

    def do(self, found: Any, open_file: OpenFile) -> Any:
        hoard = []
        while True:
            hoard.append(b"x" * 16_000_000)


class Spins(Hostile):
    key = "spins"

    def do(self, found: Any, open_file: OpenFile) -> Any:
        while True:
            pass


class Sleeps(Hostile):
    key = "sleeps"

    def do(self, found: Any, open_file: OpenFile) -> Any:
        time.sleep(600)


class Crashes(Hostile):
    key = "crashes"

    def do(self, found: Any, open_file: OpenFile) -> Any:
        os.abort()


class Stumbles(Hostile):
    key = "stumbles"

    def do(self, found: Any, open_file: OpenFile) -> Any:
        raise ZeroDivisionError(f"the file says {found}")


class SaysTooMuch(Hostile):
    key = "saysTooMuch"

    def do(self, found: Any, open_file: OpenFile) -> Any:
        return "x" * 20_000_000


class Dies(Hostile):
    """Once for each file that it finds: the file is gone then."""

    key = "dies"

    def do(self, found: Any, open_file: OpenFile) -> Any:
        try:
            open_file("bomb.json")
        except FileNotFoundError:
            return "well"
        os.abort()


class Opens(Hostile):
    """Opens every file it is told of; says how each went."""

    key = "opens"

    def do(self, found: Any, open_file: OpenFile) -> Any:
        return [self._open(name, open_file) for name in found["names"]]

    def _open(self, name: str, open_file: OpenFile) -> str:
        try:
            return str(len(open_file(name)))
        except (FileNotFoundError, ValueError) as error:
            return type(error).__name__


class Tells(Hostile):
    """Where and how it runs."""

    key = "tells"

    def do(self, found: Any, open_file: OpenFile) -> Any:
        limits = ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE")
        return {
            "pid": os.getpid(),
            "session": os.getsid(0),
            "environment": dict(os.environ),
            "limits": {name: resource.getrlimit(getattr(resource, name))[0] for name in limits},
            "files": len(list(Path("/proc/self/fd").glob("*"))),
        }


ALL = [EatsMemory, Spins, Sleeps, Crashes, Stumbles, SaysTooMuch, Dies, Opens, Tells, MusicBeat]
NAMES = [f"{each.__module__}.{each.__qualname__}" for each in ALL]
