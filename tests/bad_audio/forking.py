"""A process that has the performers' modules in it already and forks a child for each order: thousands of
files are performed by the real entry, under its real limits, without thousands of starts of Python.

It reads one JSON line an order and writes one when the child has ended: its code (negative for a signal), and
whether it had to be killed for want of an answer.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import Any

import av  # noqa: F401
import numpy as np  # noqa: F401
import soundfile  # noqa: F401

import sandbox.beats
import sandbox.choruses
import sandbox.performers.__main__ as entry
import sandbox.performers.marking
import sandbox.performers.music_beat
import sandbox.performers.music_highlight
import sandbox.sounds.ffmpeg
import sandbox.sounds.sndfile  # noqa: F401

TICK = 0.003  # seconds


def main() -> None:
    """Until there are no more orders."""
    for line in sys.stdin:
        print(json.dumps(_performed(json.loads(line))), flush=True)


def _performed(order: dict[str, Any]) -> dict[str, Any]:
    child = os.fork()
    if child == 0:
        _play(order)
    until = time.monotonic() + order["seconds"]
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return {"code": os.waitstatus_to_exitcode(status), "is_late": False}
        time.sleep(TICK)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return {"code": -signal.SIGKILL, "is_late": True}


def _play(order: dict[str, Any]) -> None:
    """What `python -m sandbox.performers` does, as the child that stage starts."""
    code = 70
    try:
        os.setsid()
        os.chdir(order["folder"])
        for descriptor, name in ((0, os.devnull), (1, "stdout"), (2, "stderr")):
            flags = os.O_RDONLY if descriptor == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            os.dup2(os.open(name, flags, 0o600), descriptor)
        sys.argv = ["sandbox.performers", *order["words"]]
        code = entry.main()
        sys.stdout.flush()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 70
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
