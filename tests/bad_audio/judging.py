"""Has a performer play a file and judges what came of it: a sane output, or a sentence."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import soundfile

from sandbox.performers.bounds import THREADS
from sandbox.platform import stage
from tests.sandbox_process import ROOT

# A file of the fuzz has a second or two of music; production waits ten minutes.
SECONDS = 120.0
_SENTENCE = re.compile(r"10004 Engine Error: (?!.*(Traceback|/tmp))\w.*\.")
# What the child's last line of defence says: nobody foresaw this one.
_UNFORESEEN = "The engine failed on this song"
BEATS = {"outputType": 4, "drumType": 1, "enlargeLevel": 3, "splitNum": 2}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How it ended: completed, error, crashed (a child that died of a signal; its job says so) or unanswered.

    `fault` is why that is wrong, empty when it is fine; `message` is what the job would say.
    """

    ended: str
    message: str = ""
    fault: str = ""


class Jury:
    """Plays files in `folder`, in children of one forking process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder / "job"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bad_audio.forking"],
            cwd=ROOT,
            env={**stage.environment(), **THREADS},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Jury:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """No more songs."""
        self._process.communicate(timeout=10)

    def verdict(self, song: Path, *, capability: str = "musicBeat", params: object = BEATS) -> Verdict:
        """Have the song performed. Its output is judged and removed."""
        out = self._folder / "out"
        out.mkdir(parents=True)
        try:
            words = ["--params", json.dumps(params), "--song", str(song), "--out", str(out), "--job", "j"]
            told = self._ask({"words": [capability, *words], "folder": str(self._folder), "seconds": SECONDS})
            if told["is_late"]:
                return Verdict(ended="unanswered", fault=f"no answer within {SECONDS} s")
            try:
                played = stage.answer(self._folder / "stdout", out, told["code"])
            except stage.JobFailedError as error:
                return _of_error(str(error), told["code"])
            return Verdict(ended="completed", fault=_insane(played.result, {f.name: f for f in played.files}))
        finally:
            shutil.rmtree(self._folder)

    def _ask(self, order: Mapping[str, object]) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told


def _of_error(message: str, code: int) -> Verdict:
    if not is_sentence(message) or _UNFORESEEN in message:
        return Verdict(ended="error", message=message, fault="not a sentence that somebody thought of")
    return Verdict(ended="crashed" if code < 0 else "error", message=message)


def is_sentence(message: str) -> bool:
    """Whether a job that failed says so in a sentence, and nothing of the inside."""
    return bool(_SENTENCE.fullmatch(message))


def _insane(result: object, files: Mapping[str, Path]) -> str:
    """What is wrong with an output, or nothing."""
    for name, file in files.items():
        wrong = insane_beats(file) if name.endswith(".json") else _insane_sound(file)
        if wrong:
            return f"{name}: {wrong}"
    return "" if isinstance(result, dict | list) else "no result"


def insane_beats(file: Path) -> str:
    """What is wrong with a file of beats, or nothing."""
    told = json.loads(file.read_text())
    times = [beat["time"] for beat in told["beats"]]
    if not all(earlier < later for earlier, later in pairwise(times)):
        return "beats do not ascend"
    if times and not (times[0] >= 0 and times[-1] <= told.get("duration", times[-1])):
        return "beats lie beside the song"
    if not all(0 <= beat["strength"] <= 1 for beat in told["beats"]):
        return "a strength beyond 1"
    numbers = [told["bpm"], *times, *(each["bpm"] for each in told.get("tempo", ()))]
    return "" if all(np.isfinite(number) for number in numbers) else "a number that is none"


def _insane_sound(file: Path) -> str:
    samples, _ = soundfile.read(file, dtype="float32", always_2d=True)
    if not np.isfinite(samples).all():
        return "samples that are no numbers"
    return "it clips" if np.abs(samples).max(initial=0) >= 1 else ""
